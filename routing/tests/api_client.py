"""A program that has a key of a workspace."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from distro.testing.factories import make_api_key
from routing.api_keys import new_key
from routing.models import Workspace

BASE = "/api/v1/"


@dataclass
class Program:
    """Sends its key with each request; addresses are below /api/v1/."""

    workspace: Workspace
    key: str = field(default_factory=new_key)
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def __post_init__(self) -> None:
        make_api_key(self.workspace, self.key)

    def get(self, where: str, query: Any = None, **more: Any) -> Any:
        return self.client.get(BASE + where, query, headers=self.headers, **more)

    def post(self, where: str, body: Any = None) -> Any:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic("POST", BASE + where, raw, "application/json", headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def fault_of(answer: Any) -> tuple[int, str]:
    """Status and name of a fault, which is told as one in full."""
    told = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(told)
    assert all(told.values())
    assert told["status"] == answer.status_code
    return answer.status_code, told["type"].rpartition("/")[2]
