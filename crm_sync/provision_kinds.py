"""Due work around the connection itself: setting the org up, keeping tokens alive, questions nobody answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from crm_sync.models import ConnectAttempt, ConnectionState, SalesforceConnection
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.login.connecting import decline
from crm_sync.salesforce.login.tie import KEEP_ALIVE_EVERY
from crm_sync.salesforce.provision import provision
from crm_sync.salesforce.tokens import refresh_tokens
from distro.due import Claim, kind

NOT_ANSWERED = (
    "Nobody answered the question of the last attempt to connect within an hour. Nothing was changed."
)


@kind("crm.provision")
def provision_org(key: str, claim: Claim) -> datetime | None:
    """`key` is a connection's id."""
    connection = SalesforceConnection.objects.select_related("workspace").filter(pk=key).first()
    return provision(connection, claim.renew) if connection else None


@kind("crm.keep_alive")
def keep_alive(key: str, claim: Claim) -> datetime | None:
    """Use the refresh token at least once a week: Salesforce forgets one that rests for 30 days."""
    connection = SalesforceConnection.objects.filter(pk=key).first()
    if connection is None or connection.state == ConnectionState.DISCONNECTED:
        return None
    used_at = connection.refreshed_at or connection.connected_at
    if used_at + KEEP_ALIVE_EVERY > timezone.now() + timedelta(hours=1):
        return used_at + KEEP_ALIVE_EVERY
    try:
        refresh_tokens(connection)
    except SalesforceFault:
        connection.refresh_from_db(fields=["state"])
        if connection.state == ConnectionState.CONNECTED:
            raise
    return timezone.now() + KEEP_ALIVE_EVERY


@kind("crm.attempt")
def end_attempt(key: str, claim: Claim) -> datetime | None:
    """A question of the card that nobody answered: the answer is no."""
    attempt = ConnectAttempt.objects.filter(pk=key).first()
    if attempt:
        decline(attempt, NOT_ANSWERED)
    return None
