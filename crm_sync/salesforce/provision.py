"""Setting an org up: Distro's fields made, granted and read back; every step can be repeated and cut short."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.core.schema import CustomField, fields_wanted
from crm_sync.describing import keep_description
from crm_sync.models import ConnectionState, ProvisionState, SalesforceConnection

from .client import SalesforceClient
from .faults import NOT_CONNECTED, SalesforceFault
from .field_health import PERMISSION_SET, Health, health_of
from .org_fields import FieldWork, grant_fields, make_fields
from .tokens import mark_broken

OBJECTS = ("Lead", "Contact", "Account", "Event", "User")
PATIENCE = timedelta(minutes=2)  # a field that was just made may take that long to show in describe
FIRST_LOOK, LAST_LOOK = timedelta(seconds=2), timedelta(seconds=20)
ORGANIZATION = "SELECT Id, Name, IsSandbox, OrganizationType FROM Organization LIMIT 1"
NOT_LOOKED = "Distro could not look at the org: Salesforce was not connected. Check again once it is."
Described = Mapping[str, Mapping[str, Any]]  # object name to what describe answered


def provision(
    connection: SalesforceConnection, before_call: Callable[[], None] | None = None
) -> datetime | None:
    """One look at the org, with what is missing made. Answers when to look again, None when it is settled.

    Raises SalesforceFault for what passes by itself; the connection is broken where only a person can help.
    """
    if connection.state != ConnectionState.CONNECTED:
        _settle(connection, ProvisionState.INCOMPLETE, NOT_LOOKED)
        return None
    _begin(connection)
    client = SalesforceClient(connection, before_call=before_call)
    try:
        return _look(connection, client)
    except SalesforceFault as fault:
        _give_up_or_raise(connection, fault)
    return None


def _look(connection: SalesforceConnection, client: SalesforceClient) -> datetime | None:
    _read_organization(connection, client)
    wanted = fields_wanted(connection.workspace.extension_fields)
    work = make_fields(client, wanted, lambda note: _save(connection, provision_note=note))
    _save(connection, provision_note="Granting the fields to the connected user")
    standing = [one for one in wanted if (one.object, one.name) in work.standing]
    refused_grant = grant_fields(client, standing, connection.user_id)
    described = {name: _describe(client, name) for name in OBJECTS}
    healths = _healths(connection, wanted, described, work)
    for name, found in described.items():
        if found:  # what writes are planned by must know of new fields at once
            keep_description(connection, name, dict(found))
    fields = {f"{one.described_on}.{one.name}": health.as_dict() for one, health in healths}
    _save(connection, fields=fields, objects_rights=_rights(described))
    if all(health.is_good for _, health in healths):
        _settle(connection, ProvisionState.DONE, "")
        return None
    waiting = not refused_grant and any(not seen(described, one) for one in standing)
    if waiting and timezone.now() < _started(connection) + PATIENCE:
        _save(
            connection,
            provision_note="Waiting for the new fields to show; Salesforce can take a minute or two",
        )
        return timezone.now() + _pause(connection)
    _settle(connection, ProvisionState.INCOMPLETE, summary(connection, work, refused_grant, healths))
    return None


def summary(
    connection: SalesforceConnection,
    work: FieldWork,
    refused_grant: str,
    healths: Sequence[tuple[CustomField, Health]],
) -> str:
    """What an administrator must do, in a few sentences; the fields themselves say the rest."""
    user = connection.username or connection.user_id
    lines = []
    missing = [f"{one.object}.{one.name}" for one, health in healths if not health.exists]
    if work.lacks_right and missing:
        lines.append(
            f"{user} may not create fields, so these are missing: {', '.join(missing)}. Give the user the permission"
            " Customize Application and check again, connect once with an administrator, or let an administrator"
            " create them as said at each field."
        )
    elif missing:
        lines.append(f"These fields are missing: {', '.join(missing)}. Why, stands at each of them.")
    if refused_grant:
        lines.append(
            f"{user} may not manage permission sets, so the fields could not be granted. An administrator opens or"
            f" creates the permission set {PERMISSION_SET} (Setup > Permission Sets), allows Read and Edit for Distro's"
            f" fields and assigns it to {user}. {refused_grant}"
        )
    lines.append("Leads, Contacts and Events are synchronised all the same; what has no field is left out.")
    return "\n".join(lines)


def seen(described: Described, one: CustomField) -> bool:
    """Whether describe shows the field."""
    return _field_in(described, one) is not None


def _field_in(described: Described, one: CustomField) -> Mapping[str, Any] | None:
    fields = described[one.described_on].get("fields") or ()
    return next((found for found in fields if str(found["name"]).lower() == one.name.lower()), None)


def _healths(
    connection: SalesforceConnection, wanted: Sequence[CustomField], described: Described, work: FieldWork
) -> list[tuple[CustomField, Health]]:
    user = connection.username or "The connected user"
    return [
        (
            one,
            health_of(
                one,
                _field_in(described, one),
                (one.object, one.name) in work.standing,
                work.refusals.get((one.object, one.name), ""),
                user,
            ),
        )
        for one in wanted
    ]


def _describe(client: SalesforceClient, name: str) -> Mapping[str, Any]:
    """What describe says; nothing at all for an object that the user has no right to."""
    try:
        return client.describe(name)
    except SalesforceFault as fault:
        if fault.code in ("NOT_FOUND", "INVALID_TYPE", "INSUFFICIENT_ACCESS"):
            return {}
        raise


def _rights(described: Described) -> dict[str, dict[str, bool]]:
    rights = ("createable", "updateable", "queryable")
    return {name: {right: bool(found.get(right)) for right in rights} for name, found in described.items()}


def _read_organization(connection: SalesforceConnection, client: SalesforceClient) -> None:
    for row in client.query(ORGANIZATION):
        _save(
            connection,
            org_name=str(row.get("Name") or "")[:120],
            org_type=str(row.get("OrganizationType") or "")[:60],
            is_sandbox=bool(row.get("IsSandbox")),
        )


def _begin(connection: SalesforceConnection) -> None:
    """The time of the first look of this run; looks that follow keep it."""
    if connection.provision_state != ProvisionState.RUNNING or connection.provision_started_at is None:
        started = timezone.now()
        _save(connection, provision_state=ProvisionState.RUNNING, provision_started_at=started)


def _started(connection: SalesforceConnection) -> datetime:
    return connection.provision_started_at or timezone.now()


def _pause(connection: SalesforceConnection) -> timedelta:
    """As long again as has passed, from 2 s to 20 s."""
    return min(max(timezone.now() - _started(connection), FIRST_LOOK), LAST_LOOK)


def _settle(connection: SalesforceConnection, state: ProvisionState, note: str) -> None:
    _save(connection, provision_state=state, provision_note=note, provisioned_at=timezone.now())


def _give_up_or_raise(connection: SalesforceConnection, fault: SalesforceFault) -> None:
    """A fault that passes is raised, so that the look is repeated; else a person reads what it was."""
    if fault.code == NOT_CONNECTED:
        return
    outcome = outcome_of(fault)
    said = f'Salesforce said: "{fault.message or fault.code}" ({fault.code}).'
    if outcome.verdict is Verdict.TRY_AGAIN:
        _save(connection, provision_note=f"{said} Distro looks again by itself.")
        raise fault
    if outcome.verdict is Verdict.NEEDS_RECONNECTING:
        mark_broken(connection, fault)
    _settle(connection, ProvisionState.INCOMPLETE, f"{said} {outcome.remedy}")


def _save(connection: SalesforceConnection, **values: Any) -> None:
    """Written only as long as the workspace is tied to the same org as the same user."""
    rows = SalesforceConnection.objects.filter(
        pk=connection.pk, org_id=connection.org_id, user_id=connection.user_id
    )
    rows.update(**values)
    for name, value in values.items():
        setattr(connection, name, value)
