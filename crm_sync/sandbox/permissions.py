"""Permission sets, their field permissions and assignments (facts 4.3)."""

from __future__ import annotations

import re

from .access import Access
from .errors import ApiError
from .schema import Field, SObject
from .store import Row


def check_permission_set(access: Access, row: Row, given: Row, before: Row | None) -> None:
    if not re.fullmatch(r"[A-Za-z](?:_?[A-Za-z0-9])*", row["Name"]):
        text = (
            "The Permission Set API Name can only contain underscores and alphanumeric characters. It must be "
            "unique, begin with a letter, not include spaces, not end with an underscore, and not contain two "
            "consecutive underscores."
        )
        raise ApiError(400, "INVALID_API_INPUT", text, ["Name"])
    for other in access.org.store.live("PermissionSet"):
        if other["Name"].lower() == row["Name"].lower() and other["Id"] != row["Id"]:
            text = f"duplicate value found: Name duplicates value on record with id: {other['Id'][:15]}"
            raise ApiError(400, "DUPLICATE_DEVELOPER_NAME", text, ["Name"])
    row["IsCustom"] = not row["IsOwnedByProfile"]
    row["IsOwnedByProfile"] = bool(row["IsOwnedByProfile"])


def field_of(access: Access, row: Row) -> tuple[SObject, Field] | None:
    table, _, name = row["Field"].partition(".")
    sobject = access.org.schema.get(table)
    found = sobject.get(name) if sobject else None
    return (sobject, found) if sobject and found else None


def check_field_permission(access: Access, row: Row, given: Row, before: Row | None) -> None:
    """Field is `Lead.X__c` of an object that has it (never `Activity.X__c`), permissionable, granted once."""
    named = field_of(access, row)
    if named is None or named[0].name.lower() != row["SobjectType"].lower():
        text = f"Field Name: bad value for restricted picklist field: {row['Field']}"
        raise ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ["Field"])
    sobject, found = named
    if not found.permissionable or (not found.nillable and found.type != "boolean"):
        text = f"Field Name: bad value for restricted picklist field: {row['Field']}"
        raise ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ["Field"])
    row |= {"SobjectType": sobject.name, "Field": f"{sobject.name}.{found.name}"}
    if row["PermissionsEdit"] and not row["PermissionsRead"]:
        text = "Permission Edit depends on permission(s): Read"
        raise ApiError(400, "FIELD_INTEGRITY_EXCEPTION", text, ["PermissionsRead"])
    for other in access.org.store.live("FieldPermissions"):
        if other["Id"] != row["Id"] and (other["ParentId"], other["Field"]) == (
            row["ParentId"],
            row["Field"],
        ):
            text = f"duplicate value found: <unknown> duplicates value on record with id: {other['Id'][:15]}"
            raise ApiError(400, "DUPLICATE_VALUE", text, [])


def mirror_to_calendar_event(access: Access, row: Row, call: int) -> None:
    """Granting a Task field makes the platform keep an Event row beside it (facts 4.3, Activity)."""
    table, _, name = row["Field"].partition(".")
    sobject = access.org.schema[table]
    found = sobject.get(name)
    mirrored = f"Event.{name}"
    grants = access.org.store.live("FieldPermissions")
    there = any((one["ParentId"], one["Field"]) == (row["ParentId"], mirrored) for one in grants)
    if table == "Task" and found and found.custom and not there:
        org = access.org
        permission = org.schema["FieldPermissions"]
        twin = {**row, "Id": org.ids.make(permission.prefix), "SobjectType": "Event", "Field": mirrored}
        org.store.put(permission, twin, by=access.user_id, at=org.now(), call=call, action="create")


def check_assignment(access: Access, row: Row, given: Row, before: Row | None) -> None:
    parent = access.org.store.find(row["PermissionSetId"])
    if parent and parent["IsOwnedByProfile"]:
        text = "You can't assign a permission set that is owned by a profile"
        raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", text, ["PermissionSetId"])
    for other in access.org.store.live("PermissionSetAssignment"):
        same = (other["PermissionSetId"], other["AssigneeId"]) == (row["PermissionSetId"], row["AssigneeId"])
        if same and other["Id"] != row["Id"]:
            text = f"duplicate value found: AssigneeId duplicates value on record with id: {other['Id'][:15]}"
            raise ApiError(400, "DUPLICATE_VALUE", text, [])
