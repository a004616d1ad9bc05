"""Mappings and lists of mappings: which keys there are, with their kinds, defaults and columns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from .kinds import ABSENT, BAD, REQUIRED, Check, Kind, Rows, regular_identity, type_of
from .texts import quoted, suggestion


@dataclass(frozen=True)
class Key:
    """One key of a mapping. `default` is in regular form, REQUIRED, or ABSENT for one that is simply not there.

    `column` names the model's field; "" for a key that no single column keeps.
    """

    name: str
    kind: Kind
    default: Any = REQUIRED
    column: str = ""


def column(name: str, kind: Kind, default: Any = REQUIRED) -> Key:
    """A key that a column of the same name keeps."""
    return Key(name, kind, default, name)


# Finds what the kinds cannot see alone: takes the mapping read so far, its path, and notes faults.
Also = Callable[[dict[str, Any], str, Check], None]


@dataclass(frozen=True)
class Record(Kind):
    """A mapping with known keys. `one_of`: exactly one of them must be there."""

    noun: str
    keys: tuple[Key, ...]
    also: Also | None = None
    one_of: bool = False

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, dict):
            names = ", ".join(key.name for key in self.keys)
            return check.fault(path or "file", f"must be a mapping with {names}, not {type_of(value)}")
        self._check_keys(value, path, check)
        read = {key.name: self._read_key(key, value, path, check) for key in self.keys}
        read = {name: one for name, one in read.items() if one is not ABSENT}
        if self.also:
            self.also(read, path, check)
        return read

    def _read_key(self, key: Key, value: dict[str, Any], path: str, check: Check) -> Any:
        where = join(path, key.name)
        if key.name in value:
            return key.kind.read(value[key.name], where, check)
        if key.default is REQUIRED:
            return check.fault(where, f"is missing; every {self.noun} needs it")
        return deepcopy(key.default)

    def _check_keys(self, value: dict[str, Any], path: str, check: Check) -> None:
        known = [key.name for key in self.keys]
        for name in value:
            if name not in known:
                hint = suggestion(name, known) or f"; known here: {', '.join(known)}"
                check.fault(join(path, name), f"unknown key{hint}")
        present = [name for name in known if name in value]
        if self.one_of and len(present) != 1:
            said = " and ".join(present) + " exclude each other" if present else "something is missing"
            check.fault(path, f"{said}; write exactly one of {', '.join(known)}")

    def key(self, name: str) -> Key:
        """One of the keys."""
        return next(key for key in self.keys if key.name == name)


def join(path: str, name: str) -> str:
    """The path of a key in the mapping at `path`; names that are no plain word are quoted."""
    name = name if re.fullmatch(r"[\w-]+", name) else json.dumps(name)
    return f"{path}.{name}" if path else name


@dataclass(frozen=True)
class Listing(Kind):
    """A list of mappings. `identity` is the key that tells them apart; without one they are sorted."""

    record: Record
    identity: str = ""
    in_order: bool = False
    also: Callable[[list[dict[str, Any]], str, Check], None] | None = None

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, list):
            return check.fault(
                path, f"must be a list of {self.record.noun}s, not {type_of(value)}; write [] for none"
            )
        read = [self.record.read(one, f"{path}[{index}]", check) for index, one in enumerate(value)]
        self._check_identities(read, path, check)
        if self.also:
            self.also(read, path, check)
        return read if BAD in read else self.regular(read)

    def regular(self, read: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The list in the order in which it is compared."""
        if self.identity:
            return read
        return sorted(read, key=lambda one: [str(part) for part in one.values()])

    def _check_identities(self, read: list[Any], path: str, check: Check) -> None:
        first: dict[str, int] = {}
        for index, one in enumerate(read):
            name = one.get(self.identity) if isinstance(one, dict) else None
            if not isinstance(name, str):
                continue
            if name in first:
                where = f"{path}[{first[name]}]"
                check.fault(
                    f"{path}[{index}].{self.identity}",
                    f"{quoted(name)} stands already at {where}; each only once",
                )
            first.setdefault(name, index)


def stored(record: Record, read: dict[str, Any], rows: Rows) -> dict[str, Any]:
    """Column -> value for those keys of a mapping that a column keeps."""
    return {key.column: key.kind.store(read[key.name], rows) for key in record.keys if key.column}


def fetched(record: Record, row: Any) -> dict[str, Any]:
    """The regular form of those keys that a column of the row keeps."""
    return {key.name: key.kind.fetch(getattr(row, key.column)) for key in record.keys if key.column}


def identities(raw: Any, key: str) -> tuple[str, ...]:
    """What a section of an unchecked file names, for the references to it."""
    found = [one.get(key) for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
    return tuple(regular_identity(key, name) for name in found if isinstance(name, str))
