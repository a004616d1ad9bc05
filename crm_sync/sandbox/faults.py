"""Faults to order: a refused call, a slow one, a broken connection, before or after the write was applied."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote


@dataclass
class Fault:
    """One rule of misbehaviour, used up after `times` matches (the first `skip` pass).

    `when` before: the call is not applied. after: applied, then answered with the fault.
    late: answered with the fault at once, applied `apply_after` seconds later.
    `drop` closes the connection without an answer, with the same three moments.
    `sobject` matches the object in the path or in any subrequest's.
    """

    number: int = 0
    method: str | None = None
    path: str | None = None
    sobject: str | None = None
    body_contains: str | None = None
    when: str = "before"
    status: int | None = None
    error_code: str | None = None
    message: str = "injected fault"
    fields: list[str] | None = None
    body: Any = None
    content_type: str | None = None
    delay: float = 0.0
    drop: bool = False
    apply_after: float = 0.0
    times: int | None = 1
    skip: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    @property
    def answers(self) -> bool:
        """Whether it replaces the org's own answer (a bare delay does not)."""
        return self.status is not None or self.error_code is not None or self.body is not None

    def matches(self, method: str, path: str, body: bytes) -> bool:
        """Whether a request is meant; method and path as sent, with the query string."""
        plain = unquote(path)
        if self.method and self.method.upper() != method:
            return False
        if self.path and not re.search(self.path, plain):
            return False
        text = body.decode(errors="replace")
        if self.sobject:
            name = re.escape(self.sobject)
            in_path = re.search(rf"(/sobjects/|\bFROM[ +]){name}(?!\w)", plain, re.I)
            in_body = re.search(rf'(/sobjects/|\bFROM[ +]){name}(?!\w)|"type"\s*:\s*"{name}"', text, re.I)
            if not in_path and not in_body:
                return False
        return self.body_contains is None or self.body_contains in text

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def take(faults: list[Fault], method: str, path: str, body: bytes) -> Fault | None:
    """The first fault meant for this request, counted as used."""
    for fault in faults:
        if not fault.spent and fault.matches(method, path, body):
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.hits += 1
            return fault
    return None


def answer_of(fault: Fault) -> tuple[int, Any, str]:
    """(status, body, content type) that an answering fault gives."""
    if fault.body is not None:
        kind = fault.content_type or (
            "text/html;charset=UTF-8" if isinstance(fault.body, str) else "application/json"
        )
        return fault.status or 500, fault.body, kind
    if fault.error_code is None:
        return fault.status or 500, "", fault.content_type or "text/html;charset=UTF-8"
    entry: dict[str, Any] = {"message": fault.message, "errorCode": fault.error_code}
    if fault.fields is not None:
        entry["fields"] = fault.fields
    return fault.status or 400, [entry], "application/json"
