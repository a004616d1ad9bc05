"""Plain values to YAML that reads well: what fits on a line stands on one, everything else is indented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from unicodedata import category

from .reading import CORE_SCHEMA

LINE = 110
# Text that needs no quotes anywhere, unless the core schema would take it for something else.
_PLAIN = re.compile(r"[\w/.+](?:[\w./@+%&();=' -]|:(?=[\w/]))*")
# What readers of YAML 1.1 take for something else: quoted, so that any tool may work on the file.
_OLD_YAML = re.compile(r"(?i:y|n|yes|no|on|off)|[0-9][0-9_:.-]*")


def emit(values: dict[str, Any]) -> str:
    """A YAML document of the mapping; lists of mappings directly under it are always spread over lines."""
    return "\n".join(_mapping(values, 0, spread=True)) + "\n"


def _mapping(values: dict[str, Any], indent: int, *, spread: bool = False) -> Iterator[str]:
    margin = " " * indent
    for name, value in values.items():
        key = f"{margin}{_scalar(name)}:"
        line = f"{key} {_flow(value)}"
        if not isinstance(value, (dict, list)) or not value or (len(line) <= LINE and not spread):
            yield line
            continue
        yield key
        yield from (
            _mapping(value, indent + 2) if isinstance(value, dict) else _items(value, indent + 2, spread)
        )


def _items(values: list[Any], indent: int, spread: bool) -> Iterator[str]:
    margin = " " * indent
    for value in values:
        line = f"{margin}- {_flow(value)}"
        if not isinstance(value, dict) or not value or (len(line) <= LINE and not spread):
            yield line
            continue
        first, *others = _mapping(value, indent + 2)
        yield f"{margin}- {first.lstrip()}"
        yield from others


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(name)}: {_flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    taken = _OLD_YAML.fullmatch(value) or any(pattern.fullmatch(value) for _, pattern, _ in CORE_SCHEMA)
    if _PLAIN.fullmatch(value) and not taken and value == value.strip():
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter == "\n":
        return "\\n"
    if category(letter) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"):
        return f"\\U{ord(letter):08X}"
    return letter
