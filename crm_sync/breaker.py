"""An org in trouble is left alone for a while, and a broken connection is asked now and then."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from crm_sync.models import ConnectionState, SalesforceConnection
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import retry_delay

from .runs import resume_runs

BREAKER = 5
REST = timedelta(seconds=60)
LONGEST_REST = timedelta(minutes=30)
PROBE_EVERY = timedelta(hours=1)
LIMITED = "REQUEST_LIMIT_EXCEEDED"


class OrgTrouble(Exception):
    """The org, and not one record, is in trouble: this turn ends here."""


def note_failure(connection: SalesforceConnection, fault: SalesforceFault, attempts: int) -> None:
    """Count it; after five in a row, or at the org's limit, the org is left alone for a while."""
    rows = SalesforceConnection.objects.filter(pk=connection.pk)
    text = f"{fault.code}: {fault.message}"[:2000]
    rows.update(failures_in_a_row=F("failures_in_a_row") + 1, last_error=text, last_error_at=timezone.now())
    connection.refresh_from_db(fields=["failures_in_a_row"])
    over = connection.failures_in_a_row - BREAKER
    if over >= 0:
        rest = min(REST * 2 ** min(over, 10), LONGEST_REST)
    elif fault.code == LIMITED:
        rest = retry_delay(attempts)
    else:
        return
    rows.update(resting_until=timezone.now() + rest)
    raise OrgTrouble


def note_success(connection: SalesforceConnection) -> None:
    """The org answered: whatever failed before is forgotten."""
    connection.failures_in_a_row = 0
    rows = SalesforceConnection.objects.filter(pk=connection.pk)
    rows.update(failures_in_a_row=0, resting_until=None, last_success_at=timezone.now())


def probe(connection: SalesforceConnection) -> bool:
    """Whether a broken connection works again, asked once an hour, or at once when somebody pressed Retry."""
    asked_at = connection.last_error_at
    if connection.state != ConnectionState.BROKEN:
        return False
    if asked_at and asked_at > timezone.now() - PROBE_EVERY:
        return False
    rows = SalesforceConnection.objects.filter(pk=connection.pk, state=ConnectionState.BROKEN)
    rows.update(last_error_at=timezone.now())
    try:
        SalesforceClient(connection).get("limits")
    except SalesforceFault:
        return False
    rows.update(state=ConnectionState.CONNECTED)
    connection.refresh_from_db()
    resume_runs(connection)
    return True
