"""Making Distro's fields in an org and granting them, each step such that it can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.core.schema import CustomField

from .client import SalesforceClient, Subrequest
from .faults import SalesforceFault
from .field_health import PERMISSION_SET
from .soql import record_path, soql

LABEL = "Distro Integration"
PURPOSE = "Lets the user whom Distro is connected as read and write Distro's own fields. Made by Distro."
FIELD_PURPOSE = "Written by Distro."
THERE_ALREADY = frozenset({"DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"})
# The user lacks the right, whatever the field: asking for the next one would be refused too.
NO_RIGHT = frozenset(
    {
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_TYPE",
        "NOT_FOUND",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    }
)
MOST_PARTS = 25


@dataclass
class FieldWork:
    """What came of making fields: the names that stand in the org, and why others could not be made."""

    standing: set[tuple[str, str]] = field(default_factory=set)
    refusals: dict[tuple[str, str], str] = field(default_factory=dict)
    lacks_right: bool = False


def must_end_the_run(fault: SalesforceFault) -> bool:
    """Whether a refusal is about the org or the connection, and not about this one thing."""
    verdict = outcome_of(fault).verdict
    return verdict in (Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING) or fault.code == "HOST_REFUSED"


def fields_standing(client: SalesforceClient) -> set[tuple[str, str]]:
    """Distro's fields that the org has, seen or not: (object, name). Empty where the user may not ask.

    Source: Tooling API guide, CustomField: DeveloperName is without `__c`.
    """
    asked = "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField"
    asked += " WHERE TableEnumOrId IN ('Lead', 'Contact', 'Activity') AND DeveloperName LIKE 'Distro%'"
    try:
        rows = client.query(asked, tooling=True)
    except SalesforceFault as fault:
        if must_end_the_run(fault):
            raise
        return set()
    return {(row["TableEnumOrId"], f"{row['DeveloperName']}__c") for row in rows}


def make_fields(
    client: SalesforceClient, wanted: Sequence[CustomField], tell: Callable[[str], None]
) -> FieldWork:
    """Create what is missing, one call a field; `tell` hears how far it has come.

    Raises SalesforceFault where going on makes no sense now; what was made stays made.
    """
    work = FieldWork(fields_standing(client))
    missing = [one for one in wanted if (one.object, one.name) not in work.standing]
    for place, one in enumerate(missing, 1):
        tell(f"Creating field {place} of {len(missing)}: {one.object}.{one.name}")
        try:
            client.post("sobjects/CustomField/", creation(one), tooling=True)
        except SalesforceFault as fault:
            _note_refusal(work, one, fault)
            if work.lacks_right:
                break
        else:
            work.standing.add((one.object, one.name))
    return work


def _note_refusal(work: FieldWork, one: CustomField, fault: SalesforceFault) -> None:
    if must_end_the_run(fault):
        raise fault
    if fault.code in THERE_ALREADY:
        work.standing.add((one.object, one.name))
    elif fault.code in NO_RIGHT:
        work.lacks_right = True
    else:
        words = fault.message or fault.code
        work.refusals[one.object, one.name] = f'Salesforce did not create it: "{words}" ({fault.code}).'


def creation(one: CustomField) -> dict[str, Any]:
    """The body that creates a field. Source: Tooling API guide, CustomField; Metadata API guide, CustomField."""
    metadata: dict[str, Any] = {"label": one.label, "type": one.type, "description": FIELD_PURPOSE}
    if one.type == "Checkbox":
        metadata["defaultValue"] = "false"
    else:
        metadata["required"] = False
    if one.length:
        metadata["length"] = one.length
    if one.key:
        metadata |= {"externalId": True, "unique": True, "caseSensitive": False}
    if one.values:
        values = [{"valueName": value, "label": value, "default": False} for value in one.values]
        metadata["valueSet"] = {
            "restricted": True,
            "valueSetDefinition": {"sorted": False, "value": values},
        }
    return {"FullName": f"{one.object}.{one.name}", "Metadata": metadata}


def grant_fields(client: SalesforceClient, fields: Iterable[CustomField], user_id: str) -> str:
    """Let the connected user read and edit the fields, by the permission set; a sentence where that was refused.

    Activity fields are granted as Event's (Object reference, FieldPermissions). A required field takes no
    permission and needs none: its refusal is no fault.
    """
    try:
        parent = _permission_set(client)
        _field_permissions(client, parent, fields)
        _assignment(client, parent, user_id)
    except SalesforceFault as fault:
        if must_end_the_run(fault):
            raise
        return f'Salesforce said: "{fault.message or fault.code}" ({fault.code}).'
    return ""


def _permission_set(client: SalesforceClient) -> str:
    asked = soql("SELECT Id FROM PermissionSet WHERE Name = {name}", name=PERMISSION_SET)
    rows = client.query(asked)
    if not rows:
        try:
            body = {"Name": PERMISSION_SET, "Label": LABEL, "Description": PURPOSE}
            return str(client.post("sobjects/PermissionSet/", body)["id"])
        except SalesforceFault as fault:
            if fault.code not in THERE_ALREADY:
                raise
        rows = client.query(asked)
    return str(rows[0]["Id"])


def _field_permissions(client: SalesforceClient, parent: str, fields: Iterable[CustomField]) -> None:
    asked = (
        "SELECT Id, Field, PermissionsRead, PermissionsEdit FROM FieldPermissions WHERE ParentId = {parent}"
    )
    standing = {row["Field"]: row for row in client.query(soql(asked, parent=parent))}
    parts = []
    for place, one in enumerate(fields):
        name = f"{one.described_on}.{one.name}"
        row = standing.get(name)
        both = {"PermissionsRead": True, "PermissionsEdit": True}
        if row is None:
            body = {"ParentId": parent, "SobjectType": one.described_on, "Field": name} | both
            parts.append(Subrequest("POST", "sobjects/FieldPermissions", f"grant{place}", body))
        elif not (row["PermissionsRead"] and row["PermissionsEdit"]):
            path = record_path("FieldPermissions", row["Id"])
            parts.append(Subrequest("PATCH", path, f"grant{place}", both))
    for start in range(0, len(parts), MOST_PARTS):
        for answer in client.composite(parts[start : start + MOST_PARTS]):
            if answer.fault and (must_end_the_run(answer.fault) or answer.fault.code in NO_RIGHT):
                raise answer.fault


def _assignment(client: SalesforceClient, parent: str, user_id: str) -> None:
    asked = "SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = {parent} AND AssigneeId = {user}"
    if client.query(soql(asked, parent=parent, user=user_id)):
        return
    try:
        body = {"PermissionSetId": parent, "AssigneeId": user_id}
        client.post("sobjects/PermissionSetAssignment/", body)
    except SalesforceFault as fault:
        if fault.code not in THERE_ALREADY:
            raise
