"""WHERE to a predicate over rows: types checked, text compared without case, nulls as Salesforce has them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ..errors import ApiError
from ..ids import to18
from ..schema import Field, SObject
from ..values import parse_date, parse_datetime
from .columns import resolve
from .lexer import located, malformed
from .tree import Compare, Junction, Literal, Query

if TYPE_CHECKING:
    from .run import Source

Predicate = Callable[[Any], bool]
ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
PERIODS: dict[str, Callable[[date, int], tuple[date, date]]] = {
    "TODAY": lambda day, _: (day, day),
    "YESTERDAY": lambda day, _: (day - timedelta(1), day - timedelta(1)),
    "TOMORROW": lambda day, _: (day + timedelta(1), day + timedelta(1)),
    "LAST_N_DAYS": lambda day, n: (day - timedelta(n), day),
    "NEXT_N_DAYS": lambda day, n: (day + timedelta(1), day + timedelta(n)),
}
XSD = {"datetime": "dateTime", "date": "date", "boolean": "boolean", "int": "int", "double": "double"}
FITTING: dict[str, set[str]] = {
    "datetime": {"datetime", "period"}, "date": {"date", "period"}, "boolean": {"boolean"},
    "int": {"number"}, "double": {"number"}, "currency": {"number"}, "percent": {"number"},
}  # fmt: skip


def compile_where(source: Source, soql: str, table: SObject, node: Any) -> Predicate:
    """A predicate over rows of `table`; raises ApiError for unknown fields and unfitting values."""
    if node is None:
        return lambda row: True
    if isinstance(node, Junction):
        parts = [compile_where(source, soql, table, one) for one in node.parts]
        if node.op == "not":
            return lambda row: not parts[0](row)
        joined = all if node.op == "and" else any
        return lambda row: joined(one(row) for one in parts)
    return compile_compare(source, soql, table, node)


def compile_compare(source: Source, soql: str, table: SObject, node: Compare) -> Predicate:
    column = resolve(source, soql, table, node.path)
    found, read = column.field, column.read
    if not found.filterable:
        text = f"field '{found.name}' can not be filtered in a query call"
        raise ApiError(400, "INVALID_FIELD", located(soql, node.path.at, text))
    if node.op in ("in", "not in"):
        return compile_in(source, soql, node, found, read)
    if node.op == "like":
        return compile_like(soql, node, found, read)
    if isinstance(node.value, Literal) and node.value.kind == "period":
        return compile_period(source, soql, node, found, read)
    wanted = literal_value(soql, found, node.value)
    if node.op == "=":
        return lambda row: plain(read(row)) == wanted
    if node.op == "!=":
        return lambda row: plain(read(row)) != wanted
    test = ORDERINGS[node.op]
    return lambda row: (value := plain(read(row))) is not None and wanted is not None and test(value, wanted)


def plain(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def literal_value(soql: str, found: Field, literal: Literal) -> Any:
    """A literal as stored values compare; raises INVALID_FIELD or INVALID_QUERY_FILTER_OPERATOR if it cannot be one."""
    if literal.kind == "null":
        return False if found.type == "boolean" else None
    fitting = FITTING.get(found.type, {"string"})
    if literal.kind not in fitting:
        kind = XSD.get(found.type, "string")
        quotes = (
            "should be enclosed in quotes" if fitting == {"string"} else "should not be enclosed in quotes"
        )
        text = f"value of filter criterion for field '{found.name}' must be of type {kind} and {quotes}"
        raise ApiError(400, "INVALID_FIELD", located(soql, literal.at, text))
    if found.type in ("id", "reference"):
        if literal.value and to18(literal.value) is None:
            raise ApiError(
                400,
                "INVALID_QUERY_FILTER_OPERATOR",
                located(soql, literal.at, f"invalid ID field: {literal.value}"),
            )
        return (to18(literal.value) or "").lower() or None
    if literal.kind in ("datetime", "date"):
        moment = parse_datetime(literal.value) if literal.kind == "datetime" else parse_date(literal.value)
        return moment if moment is not None else malformed(soql, literal.at, f"Invalid date: {literal.value}")
    if literal.kind == "number":
        return float(literal.value)
    return (literal.value.lower() or None) if isinstance(literal.value, str) else literal.value


def compile_in(
    source: Source, soql: str, node: Compare, found: Field, read: Callable[[Any], Any]
) -> Predicate:
    if isinstance(node.value, Query):
        wanted = source.values(soql, node.value)
    else:
        wanted = {literal_value(soql, found, one) for one in node.value}
    if node.op == "in":
        return lambda row: plain(read(row)) in wanted
    return lambda row: plain(read(row)) not in wanted


def compile_like(soql: str, node: Compare, found: Field, read: Callable[[Any], Any]) -> Predicate:
    literal: Literal = node.value
    if not found.is_text or literal.kind != "string":
        raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", located(soql, node.at, "invalid operator"))
    signs = {"%": ".*", "_": "."}
    parts = re.findall(r"\\.|[^\\]", literal.value, re.S)
    pattern = "".join(signs.get(one) or re.escape(one[-1]) for one in parts)
    regex = re.compile(pattern, re.I | re.S)
    return lambda row: (value := read(row)) is not None and regex.fullmatch(value) is not None


def compile_period(
    source: Source, soql: str, node: Compare, found: Field, read: Callable[[Any], Any]
) -> Predicate:
    """Date literals such as TODAY and LAST_N_DAYS:7, in UTC days."""
    name, _, count = node.value.value.partition(":")
    if (
        name not in PERIODS
        or found.type not in ("date", "datetime")
        or (name.endswith("_DAYS") and not count)
    ):
        malformed(soql, node.value.at, f"unexpected token: '{node.value.value}'")
    first, last = PERIODS[name](source.now().date(), int(count or 0))
    low: Any = first
    high: Any = last + timedelta(1)
    if found.type == "datetime":
        low, high = datetime.combine(low, time(), UTC), datetime.combine(high, time(), UTC)
    tests: dict[str, Predicate] = {
        "=": lambda v: low <= v < high, "!=": lambda v: not low <= v < high, "<": lambda v: v < low,
        "<=": lambda v: v < high, ">": lambda v: v >= high, ">=": lambda v: v >= low,
    }  # fmt: skip
    test = tests[node.op]
    return lambda row: (value := read(row)) is not None and test(value)
