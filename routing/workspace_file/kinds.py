"""The kinds of value a workspace file holds: each reads what the file says, and stores it in a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any
from unicodedata import category

from routing.core.conditions import Fault

from .texts import Refused, quoted, suggestion


class Mark(Enum):
    """Stands where a value would: BAD for one with a fault, REQUIRED and ABSENT for defaults that are none."""

    BAD = "bad"
    REQUIRED = "required"
    ABSENT = "absent"


BAD, REQUIRED, ABSENT = Mark.BAD, Mark.REQUIRED, Mark.ABSENT
LARGEST = 10**18
CONTROLS = ("Cc", "Zl", "Zp")
# Section of the file -> identity -> row.
Rows = Mapping[str, Mapping[str, Any]]


@dataclass
class Check:
    """One reading of a file: the names that each section gives, and the faults found so far."""

    names: Mapping[str, Sequence[str]]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, text: str) -> Mark:
        """Note a fault; returned is what takes the value's place."""
        self.faults.append(Fault(path, text))
        return BAD


def type_of(value: Any) -> str:
    """A value's type in plain words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {str: "text", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a mapping")


class Kind:
    """A kind of value. `read` answers the regular form of what the file says, or BAD with the fault noted."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        raise NotImplementedError

    def store(self, value: Any, rows: Rows) -> Any:
        """The regular form as its column keeps it."""
        return value

    def fetch(self, stored: Any) -> Any:
        """The regular form of what a column keeps."""
        return stored


@dataclass(frozen=True)
class Text(Kind):
    """Text without outer spaces; `shape` makes it regular or refuses it."""

    most: int = 255
    shape: Callable[[str], str] | None = None
    lines: bool = False

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, str):
            quotes = "; put it in quotes" if isinstance(value, (int, float)) else ""
            return check.fault(path, f"must be text, not {type_of(value)}{quotes}")
        text = value.strip()
        if not text:
            return check.fault(path, "must not be blank")
        if len(text) > self.most:
            return check.fault(path, f"is {len(text)} characters long; at most {self.most} fit")
        if any(category(one) in CONTROLS and not (self.lines and one == "\n") for one in text):
            return check.fault(
                path, f"must not hold control characters{'' if self.lines else ' or line breaks'}"
            )
        try:
            return self.shape(text) if self.shape else text
        except Refused as refusal:
            return check.fault(path, str(refusal))


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from `least` to `most`, in steps."""

    least: int = 0
    most: int = 2**31 - 1
    step: int = 1

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return check.fault(path, f"must be a whole number, not {self._shown(value)}")
        if not self.least <= value <= self.most:
            return check.fault(path, f"{value} is out of range; {self.least} to {self.most} fit")
        if value % self.step:
            return check.fault(path, f"{value} is no multiple of {self.step} minutes")
        return value

    def _shown(self, value: Any) -> str:
        return str(value) if isinstance(value, float) else type_of(value)


class Switch(Kind):
    """true or false."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, bool):
            return check.fault(path, f"must be true or false, not {type_of(value)}")
        return value


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words; true and false are kept in their column as these words."""

    words: tuple[str | bool, ...]

    def read(self, value: Any, path: str, check: Check) -> Any:
        if any(value == word and type(value) is type(word) for word in self.words):
            return value
        shown = [self.store(word, {}) for word in self.words]
        if not isinstance(value, (str, bool)):
            return check.fault(path, f"must be one of {', '.join(shown)}, not {type_of(value)}")
        hint = suggestion(str(value), shown) or f"; choose one of {', '.join(shown)}"
        return check.fault(path, f"{quoted(self.store(value, {}))} is not known here{hint}")

    def store(self, value: Any, rows: Rows) -> Any:
        return str(value).lower() if isinstance(value, bool) else value

    def fetch(self, stored: Any) -> Any:
        return next(word for word in self.words if self.store(word, {}) == stored)


@dataclass(frozen=True)
class Maybe(Kind):
    """Another kind, or null; `none` is what the column keeps for null."""

    kind: Kind
    none: Any = None

    def read(self, value: Any, path: str, check: Check) -> Any:
        return None if value is None else self.kind.read(value, path, check)

    def store(self, value: Any, rows: Rows) -> Any:
        return self.none if value is None else self.kind.store(value, rows)

    def fetch(self, stored: Any) -> Any:
        return None if stored == self.none else self.kind.fetch(stored)


@dataclass(frozen=True)
class Ref(Kind):
    """The identity of something that another section of the same file lists."""

    section: str
    noun: str
    identity: str = "name"

    def read(self, value: Any, path: str, check: Check) -> Any:
        name = Text().read(value, path, check)
        if name is BAD:
            return BAD
        wanted = regular_identity(self.identity, name)
        if wanted in check.names[self.section]:
            return wanted
        known = check.names[self.section]
        hint = suggestion(wanted, known) or f"; its {self.section} are {', '.join(known[:9]) or 'none'}"
        return check.fault(path, f"this file has no {self.noun} {quoted(name)}{hint}")

    def store(self, value: Any, rows: Rows) -> Any:
        return rows[self.section][value]

    def fetch(self, stored: Any) -> Any:
        return regular_identity(self.identity, getattr(stored, self.identity))


def regular_identity(key: str, text: str) -> str:
    """The form in which identities are compared: e-mail addresses without regard to case."""
    return text.strip().lower() if key == "email" else text.strip()


@dataclass(frozen=True)
class Several(Kind):
    """A list of scalars, none of them twice."""

    kind: Kind
    noun: str
    in_order: bool = True
    least: int = 0

    def read(self, value: Any, path: str, check: Check) -> Any:
        if not isinstance(value, list):
            return check.fault(
                path, f"must be a list of {self.noun}s, not {type_of(value)}; write [] for none"
            )
        if len(value) < self.least:
            return check.fault(path, f"needs at least one {self.noun}")
        read = [self.kind.read(one, f"{path}[{index}]", check) for index, one in enumerate(value)]
        for index, one in enumerate(read):
            if one is not BAD and one in read[:index]:
                check.fault(f"{path}[{index}]", f"{quoted(one)} stands there twice; leave one out")
        return _unless_bad(read if self.in_order else sorted(read, key=str))


def _unless_bad(values: Iterable[Any]) -> Any:
    values = list(values)
    return BAD if any(value is BAD for value in values) else values


class Scalar(Kind):
    """Text, a number, or true or false."""

    def read(self, value: Any, path: str, check: Check) -> Any:
        if isinstance(value, str):
            return Text(most=1000, lines=True).read(value, path, check)
        if isinstance(value, (int, float)):
            return regular_number(value, path, check)
        return check.fault(path, f"must be text, a number, or true or false, not {type_of(value)}")


def regular_number(value: Any, path: str, check: Check) -> Any:
    """A number as every database gives it back: PostgreSQL knows no infinity, and 1e20 only as an integer."""
    if isinstance(value, bool):
        return value
    if not -LARGEST <= value <= LARGEST:
        return check.fault(path, f"{value} is out of range; numbers have at most 18 digits")
    return int(Decimal(repr(value))) if value == int(value) else value
