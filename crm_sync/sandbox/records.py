"""Create, update, delete and upsert of one record as one user, through everything Salesforce asks of a save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import saving, special
from .access import Access
from .errors import (
    ApiError,
    MultipleChoices,
    entity_deleted,
    external_field_missing,
    no_rights,
    not_found,
)
from .ids import to18
from .schema import Field, SObject
from .store import Row


@dataclass(frozen=True)
class Options:
    """What a request's headers ask of a save."""

    auto_assign: bool = True
    allow_save: bool = False
    record_details: bool = False
    version: int = 66
    call: int = 0
    unmodified_since: Any = None


def require_sobject(access: Access, name: str) -> SObject:
    """The object, if this user may know of it (404 NOT_FOUND otherwise)."""
    found = access.org.schema.get(name)
    if found is None or not access.can(found, "Read"):
        raise not_found()
    return found


def find_for_write(access: Access, sobject: SObject, record_id: str, verb: str) -> Row:
    """The live row a PATCH or DELETE means; an unknown id is INVALID_CROSS_REFERENCE_KEY (404), a binned one
    ENTITY_IS_DELETED (404)."""
    full = to18(record_id)
    if full is None or not full.startswith(sobject.prefix):
        text = f"{sobject.label} ID: id value of incorrect type: {record_id}"
        raise ApiError(404 if full is None else 400, "MALFORMED_ID", text, ["Id"])
    row = access.org.store.find(full)
    if row is None or not access.sees(sobject, row):
        raise ApiError(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    if row["IsDeleted"]:
        raise entity_deleted()
    if not access.can(sobject, verb):
        if sobject.setup:
            raise no_rights()
        raise no_rights(400, "INSUFFICIENT_ACCESS_OR_READONLY")
    return row


def refuse_id(values: dict[str, Any]) -> None:
    """The id stands in the address, never in the body."""
    if any(name.lower() == "id" for name in values):
        text = "The Id field should not be specified in the sobject data."
        raise ApiError(400, "INVALID_FIELD", text, ["Id"])


def create(access: Access, sobject: SObject, values: dict[str, Any], options: Options) -> str:
    """Creates a record and returns its id."""
    org = access.org
    refuse_id(values)
    if not access.can(sobject, "Create"):
        if sobject.setup:
            raise no_rights()
        text = f"entity type cannot be inserted: {sobject.label}"
        raise ApiError(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text, [])
    given = saving.read_values(access, sobject, values, creating=True)
    row = saving.fresh_row(access, sobject, given)
    missing = [f.name for f in sobject if f.required and row.get(f.name) is None and f.name != "Id"]
    if missing:
        raise ApiError(
            400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
        )
    saving.assign_owner(org, sobject, row, options)
    saving.check_save(access, sobject, row, given, None, options)
    row["Id"] = org.ids.make(sobject.prefix)
    with org.store.all_or_nothing():
        org.store.put(sobject, row, by=access.user_id, at=org.now(), call=options.call, action="create")
        special.after_create(access, sobject, row, options)
    saving.start_automation(org, sobject, row)
    return str(row["Id"])


def update(access: Access, sobject: SObject, record_id: str, values: dict[str, Any], options: Options) -> str:
    """Changes a record; raises 412 when `unmodified_since` has passed."""
    org = access.org
    refuse_id(values)
    before = find_for_write(access, sobject, record_id, "Edit")
    if options.unmodified_since and before["LastModifiedDate"] > options.unmodified_since:
        text = "The record has been modified since the given time"
        raise ApiError(412, "PRECONDITION_FAILED", text)
    given = saving.read_values(access, sobject, values, creating=False)
    row = {**before, **given}
    erased = [n for n in given if row[n] is None and saving.may_not_be_blank(sobject.fields[n.lower()])]
    if erased:
        raise ApiError(
            400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(erased)}]", erased
        )
    saving.check_save(access, sobject, row, given, before, options)
    now = org.now()
    row |= {"LastModifiedDate": now, "LastModifiedById": access.user_id, "SystemModstamp": now}
    with org.store.all_or_nothing():
        org.store.put(sobject, row, by=access.user_id, at=now, call=options.call, action="update")
        special.after_update(access, sobject, before, row, options)
    return str(row["Id"])


def delete(access: Access, sobject: SObject, record_id: str, options: Options) -> str:
    """Puts a record into the bin (or removes a Setup record for good)."""
    before = find_for_write(access, sobject, record_id, "Delete")
    special.before_delete(access, sobject, before)
    org = access.org
    now = org.now()
    row = {**before, "IsDeleted": True, "LastModifiedDate": now, "LastModifiedById": access.user_id}
    row["SystemModstamp"] = now
    org.store.put(sobject, row, by=access.user_id, at=now, call=options.call, action="delete")
    special.after_delete(access, sobject, row, options.call)
    return str(row["Id"])


def lookup_field(access: Access, sobject: SObject, name: str) -> Field:
    """The external-id or id-lookup field of an upsert; one that is missing, hidden or neither: NOT_FOUND."""
    found = sobject.get(name)
    usable = found and (found.external_id or found.id_lookup) and access.readable(sobject, found)
    if found is None or not usable:
        raise external_field_missing(name)
    return found


def rows_by_key(access: Access, sobject: SObject, found: Field, value: str) -> list[Row]:
    if found.name == "Id":
        row = access.org.store.find(to18(value) or "")
        return [row] if row and not row["IsDeleted"] else []
    return access.org.store.with_value(sobject, found, value)


def upsert(
    access: Access,
    sobject: SObject,
    key: Field,
    value: str,
    values: dict[str, Any],
    options: Options,
    *,
    update_only: bool = False,
) -> tuple[str, bool]:
    """(id, created). Several records with the key: MultipleChoices, nothing written.

    A key that is external but not unique needs View All on the object or everywhere (REST API guide,
    "Insert or Update (Upsert) a Record Using an External ID").
    """
    if any(name.lower() == key.name.lower() for name in values):
        text = f"The {key.name} field should not be specified in the sobject data."
        raise ApiError(400, "INVALID_FIELD", text, [key.name])
    if key.external_id and not key.unique and not access.has("ViewAllData"):
        raise no_rights(400, "INSUFFICIENT_ACCESS_OR_READONLY")
    rows = rows_by_key(access, sobject, key, value)
    if len(rows) > 1:
        base = f"/services/data/v{options.version}.0/sobjects/{sobject.name}"
        raise MultipleChoices([f"{base}/{row['Id']}" for row in rows])
    if rows:
        return update(access, sobject, rows[0]["Id"], values, options), False
    if update_only or key.name == "Id":
        raise not_found()
    return create(access, sobject, {**values, key.name: value}, options), True
