"""Field paths to values: which object a relationship leads to, and what a row answers for the path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import COLUMN_ADVICE, ApiError
from ..schema import Field, SObject
from ..schema.fields import plain, text
from .lexer import located
from .tree import Path

if TYPE_CHECKING:
    from .run import Source

# What a polymorphic Owner, Who or What answers: the fields of Salesforce's "Name" object.
NAME_TEXTS = ("Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username", "Alias", "Type")
NAME = SObject("Name", "Name", "Names", "", {})
NAME.add(text("Id", 18, "id"))
NAME.add(plain("IsActive", "boolean"))
for _name in NAME_TEXTS:
    NAME.add(text(_name, 255))


@dataclass(frozen=True)
class Column:
    """A resolved path: the fields to follow, the last one's type, and how to read it from a row."""

    parents: tuple[Field, ...]
    tables: tuple[SObject, ...]
    field: Field
    read: Callable[[Any], Any]


def type_of_name(source: Source, row: dict[str, Any], target: SObject | None) -> str | None:
    return "Queue" if target and target.name == "Group" else target.name if target else None


def read_along(source: Source, parents: tuple[Field, ...], last: Field) -> Callable[[Any], Any]:
    def read(row: Any) -> Any:
        for parent in parents:
            target_id = row.get(parent.name) if row else None
            row = source.find(target_id) if target_id else None
        if row is None:
            return None
        if len(parents) and len(parents[-1].refers) > 1 and last.name == "Type":
            return type_of_name(source, row, source.schema.of_id(row["Id"]))
        return row.get(last.name)

    return read


def resolve(source: Source, soql: str, table: SObject, path: Path) -> Column:
    """A path to its column; raises INVALID_FIELD for what is missing, hidden or no relationship."""
    names = path.names
    if len(names) > 1 and names[0].lower() == table.name.lower() and table.by_relationship(names[0]) is None:
        names = names[1:]
    parents: list[Field] = []
    tables = [table]
    for name in names[:-1]:
        parent = tables[-1].by_relationship(name)
        if parent is None or not source.readable(tables[-1], parent):
            raise unknown_relationship(soql, path, name)
        parents.append(parent)
        tables.append(NAME if len(parent.refers) > 1 else source.schema[parent.refers[0]])
    last = tables[-1].get(names[-1])
    if last is None or not source.readable(tables[-1], last):
        what = f"No such column '{names[-1]}' on entity '{tables[-1].name}'. {COLUMN_ADVICE}"
        raise ApiError(400, "INVALID_FIELD", located(soql, path.at, what))
    return Column(tuple(parents), tuple(tables), last, read_along(source, tuple(parents), last))


def unknown_relationship(soql: str, path: Path, name: str) -> ApiError:
    what = (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
        "relationship, be sure to append the '__r' after the custom relationship name. Please reference your "
        "WSDL or the describe call for the appropriate names."
    )
    return ApiError(400, "INVALID_FIELD", located(soql, path.at, what))
