"""Rows to records as REST answers them: attributes, nested parents, child lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import ApiError
from ..schema import SObject
from ..values import show
from .columns import Column, resolve
from .lexer import located, malformed
from .tree import AllFields, Path, Query

if TYPE_CHECKING:
    from .run import Source

FIELD_KINDS = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}


def cut(query: Query, rows: list[Any]) -> list[Any]:
    """LIMIT and OFFSET applied."""
    end = None if query.limit is None else query.offset + query.limit
    return rows[query.offset : end]


def writer(source: Source, soql: str, query: Query, table: SObject) -> Callable[[Any], dict[str, Any]]:
    """How a row of this query is rendered: attributes, fields, nested parents, child lists."""
    columns: list[Column] = []
    children: list[tuple[str, Query, str]] = []
    for item in query.select:
        if isinstance(item, AllFields):
            if query.limit is None or query.limit > 200:
                malformed(soql, query.table_at, "The SOQL FIELDS function must have a LIMIT of at most 200")
            kinds = FIELD_KINDS.get(item.kind, ())
            names = [one.name for one in table if one.custom in kinds and source.readable(table, one)]
            columns += [resolve(source, soql, table, Path((name,))) for name in names]
        elif isinstance(item, Query):
            children.append(child_list(source, soql, table, item))
        else:
            columns.append(resolve(source, soql, table, item))
    refuse_twice(soql, query, columns)

    def write(row: dict[str, Any]) -> dict[str, Any]:
        record: dict[str, Any] = {"attributes": attributes(source, table.name, table.name, row)}
        for column in columns:
            place(source, record, row, column)
        for name, child, key in children:
            record[name] = child_records(source, soql, child, key, row["Id"])
        return record

    return write


def refuse_twice(soql: str, query: Query, columns: list[Column]) -> None:
    names = [".".join([*(p.name for p in one.parents), one.field.name]) for one in columns]
    twice = [name for n, name in enumerate(names) if name in names[:n]]
    if twice:
        malformed(soql, 0, f"duplicate field selected: {twice[0].split('.')[-1]}")


def attributes(source: Source, shown: str, table: str, row: dict[str, Any]) -> dict[str, str]:
    return {"type": shown, "url": source.url(table, row["Id"])} if "Id" in row else {"type": shown}


def place(source: Source, record: dict[str, Any], row: dict[str, Any], column: Column) -> None:
    """Puts one value into the record, under nested parents; a missing parent is null."""
    here: Any = record
    current: dict[str, Any] = row
    for parent, table in zip(column.parents, column.tables[1:], strict=True):
        target_id = current.get(parent.name)
        target = source.find(target_id) if target_id else None
        name = str(parent.relationship)
        if target is None:
            here[name] = None
            return
        real = source.schema.of_id(target["Id"]) if "Id" in target else None
        here = here.setdefault(
            name, {"attributes": attributes(source, table.name, (real or table).name, target)}
        )
        current = target
    here[column.field.name] = show(column.read(row))


def child_list(source: Source, soql: str, table: SObject, child: Query) -> tuple[str, Query, str]:
    """A sub-select such as (SELECT Id FROM Contacts): its name, query and the field that points to the parent."""
    name = child.table
    for one in source.schema:
        for found in one:
            if one.plural.replace(" ", "").lower() == name.lower() and table.name in found.refers:
                child.table = one.name
                return one.plural.replace(" ", ""), child, found.name
    text = f"Didn't understand relationship '{name}' in FROM part of query call."
    raise ApiError(400, "INVALID_TYPE", located(soql, child.table_at, text))


def child_records(source: Source, soql: str, child: Query, key: str, parent: str) -> dict[str, Any] | None:
    table, rows = source.matching(soql, child)
    found = cut(child, [row for row in rows if row[key] == parent])
    write = writer(source, soql, child, table)
    return (
        {"totalSize": len(found), "done": True, "records": [write(row) for row in found]} if found else None
    )
