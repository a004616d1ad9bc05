"""The due work of this app: draining an org, describing it anew, and what its connection needs."""

from __future__ import annotations

from datetime import datetime

from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.describing import describe_objects
from crm_sync.drain import drain
from crm_sync.models import ConnectionState, SalesforceConnection
from crm_sync.provision_kinds import end_attempt, keep_alive, provision_org
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import Claim, kind
from distro.due.jobs import run_due

__all__ = [
    "describe_connection",
    "do_what_is_due",
    "drain_connection",
    "end_attempt",
    "keep_alive",
    "provision_org",
]


@kind("crm.drain")
def drain_connection(key: str, claim: Claim) -> datetime | None:
    """Tell the org of connection `key` what is due."""
    return drain(int(key), claim)


@kind("crm.describe")
def describe_connection(key: str, claim: Claim) -> datetime | None:
    """Ask the org of connection `key` what its objects look like now."""
    connection = SalesforceConnection.objects.filter(pk=key, state=ConnectionState.CONNECTED).first()
    if connection is None:
        return None
    try:
        describe_objects(SalesforceClient(connection, before_call=claim.renew))
    except SalesforceFault as fault:
        if outcome_of(fault).verdict is Verdict.TRY_AGAIN:
            raise
    return None


def do_what_is_due() -> None:
    """A worker's turn in this process, for a command that waits for what it asked for."""
    run_due()
