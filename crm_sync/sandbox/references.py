"""References between the subrequests of a Composite: `@{refId.path}` in urls and bodies."""

from __future__ import annotations

import re
from typing import Any

REFERENCE = re.compile(r"@\{([^}]*)\}")
STEP = re.compile(r"(\w+)|\[(\d+)\]")
MISSING = object()


class BadReference(Exception):
    """A reference to nothing; its text is Salesforce's message."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(
            f"Invalid reference specified. No value for {path} found in {name}. Provided referenceId ('{path}') "
            "must start with a letter or a number, and it can contain only letters, numbers and underscores ('_')."
        )


def look_up(path: str, results: dict[str, Any]) -> Any:
    """The value of `refId.a.b[0].c`, letter for letter; raises BadReference."""
    name = path.partition(".")[0].split("[")[0]
    found: Any = results.get(name, MISSING)
    for key, index in STEP.findall(path[len(name) :]):
        if index:
            found = found[int(index)] if isinstance(found, list) and int(index) < len(found) else MISSING
        else:
            found = found.get(key, MISSING) if isinstance(found, dict) else MISSING
    if found is MISSING or path == name:
        raise BadReference(name, path)
    return found


def fill_text(text: str, results: dict[str, Any]) -> Any:
    """A text with its references filled; a text that is nothing but one keeps the value's type."""
    whole = REFERENCE.fullmatch(text)
    if whole:
        return look_up(whole[1], results)
    return REFERENCE.sub(lambda match: url_text(match[1], results), text)


def url_text(path: str, results: dict[str, Any]) -> str:
    value = look_up(path, results)
    if value is None or isinstance(value, (dict, list)):
        raise BadReference(path.partition(".")[0], path)
    return str(value)


def fill(value: Any, results: dict[str, Any]) -> Any:
    """A JSON value with all references filled."""
    if isinstance(value, str):
        return fill_text(value, results)
    if isinstance(value, dict):
        return {key: fill(one, results) for key, one in value.items()}
    return [fill(one, results) for one in value] if isinstance(value, list) else value
