"""sObject Collections: up to 200 records in one call, results in order, errors under `statusCode` (facts 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import records
from .errors import ApiError, MultipleChoices, not_found
from .ids import to18
from .rows import render
from .schema import SObject
from .web import Answer, Call

MOST = 200
MOST_CHUNKS = 10
ROLLED_BACK = (
    "Record rolled back because not all records were valid and the request was using AllOrNone header"
)
Save = Callable[[dict[str, Any]], dict[str, Any]]


class RolledBack(Exception):
    """One record of an all-or-nothing request was refused."""


def read_records(call: Call) -> tuple[list[dict[str, Any]], bool]:
    """(records, allOrNone); refuses too many records and too many changes of type."""
    body = call.json_object()
    found = body.get("records")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ApiError(400, "INVALID_INPUT", "The request must contain a list of records")
    if len(found) > MOST:
        text = f"record limit reached. cannot submit more than {MOST} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", text)
    names = [type_name(one) for one in found]
    chunks = sum(1 for n, name in enumerate(names) if n == 0 or names[n - 1] != name)
    if chunks > MOST_CHUNKS:
        text = (
            f"Cannot have more than {MOST_CHUNKS} chunks in a single operation. "
            "Please rearrange the data to reduce chunking."
        )
        raise ApiError(400, "LIMIT_EXCEEDED", text)
    return found, body.get("allOrNone") is True


def type_name(record: dict[str, Any]) -> str:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise ApiError(400, "INVALID_INPUT", "Each record needs attributes with a type")
    return name


def refusal(fault: ApiError) -> dict[str, Any]:
    """A refused record: no id, and for duplicates no matches either."""
    errors = [
        {"statusCode": e["errorCode"], "message": e["message"], "fields": e.get("fields") or []}
        for e in fault.errors
    ]
    return {"success": False, "errors": errors}


def success(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def run(call: Call, items: list[dict[str, Any]], together: bool, save: Save) -> Answer:
    """Saves each item; with allOrNone one refusal undoes them all."""
    results: list[dict[str, Any]] = []
    try:
        with call.org.store.all_or_nothing():
            for item in items:
                try:
                    results.append(save(item))
                except ApiError as fault:
                    results.append(refusal(fault))
            if together and not all(one["success"] for one in results):
                raise RolledBack
    except RolledBack:
        error = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": ROLLED_BACK, "fields": []}
        results = [{**one, "success": False, "errors": [error]} if one["success"] else one for one in results]
    return Answer(200, results)


def create(call: Call) -> Answer:
    found, together = read_records(call)
    options = call.options()

    def save(record: dict[str, Any]) -> dict[str, Any]:
        sobject = sobject_of(call, type_name(record))
        return success(records.create(call.access, sobject, record, options))

    return run(call, found, together, save)


def sobject_of(call: Call, name: str) -> SObject:
    found = call.org.schema.get(name)
    if found is None or not call.access.can(found, "Read"):
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return found


def own_id(record: dict[str, Any]) -> str | None:
    return next((value for key, value in record.items() if key.lower() == "id"), None)


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key.lower() != name.lower()}


def twice(values: list[Any]) -> set[str]:
    """What stands more than once among the keys of one request."""
    texts = [str(one).lower() for one in values if one is not None]
    return {one for one in texts if texts.count(one) > 1}


def update(call: Call) -> Answer:
    found, together = read_records(call)
    options = call.options()
    doubled = twice([to18(own_id(one)) for one in found])

    def save(record: dict[str, Any]) -> dict[str, Any]:
        record_id = own_id(record)
        if not record_id:
            raise ApiError(400, "MISSING_ARGUMENT", "Id not specified in an update call")
        if str(to18(record_id)).lower() in doubled:
            raise ApiError(400, "DUPLICATE_VALUE", f"duplicate id in list: {record_id}")
        sobject = sobject_of(call, type_name(record))
        return success(records.update(call.access, sobject, record_id, without(record, "Id"), options))

    return run(call, found, together, save)


def delete(call: Call) -> Answer:
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    if len(ids) > MOST:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"cannot submit more than {MOST} records into this call")
    options = call.options()

    def save(item: dict[str, Any]) -> dict[str, Any]:
        sobject = call.org.schema.of_id(to18(item["id"]) or "")
        if sobject is None:
            raise ApiError(400, "MALFORMED_ID", f"malformed id {item['id']}", ["Id"])
        return success(records.delete(call.access, sobject, item["id"], options))

    together = call.query.get("allOrNone", "").lower() == "true"
    return run(call, [{"id": one} for one in ids], together, save)


def upsert(call: Call, name: str, key: str) -> Answer:
    """PATCH /composite/sobjects/X/Key__c: one type a request; results tell `created`."""
    sobject = records.require_sobject(call.access, name)
    key_field = records.lookup_field(call.access, sobject, key)
    found, together = read_records(call)
    options = call.options()

    def value_of(record: dict[str, Any]) -> Any:
        return next((v for k, v in record.items() if k.lower() == key_field.name.lower()), None)

    doubled = twice([value_of(one) for one in found])

    def save(record: dict[str, Any]) -> dict[str, Any]:
        value = value_of(record)
        there = value is not None and bool(records.rows_by_key(call.access, sobject, key_field, str(value)))
        try:
            return save_one(record, value)
        except ApiError as fault:
            return {**refusal(fault), "created": not there}

    def save_one(record: dict[str, Any], value: Any) -> dict[str, Any]:
        if type_name(record).lower() != sobject.name.lower():
            raise ApiError(400, "INVALID_TYPE", f"The record's type must be {sobject.name}")
        if str(value).lower() in doubled:
            raise ApiError(
                400, "DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [key_field.name]
            )
        rest = without(record, key_field.name)
        if value in (None, "") and key_field.name == "Id":
            return {**success(records.create(call.access, sobject, rest, options)), "created": True}
        if value in (None, ""):
            raise ApiError(400, "MISSING_ARGUMENT", f"{key_field.name} not specified")
        try:
            made, created = records.upsert(call.access, sobject, key_field, str(value), rest, options)
        except MultipleChoices:
            text = f"{key_field.name}: more than one record found for external id field: {value}"
            raise ApiError(400, "DUPLICATE_EXTERNAL_ID", text) from None
        return {**success(made), "created": created}

    return run(call, found, together, save)


def read(call: Call, name: str) -> Answer:
    """Several records by id, in order; null where there is none."""
    sobject = records.require_sobject(call.access, name)
    asked = call.json_object() if call.method == "POST" else call.query
    ids, fields = asked.get("ids"), asked.get("fields")
    ids = ids.split(",") if isinstance(ids, str) else ids
    fields = ",".join(fields) if isinstance(fields, list) else fields
    if not ids or not fields:
        raise not_found()
    rows = [call.org.store.find(to18(one) or "") for one in ids]
    usable = [row and not row["IsDeleted"] and row["Id"].startswith(sobject.prefix) for row in rows]
    shown = [
        render(call, sobject, row, fields) if ok and row else None
        for ok, row in zip(usable, rows, strict=True)
    ]
    return Answer(200, shown)
