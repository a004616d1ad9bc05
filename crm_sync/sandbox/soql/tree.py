"""What a SOQL query is once it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Path:
    """A field or a way to one over relationships: Owner.Email."""

    names: tuple[str, ...]
    at: int = 0

    @property
    def text(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True)
class Aggregate:
    """count(Id), max(CreatedDate), ...; `path` None is count()."""

    function: str
    path: Path | None
    alias: str | None = None
    at: int = 0


@dataclass(frozen=True)
class AllFields:
    """FIELDS(ALL), FIELDS(STANDARD), FIELDS(CUSTOM)."""

    kind: str


@dataclass(frozen=True)
class Literal:
    """A value as written: kind is string, number, boolean, null, datetime, date or period (TODAY)."""

    kind: str
    value: Any
    at: int


@dataclass(frozen=True)
class Compare:
    """`path op value`; for IN and NOT IN the value is a tuple of literals or a Query."""

    path: Path
    op: str
    value: Any
    at: int


@dataclass(frozen=True)
class Junction:
    """and, or, not over its parts."""

    op: str
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Order:
    """One ORDER BY entry; nulls first unless told otherwise, as Salesforce sorts."""

    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass
class Query:
    """A whole SELECT."""

    select: list[Any]
    table: str
    table_at: int
    where: Any = None
    group: list[Path] = field(default_factory=list)
    order: list[Order] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
