"""Workspace files for tests: acme.yaml, and a way to change one place of a file."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from routing.workspace_file import Faulty, compare, read_file

ACME_FILE = Path(__file__).parent / "files" / "acme.yaml"
LEAVE_OUT = object()


def acme(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The plain values of acme.yaml, changed: ("hosts[0].name", "Ann") puts, LEAVE_OUT takes away,
    and "hosts[3]" after the last of three appends."""
    raw: dict[str, Any] = deepcopy(_as_written())
    for path, value in changes:
        put(raw, path, deepcopy(value) if value is not LEAVE_OUT else value)
    return raw


@cache
def _as_written() -> Any:
    return read_file(str(ACME_FILE))


def put(raw: Any, path: str, value: Any) -> None:
    """Change the place of `raw` that a path names."""
    *parents, last = [int(part) if part.isdigit() else part for part in re.findall(r"[\w-]+", path)]
    for part in parents:
        raw = raw[part]
    if value is LEAVE_OUT:
        del raw[last]
    elif last == (len(raw) if isinstance(raw, list) else None):
        raw.append(value)
    else:
        raw[last] = value


def faults_of(raw: Any) -> list[tuple[str, str]]:
    """The faults of a file's plain values, as (path, text)."""
    try:
        compare(raw)
    except Faulty as error:
        return [(fault.path, fault.text) for fault in error.faults]
    return []
