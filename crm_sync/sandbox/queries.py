"""The query resources, their pages, and the source of rows behind SOQL."""

from __future__ import annotations

import secrets
from typing import Any

from .access import Access
from .errors import ApiError
from .schema import SObject
from .soql import Result, Source, run_soql
from .store import Row
from .web import Answer, Call

PAGE = 2000
SMALLEST_PAGE = 200
KEPT_CURSORS = 50


def source_for(call: Call, *, everything: bool = False) -> Source:
    """The records this user may read; `everything` adds deleted ones and archived Events (queryAll)."""
    access, store = call.access, call.org.store

    def rows(sobject: SObject) -> list[Row]:
        table = store.tables[sobject.name].values()
        return [row for row in table if (everything or not hidden(row)) and access.sees(sobject, row)]

    return Source(
        schema=call.org.schema,
        rows=rows,
        find=store.find,
        readable=lambda sobject, one: may_read(access, sobject, one),
        may_query=lambda sobject: access.can(sobject, "Read"),
        now=call.org.now,
        url=lambda table, record_id: f"{call.base}/sobjects/{table}/{record_id}",
    )


def hidden(row: Row) -> bool:
    return bool(row["IsDeleted"] or row.get("IsArchived"))


def may_read(access: Access, sobject: SObject, one: Any) -> bool:
    return sobject.name == "Name" or access.readable(sobject, one)


def query(call: Call) -> Answer:
    return answer_query(call, source_for(call))


def query_all(call: Call) -> Answer:
    return answer_query(call, source_for(call, everything=True))


def answer_query(call: Call, source: Source) -> Answer:
    if "q" not in call.query:
        raise ApiError(400, "MALFORMED_QUERY", "\n\n^\nERROR at Row:1:Column:0\nunexpected token: '<EOF>'")
    found = run_soql(source, call.query["q"])
    return Answer(200, first_page(call, found))


def page_size(call: Call) -> int:
    """Rows of one page, from Sforce-Query-Options: batchSize=200..2000."""
    text = call.headers.get("sforce-query-options", "").replace(" ", "").lower()
    asked = text.removeprefix("batchsize=")
    return min(PAGE, max(SMALLEST_PAGE, int(asked))) if asked.isdigit() else PAGE


def first_page(call: Call, found: Result) -> dict[str, Any]:
    size = page_size(call)
    if len(found.records) <= size:
        return {"totalSize": found.total, "done": True, "records": found.records}
    locator = "0r8" + secrets.token_hex(8)[:15]
    cursors = call.org.cursors
    cursors[locator] = (found.records, size)
    for old in list(cursors)[:-KEPT_CURSORS]:
        del cursors[old]
    return page(call, locator, 0)


def page(call: Call, locator: str, start: int) -> dict[str, Any]:
    records, size = call.org.cursors[locator]
    end = start + size
    shown: dict[str, Any] = {"totalSize": len(records), "done": end >= len(records)}
    if end < len(records):
        shown["nextRecordsUrl"] = f"{call.base}/query/{locator}-{end}"
    return {**shown, "records": records[start:end]}


def more(call: Call, cursor: str) -> Answer:
    """The next page of a query; an unknown cursor is INVALID_QUERY_LOCATOR."""
    locator, _, start = cursor.rpartition("-")
    if locator not in call.org.cursors or not start.isdigit():
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return Answer(200, page(call, locator, int(start)))
