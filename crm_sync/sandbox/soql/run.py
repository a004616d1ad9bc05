"""Runs a query over a source of rows and renders records as REST answers them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import ApiError, unknown_type
from ..schema import Schema, SObject
from ..values import show
from .columns import Column, resolve
from .filters import compile_where, plain
from .lexer import located, malformed
from .parse import Parser
from .render import cut, writer
from .tree import Aggregate, Order, Path, Query

MAX_OFFSET = 2000


@dataclass(frozen=True)
class Result:
    """All records of a query, rendered, and how many there are (for count() the count alone)."""

    records: list[dict[str, Any]]
    total: int


@dataclass
class Source:
    """Where rows come from, and what of them the user may read."""

    schema: Schema
    rows: Callable[[SObject], Iterable[dict[str, Any]]]
    find: Callable[[str], dict[str, Any] | None]
    readable: Callable[[SObject, Any], bool]
    may_query: Callable[[SObject], bool]
    now: Callable[[], datetime]
    url: Callable[[str, str], str]

    def table(self, soql: str, query: Query) -> SObject:
        found = self.schema.get(query.table)
        if found is None or not self.may_query(found):
            raise ApiError(400, "INVALID_TYPE", located(soql, query.table_at, unknown_type(query.table)))
        return found

    def matching(self, soql: str, query: Query) -> tuple[SObject, list[dict[str, Any]]]:
        """The rows that WHERE leaves, in order, limit and offset applied."""
        table = self.table(soql, query)
        keep = compile_where(self, soql, table, query.where)
        orders = [(one, sortable(self, soql, table, one)) for one in query.order]
        rows = [row for row in self.rows(table) if keep(row)]
        for order, column in reversed(orders):
            rows = sorted_rows(rows, order, column)
        return table, rows

    def values(self, soql: str, query: Query) -> set[Any]:
        """The values of a semi-join's one field."""
        if len(query.select) != 1 or not isinstance(query.select[0], Path):
            malformed(soql, query.table_at, "only one field may be selected in a semi join")
        table, rows = self.matching(soql, query)
        column = resolve(self, soql, table, query.select[0])
        return {plain(column.read(row)) for row in rows}


def sortable(source: Source, soql: str, table: SObject, order: Order) -> Column:
    column = resolve(source, soql, table, order.path)
    if not column.field.filterable:
        text = f"field '{column.field.name}' can not be sorted in a query call"
        raise ApiError(400, "MALFORMED_QUERY", located(soql, order.path.at, text))
    return column


def sorted_rows(rows: list[dict[str, Any]], order: Order, column: Column) -> list[dict[str, Any]]:
    empty = [row for row in rows if column.read(row) is None]
    full = [row for row in rows if column.read(row) is not None]
    full.sort(key=lambda row: plain(column.read(row)), reverse=order.descending)
    return full + empty if order.nulls_last else empty + full


def run_soql(source: Source, soql: str) -> Result:
    """Runs a whole query; raises ApiError as Salesforce would."""
    query = Parser(soql).whole()
    if query.offset > MAX_OFFSET:
        text = f"Maximum SOQL offset allowed is {MAX_OFFSET}"
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", located(soql, 0, text))
    table, rows = source.matching(soql, query)
    aggregates = [one for one in query.select if isinstance(one, Aggregate)]
    if aggregates or query.group:
        return aggregate(source, soql, query, table, rows)
    rows = cut(query, rows)
    write = writer(source, soql, query, table)
    return Result([write(row) for row in rows], len(rows))


def aggregate(source: Source, soql: str, query: Query, table: SObject, rows: list[dict[str, Any]]) -> Result:
    """count() alone gives a total; otherwise one AggregateResult per group, unnamed ones expr0, expr1, ..."""
    if len(query.select) == 1 and isinstance(query.select[0], Aggregate) and query.select[0].path is None:
        return Result([], len(cut(query, rows)))
    keys = [(path, resolve(source, soql, table, path)) for path in query.group]
    grouped = {path.text.lower() for path, _ in keys}
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {} if keys else {(): rows}
    for row in rows if keys else ():
        groups.setdefault(tuple(column.read(row) for _, column in keys), []).append(row)
    named: list[tuple[str, Callable[[list[dict[str, Any]]], Any]]] = []
    for item in query.select:
        if isinstance(item, Path) and item.text.lower() in grouped:
            column = resolve(source, soql, table, item)
            named.append((column.field.name, first_of(column)))
        elif isinstance(item, Aggregate) and item.path is not None:
            unnamed = sum(1 for name, _ in named if name.startswith("expr"))
            named.append(
                (item.alias or f"expr{unnamed}", folded(item, resolve(source, soql, table, item.path)))
            )
        else:
            at = item.at if isinstance(item, (Path, Aggregate)) else 0
            malformed(soql, at, f"Field must be grouped or aggregated: {getattr(item, 'text', 'count')}")
    kind = {"attributes": {"type": "AggregateResult"}}
    records = [kind | {name: show(fold(group)) for name, fold in named} for group in groups.values()]
    return Result(cut(query, records), len(cut(query, records)))


def first_of(column: Column) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda group: column.read(group[0])


FOLDS: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": len,
    "COUNT_DISTINCT": lambda values: len({plain(one) for one in values}),
    "MAX": lambda values: max(values, default=None),
    "MIN": lambda values: min(values, default=None),
    "SUM": lambda values: sum(values) if values else None,
    "AVG": lambda values: sum(values) / len(values) if values else None,
}


def folded(item: Aggregate, column: Column) -> Callable[[list[dict[str, Any]]], Any]:
    fold = FOLDS[item.function]
    return lambda group: fold([value for row in group if (value := column.read(row)) is not None])
