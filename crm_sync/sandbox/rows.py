"""sObject Rows: one record read, created, changed, deleted or upserted."""

from __future__ import annotations

from typing import Any

from . import records
from .errors import (
    ApiError,
    MultipleChoices,
    entity_deleted,
    external_field_missing,
    no_such_field,
    not_found,
)
from .ids import to18
from .schema import SObject
from .store import Row
from .values import show
from .web import Answer, Call, http_date


def location(call: Call, sobject: SObject, record_id: str) -> dict[str, str]:
    return {"Location": f"{call.base}/sobjects/{sobject.name}/{record_id}"}


def render(call: Call, sobject: SObject, row: Row, wanted: str | None) -> dict[str, Any]:
    """A record with the asked fields, or with all that the user may read."""
    if wanted:
        found = []
        for name in (part.strip() for part in wanted.split(",")):
            one = sobject.get(name)
            if one is None or not call.access.readable(sobject, one):
                raise no_such_field(sobject.name, name)
            found.append(one)
    else:
        found = call.access.readable_fields(sobject)
    url = f"{call.base}/sobjects/{sobject.name}/{row['Id']}"
    shown = {one.name: show(row[one.name]) for one in found}
    return {"attributes": {"type": sobject.name, "url": url}, **shown, "Id": row["Id"]}


def find_for_read(call: Call, sobject: SObject, record_id: str) -> Row:
    """The live row of a GET: unknown is NOT_FOUND, binned ENTITY_IS_DELETED, both 404."""
    full = to18(record_id)
    if full is None:
        raise external_field_missing(record_id)
    row = call.org.store.find(full) if full.startswith(sobject.prefix) else None
    if row is None or not call.access.sees(sobject, row):
        raise not_found()
    if row["IsDeleted"]:
        raise entity_deleted()
    return row


def read(call: Call, name: str, record_id: str) -> Answer:
    sobject = records.require_sobject(call.access, name)
    row = find_for_read(call, sobject, record_id)
    since = http_date(call.headers.get("if-modified-since"))
    if since and row["LastModifiedDate"] <= since:
        return Answer(304)
    unmodified = http_date(call.headers.get("if-unmodified-since"))
    if unmodified and row["LastModifiedDate"] > unmodified:
        raise ApiError(412, "PRECONDITION_FAILED", "The record has been modified since the given time")
    modified = row["LastModifiedDate"].strftime("%a, %d %b %Y %H:%M:%S GMT")
    return Answer(200, render(call, sobject, row, call.query.get("fields")), {"Last-Modified": modified})


def create(call: Call, name: str) -> Answer:
    sobject = records.require_sobject(call.access, name)
    made = records.create(call.access, sobject, call.json_object(), call.options())
    return Answer(201, {"id": made, "success": True, "errors": []}, location(call, sobject, made))


def update(call: Call, name: str, record_id: str) -> Answer:
    sobject = records.require_sobject(call.access, name)
    records.update(call.access, sobject, record_id, call.json_object(), call.options())
    return Answer(204)


def delete(call: Call, name: str, record_id: str) -> Answer:
    sobject = records.require_sobject(call.access, name)
    records.delete(call.access, sobject, record_id, call.options())
    return Answer(204)


def one_by_key(call: Call, name: str, key: str, value: str) -> tuple[SObject, Row]:
    """The one record with this external id."""
    sobject = records.require_sobject(call.access, name)
    found = records.lookup_field(call.access, sobject, key)
    rows = records.rows_by_key(call.access, sobject, found, value)
    if not rows:
        raise not_found()
    if len(rows) > 1:
        raise MultipleChoices([f"{call.base}/sobjects/{sobject.name}/{row['Id']}" for row in rows])
    return sobject, rows[0]


def read_by_key(call: Call, name: str, key: str, value: str) -> Answer:
    sobject, row = one_by_key(call, name, key, value)
    return Answer(200, render(call, sobject, row, call.query.get("fields")))


def delete_by_key(call: Call, name: str, key: str, value: str) -> Answer:
    sobject, row = one_by_key(call, name, key, value)
    records.delete(call.access, sobject, row["Id"], call.options())
    return Answer(204)


def upsert(call: Call, name: str, key: str, value: str) -> Answer:
    """201 created, 200 updated, both with a body; `updateOnly=true` never creates."""
    sobject = records.require_sobject(call.access, name)
    found = records.lookup_field(call.access, sobject, key)
    only = call.query.get("updateOnly", "").lower() == "true"
    made, created = records.upsert(
        call.access, sobject, found, value, call.json_object(), call.options(), update_only=only
    )
    body = {"id": made, "success": True, "errors": [], "created": created}
    return Answer(201 if created else 200, body, location(call, sobject, made))
