"""What each org's describe said, kept in our rows: planning asks no call of it, refusals make it fresh."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from crm_sync.core.plan import OrgValues
from crm_sync.core.shapes import Shapes, read_shapes, shapes_of
from crm_sync.models import ObjectDescription, SalesforceConnection
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import schedule

OBJECTS = ("Lead", "Contact", "Account", "Event")
STALE_AFTER = timedelta(hours=24)


def shapes_by_object(connection: SalesforceConnection) -> dict[str, Shapes]:
    """The kept descriptions; an object that was never described is missing."""
    rows = ObjectDescription.objects.filter(connection=connection)
    return {row.object: shapes_of(row.fields) for row in rows}


def org_values(connection: SalesforceConnection) -> OrgValues:
    """What planning must know of the org."""
    extension_fields = connection.workspace.extension_fields
    return OrgValues(shapes=shapes_by_object(connection), extension_fields=extension_fields)


def describe_objects(client: SalesforceClient, objects: Iterable[str] = OBJECTS) -> None:
    """Ask the org and keep its answer: one call for each object.

    Raises SalesforceFault; INVALID_TYPE, as a query does, for an object that the connected user may not see.
    """
    for name in objects:
        keep_description(client.connection, name, describe_object(client, name))


def describe_object(client: SalesforceClient, name: str) -> dict[str, object]:
    """Ask the org about one object, keeping nothing. Raises SalesforceFault as `describe_objects` does."""
    try:
        return client.describe(name)
    except SalesforceFault as fault:
        if fault.code != "NOT_FOUND":
            raise
        text = f"The connected user may not see the object {name}"
        raise SalesforceFault("INVALID_TYPE", text, status=fault.status) from None


def keep_description(connection: SalesforceConnection, name: str, describe: dict[str, object]) -> None:
    """Keep a describe answer that somebody has in hand."""
    values = {"fields": read_shapes(describe), "described_at": timezone.now()}
    ObjectDescription.objects.update_or_create(connection=connection, object=name, defaults=values)


def describe_soon(connection: SalesforceConnection) -> None:
    """Have the org described anew, beside the work in hand."""
    schedule("crm.describe", connection.pk)


def is_stale(connection: SalesforceConnection) -> bool:
    """Whether an object was described longer than a day ago. One that never was is described when it is needed."""
    old = ObjectDescription.objects.filter(
        connection=connection, described_at__lt=timezone.now() - STALE_AFTER
    )
    return old.exists()
