"""The log of API calls: one entry per HTTP request, a composite being one call."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class CallEntry:
    """One HTTP request as a client would count it; `subrequests` tells what a composite held."""

    number: int
    at: datetime
    method: str
    path: str
    user: str | None = None
    status: int | None = None
    seconds: float = 0.0
    fault: str | None = None
    api: bool = True
    subrequests: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class CallLog:
    """The last 20,000 calls, numbered from 1 since the last reset."""

    def __init__(self) -> None:
        self.entries: deque[CallEntry] = deque(maxlen=20000)
        self.count = 0

    def start(self, at: datetime, method: str, path: str) -> CallEntry:
        self.count += 1
        entry = CallEntry(self.count, at, method, path, api=path.startswith("/services/data"))
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        self.entries.clear()
        self.count = 0
