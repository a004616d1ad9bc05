"""Rules of single objects: Events and their ends, converted Leads, compound names, permission sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from . import permissions
from .access import Access
from .errors import ApiError
from .schema import SObject
from .seed import follow_profile
from .store import Row

if TYPE_CHECKING:
    from .org import Org
    from .records import Options

LONGEST_MEETING = timedelta(days=14)


def field_integrity(text: str, *fields: str) -> ApiError:
    return ApiError(400, "FIELD_INTEGRITY_EXCEPTION", text, list(fields))


def check_lead(access: Access, row: Row, given: Row, before: Row | None) -> None:
    if before and before["IsConverted"]:
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])


def check_calendar_event(access: Access, row: Row, given: Row, before: Row | None) -> None:
    """A start, and an end or a duration that agree; no WhatId beside a Lead; nothing related to private ones.

    Sources: Salesforce object reference, Event (DurationInMinutes, EndDateTime, IsPrivate).
    """
    settle_times(row, given, before)
    if row["WhatId"] and str(row["WhoId"] or "").startswith("00Q"):
        text = "Unable to create Event. You can't specify a Related To record when Name is a Lead."
        raise field_integrity(text, "WhatId")
    if row["IsPrivate"] and (row["WhoId"] or row["WhatId"]):
        raise field_integrity("A private event can't be related to other records.", "IsPrivate")


def settle_times(row: Row, given: Row, before: Row | None) -> None:
    start = given.get("StartDateTime") or given.get("ActivityDateTime") or row["StartDateTime"]
    if start is None and row["ActivityDate"]:
        start = datetime.combine(row["ActivityDate"], time(), UTC)
    if start is None:
        text = "Required fields are missing: [StartDateTime]"
        raise ApiError(400, "REQUIRED_FIELD_MISSING", text, ["StartDateTime"])
    end = settle_end(row, given, before, start)
    if end < start:
        raise field_integrity("Event duration can't be negative.", "EndDateTime")
    if end - start > LONGEST_MEETING:
        raise field_integrity("An event can't last longer than 14 days.", "EndDateTime")
    other = given.get("ActivityDateTime")
    if other is not None and other != start:
        raise field_integrity("Activity Date Time must match Start Date Time.", "ActivityDateTime")
    row |= {
        "StartDateTime": start,
        "EndDateTime": end,
        "ActivityDateTime": start,
        "ActivityDate": start.date(),
    }
    row |= {"EndDate": end.date(), "DurationInMinutes": int((end - start).total_seconds() // 60)}


def settle_end(row: Row, given: Row, before: Row | None, start: datetime) -> datetime:
    """The end: as given, by duration, or moved along with the start that a reschedule changes alone."""
    end, minutes = given.get("EndDateTime"), given.get("DurationInMinutes")
    if end is not None and minutes is not None and end != start + timedelta(minutes=minutes):
        raise field_integrity(
            "Duration must match the difference between start and end.", "DurationInMinutes"
        )
    if minutes is not None:
        return start + timedelta(minutes=minutes)
    if end is not None:
        return end
    if row["IsAllDayEvent"]:
        return start
    if before is not None and "EndDateTime" not in given and before["DurationInMinutes"] is not None:
        return start + timedelta(minutes=before["DurationInMinutes"])
    text = "Required fields are missing: [EndDateTime]"
    raise ApiError(400, "REQUIRED_FIELD_MISSING", text, ["EndDateTime"])


def derive(org: Org, sobject: SObject, row: Row) -> None:
    """Fields that the platform fills: Name, compound addresses, an activity's Account, a closed Task."""
    if "LastName" in row and "Name" in row:
        row["Name"] = " ".join(filter(None, (row.get("FirstName"), row["LastName"])))
    for found in sobject:
        if found.type == "address":
            row[found.name] = address_of(sobject, found.name, row)
    if sobject.name == "Task":
        row["IsClosed"] = row["Status"] == "Completed"
    if sobject.name == "Event":
        row["AccountId"] = account_of(org, row)


def address_of(sobject: SObject, compound: str, row: Row) -> dict[str, Any] | None:
    parts = [one.name for one in sobject if one.compound == compound]
    prefix = compound.removesuffix("Address")
    found = {
        name.removeprefix(prefix)[0].lower() + name.removeprefix(prefix)[1:]: row[name] for name in parts
    }
    return found if any(found.values()) else None


def account_of(org: Org, row: Row) -> str | None:
    if str(row["WhatId"] or "").startswith("001"):
        return str(row["WhatId"])
    who = org.store.find(row["WhoId"] or "")
    return (who or {}).get("AccountId")


CHECKS: dict[str, Callable[[Access, Row, Row, Row | None], None]] = {
    "Lead": check_lead,
    "Event": check_calendar_event,
    "PermissionSet": permissions.check_permission_set,
    "FieldPermissions": permissions.check_field_permission,
    "PermissionSetAssignment": permissions.check_assignment,
}


def check(access: Access, sobject: SObject, row: Row, given: Row, before: Row | None) -> None:
    """The object's own save rules; may fill in what the platform derives from the given fields."""
    if sobject.name in CHECKS:
        CHECKS[sobject.name](access, row, given, before)


def after_create(access: Access, sobject: SObject, row: Row, options: Options) -> None:
    if sobject.name == "FieldPermissions":
        permissions.mirror_to_calendar_event(access, row, options.call)


def after_update(access: Access, sobject: SObject, before: Row, row: Row, options: Options) -> None:
    """A field permission without read is none at all; a user's new profile brings its own permission set."""
    if sobject.name == "FieldPermissions" and not row["PermissionsRead"]:
        gone = {**row, "IsDeleted": True}
        access.org.store.put(
            sobject, gone, by=access.user_id, at=access.org.now(), call=options.call, action="delete"
        )
    if sobject.name == "User" and before["ProfileId"] != row["ProfileId"]:
        follow_profile(access.org, row["Id"])


def after_delete(access: Access, sobject: SObject, row: Row, call: int) -> None:
    """What belongs to a permission set goes with it."""
    if sobject.name != "PermissionSet":
        return
    org = access.org
    for name, tie in (("FieldPermissions", "ParentId"), ("PermissionSetAssignment", "PermissionSetId")):
        for child in org.store.live(name):
            if child[tie] == row["Id"]:
                gone = {**child, "IsDeleted": True}
                org.store.put(
                    org.schema[name], gone, by=access.user_id, at=org.now(), call=call, action="delete"
                )


def before_delete(access: Access, sobject: SObject, row: Row) -> None:
    if sobject.name == "PermissionSet" and row["IsOwnedByProfile"]:
        text = "You can't delete a permission set that is owned by a profile"
        raise ApiError(400, "DELETE_FAILED", text, [])
