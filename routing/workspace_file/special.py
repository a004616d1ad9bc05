"""The kinds that occur once in a workspace file: its version, conditions, field values and a router's default."""

from __future__ import annotations

from typing import Any

from routing.core.conditions import conditions_json, parse_conditions

from .kinds import BAD, Check, Kind, Scalar, regular_number, type_of
from .records import Record, join
from .texts import Refused, api_name


class Version(Kind):
    """The version of the file's own format; so far there is one."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        if value != 1 or isinstance(value, (bool, float)):
            return check.fault(path, "is not a version that can be read; write version: 1")
        return value


class Conditions(Kind):
    """A tree of conditions, or null for always. Its inside is checked once the form is known."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        if value is not None and not isinstance(value, dict):
            shapes = "{field, op, value}, {all: [...]} or {any: [...]}"
            return check.fault(path, f"must be {shapes}, not {type_of(value)}")
        return _regular(value, path, check)

    def fetch(self, stored: Any) -> Any:
        return conditions_json(parse_conditions(stored))


def _regular(value: Any, path: str, check: Check) -> Any:
    """The tree with its numbers in regular form, however it is shaped otherwise."""
    if isinstance(value, dict):
        return {name: _regular(one, join(path, name), check) for name, one in value.items()}
    if isinstance(value, list):
        return [_regular(one, f"{path}[{index}]", check) for index, one in enumerate(value)]
    regular = regular_number(value, path, check) if isinstance(value, (int, float)) else value
    return value if regular is BAD else regular


class FieldValues(Kind):
    """Salesforce field -> the value that a matched rule writes."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, dict):
            return check.fault(path, f"must be a mapping of fields and values, not {type_of(value)}")
        for name in value:
            try:
                api_name(name)
            except Refused as refusal:
                check.fault(join(path, name), str(refusal))
        return {name: Scalar().read(one, join(path, name), check) for name, one in value.items()}


class Default(Record):
    """Where a router leads when no rule matches; `{team: …}` is short for `{assign: {team: …}}`."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        read = super().read(value, path, check)
        if read is BAD:
            return BAD
        direct = {name: read.pop(name) for name in ("host", "team") if name in read}
        return {**read, "assign": direct} if direct else read
