"""The save rules that all objects share: field access, values, references, picklists, uniqueness, owners, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import special
from .access import Access
from .customizing import Automation, all_hold
from .duplicates import check_duplicates
from .errors import ApiError, entity_deleted, field_not_writable, gather, no_such_field
from .schema import Field, SObject
from .store import Row
from .values import check_text, read_value, refuse

if TYPE_CHECKING:
    from .org import Org
    from .records import Options


def may_not_be_blank(found: Field) -> bool:
    return not found.nillable and found.type != "boolean"


def read_values(access: Access, sobject: SObject, values: dict[str, Any], *, creating: bool) -> Row:
    """API names to stored values; refuses unknown, hidden and read-only fields and values of the wrong type."""
    if not isinstance(values, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object")
    given: Row = {}
    closed: list[str] = []
    faults: list[ApiError] = []
    for name, value in values.items():
        if name.lower() == "attributes":
            continue
        found, value = resolve(access, sobject, name, value)
        if not (found.createable if creating else found.updateable) or not access.editable(sobject, found):
            closed.append(found.name)
            continue
        try:
            given[found.name] = read_value(found, value)
        except ApiError as fault:
            if fault.code == "JSON_PARSER_ERROR":
                raise
            faults.append(fault)
    if closed:
        raise field_not_writable(closed)
    gather(faults)
    return given


def resolve(access: Access, sobject: SObject, name: str, value: Any) -> tuple[Field, Any]:
    """The field a key means; `"Account": {"Key__c": "x"}` sets the reference by the other record's external id."""
    found = sobject.get(name)
    if found is None and isinstance(value, dict) and (parent := sobject.by_relationship(name)):
        return parent, id_by_key(access, parent, value)
    if found is None or not access.readable(sobject, found):
        raise no_such_field(sobject.name, name)
    if isinstance(value, (dict, list)):
        raise refuse(found, type(value).__name__)
    return found, value


def id_by_key(access: Access, parent: Field, value: dict[str, Any]) -> str:
    """The id of the record that a nested `{"Key__c": value}` names; polymorphic ones say their type in attributes."""
    named = (value.get("attributes") or {}).get("type") or value.get("type")
    target = access.org.schema.get(named or parent.refers[0])
    keys = {k: v for k, v in value.items() if k not in ("attributes", "type")}
    if target is None or target.name not in parent.refers or len(keys) != 1:
        raise ApiError(
            400, "INVALID_FIELD", f"Cannot tell which record {parent.relationship} means", [parent.name]
        )
    [(name, wanted)] = keys.items()
    key = target.get(name)
    if key is None or not (key.external_id or key.id_lookup) or not access.readable(target, key):
        raise no_such_field(target.name, name)
    rows = access.org.store.with_value(target, key, wanted)
    if len(rows) != 1:
        text = f"Foreign key external ID: {wanted} not found for field {name} in entity {target.name}"
        raise ApiError(400, "INVALID_FIELD" if not rows else "DUPLICATE_EXTERNAL_ID", text, [])
    return str(rows[0]["Id"])


def fresh_row(access: Access, sobject: SObject, given: Row) -> Row:
    """A new row: defaults, then what was given, then the audit fields."""
    org = access.org
    now = org.now()
    row: Row = {f.name: f.default for f in sobject}
    row |= {
        name: value
        for name, value in given.items()
        if value is not None or not sobject.fields[name.lower()].default
    }
    row |= {"CreatedDate": now, "LastModifiedDate": now, "SystemModstamp": now}
    row |= {"CreatedById": access.user_id, "LastModifiedById": access.user_id}
    if "OwnerId" in row and row["OwnerId"] is None:
        row["OwnerId"] = access.user_id
    return row


def check_save(
    access: Access, sobject: SObject, row: Row, given: Row, before: Row | None, options: Options
) -> None:
    """Everything between the values and the table, in Salesforce's order: fields, references, triggers'
    and validation rules, uniqueness, duplicates."""
    changed = {n for n in given if before is None or before.get(n) != row[n]}
    texts = [(sobject.fields[n.lower()], row[n]) for n in given]
    gather([bad for f, v in texts if isinstance(v, str) and f.is_text and (bad := check_text(f, v))])
    for name in given if before is None else changed:
        if row[name] is not None and sobject.fields[name.lower()].refers:
            check_reference(access, sobject, sobject.fields[name.lower()], row[name])
    special.check(access, sobject, row, given, before)
    special.derive(access.org, sobject, row)
    check_validation(access.org, sobject, row)
    check_unique(access.org, sobject, row, changed if before else set(row))
    check_duplicates(access, sobject, row, before, options)


def check_reference(access: Access, sobject: SObject, found: Field, target_id: str) -> None:
    """The other record must be of an allowed type, there, and usable."""
    org = access.org
    target = org.schema.of_id(target_id)
    if target is None or target.name not in found.refers:
        text = f"{found.label}: id value of incorrect type: {target_id}"
        raise ApiError(400, "MALFORMED_ID", text, [found.name])
    row = org.store.find(target_id)
    if row is None or not access.sees(target, row):
        raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    if row["IsDeleted"]:
        raise entity_deleted([found.name], 400)
    if target.name == "Lead" and row["IsConverted"]:
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    if found.name == "OwnerId":
        check_owner(access, sobject, target, row)


def check_owner(access: Access, sobject: SObject, target: SObject, owner: Row) -> None:
    if target.name != "User":
        return
    if not owner["IsActive"]:
        text = (
            f"operation performed with inactive user [{owner['Id'][:15]}] as owner of {sobject.name.lower()}"
        )
        raise ApiError(400, "INACTIVE_OWNER_OR_USER", text, [])
    if owner["UserType"] != "Standard":
        text = f"operation performed with user of wrong type [{owner['Id'][:15]}] as owner of {sobject.name.lower()}"
        raise ApiError(400, "OP_WITH_INVALID_USER_TYPE_EXCEPTION", text, [])
    closed = owner["Id"] in access.org.rules.closed_calendars and owner["Id"] != access.user_id
    if sobject.name == "Event" and closed:
        text = "insufficient access rights on cross-reference id"
        raise ApiError(400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", text, [])


def check_validation(org: Org, sobject: SObject, row: Row) -> None:
    rules = [one for one in org.rules.validation if one.sobject == sobject.name and all_hold(one.when, row)]
    gather([ApiError(400, one.code, one.message, [one.field] if one.field else []) for one in rules])


def check_unique(org: Org, sobject: SObject, row: Row, names: set[str]) -> None:
    for found in sobject:
        if found.unique and found.name in names and row.get(found.name) is not None:
            others = [
                r for r in org.store.with_value(sobject, found, row[found.name]) if r["Id"] != row["Id"]
            ]
            if others:
                text = (
                    f"duplicate value found: {found.name} duplicates value on record with id: "
                    f"{others[0]['Id'][:15]}"
                )
                raise ApiError(400, "DUPLICATE_VALUE", text, [])


def assign_owner(org: Org, sobject: SObject, row: Row, options: Options) -> None:
    """The active Lead assignment rule gives the new Lead its owner, unless Sforce-Auto-Assign is FALSE."""
    if sobject.name == "Lead" and options.auto_assign:
        entry = next((one for one in org.rules.assignment if all_hold(one.when, row)), None)
        if entry:
            row["OwnerId"] = entry.owner


def start_automation(org: Org, sobject: SObject, row: Row) -> None:
    """Has the customer's flows run on a new record, each after its wait."""
    for flow in org.rules.automation:
        if flow.sobject == sobject.name and all_hold(flow.when, row):
            org.later(flow.after_seconds, lambda flow=flow: run_automation(org, sobject, row["Id"], flow))  # type: ignore[misc]


def run_automation(org: Org, sobject: SObject, record_id: str, flow: Automation) -> None:
    row = org.store.find(record_id)
    if row is None or row["IsDeleted"]:
        return
    now = org.now()
    stamps = {"LastModifiedDate": now, "LastModifiedById": flow.by, "SystemModstamp": now}
    org.store.put(sobject, {**row, **flow.set, **stamps}, by=flow.by, at=now, call=0, action="update")
