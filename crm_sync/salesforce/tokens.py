"""Fresh tokens: one refresh at a time per connection, by a lease; rotated tokens are saved before they are used."""

from __future__ import annotations

import logging
import time
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import F, Q
from django.utils import timezone

from crm_sync.models import ConnectionState, SalesforceConnection
from crm_sync.notices import tell_owners
from distro.due import schedule

from .faults import NOT_CONNECTED, TIMEOUT, UNREADABLE_ANSWER, SalesforceFault, fault_of_answer
from .session import PinnedSession, origin_of, within

logger = logging.getLogger(__name__)
TOKEN_COLUMNS = ("state", "access_token", "refresh_token", "token_version", "instance_url")
# Refusals of the token endpoint that only a person who connects again can mend.
NEEDS_RECONNECTING = frozenset({"invalid_grant", "inactive_user", "inactive_org"})
WAIT_SECONDS = 0.05


def refresh_tokens(connection: SalesforceConnection, seconds: float | None = None) -> None:
    """Bring newer tokens than the connection object has: another's if somebody was quicker, else our own.

    `seconds` is how long the caller can wait; the refresh itself goes on to its end all the same, since an
    answer that nobody saves would lose a rotated token. Raises SalesforceFault; `invalid_grant` and its like
    have set the connection to broken by then. Called outside any transaction.
    """
    ends_at = time.monotonic() + (settings.SYNC_CALL_TIMEOUT if seconds is None else seconds)
    while True:
        stale = connection.token_version
        connection.refresh_from_db(fields=TOKEN_COLUMNS)
        if connection.state == ConnectionState.DISCONNECTED or not connection.refresh_token:
            raise SalesforceFault(NOT_CONNECTED, "Salesforce is not connected")
        if connection.token_version != stale:
            return
        lease = _take_lease(connection)
        if lease:
            break
        if time.monotonic() >= ends_at:
            raise SalesforceFault(TIMEOUT, "Another refresh of the tokens did not end in time")
        time.sleep(WAIT_SECONDS)
    if seconds is None:
        _refresh(connection, lease)
    else:
        within(ends_at - time.monotonic(), lambda: _refresh_in_thread(connection, lease), to_the_end=True)
    connection.refresh_from_db(fields=TOKEN_COLUMNS)


def _take_lease(connection: SalesforceConnection) -> str:
    """The lease's token, or "" where somebody else is refreshing or has done so."""
    now, token = timezone.now(), str(uuid.uuid4())
    free = Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=now)
    rows = SalesforceConnection.objects.filter(free, pk=connection.pk, token_version=connection.token_version)
    until = now + timedelta(seconds=settings.SYNC_CALL_TIMEOUT * 2)
    return token if rows.update(refresh_lease_until=until, refresh_lease_token=token) else ""


def _refresh_in_thread(connection: SalesforceConnection, lease: str) -> None:
    try:
        _refresh(connection, lease)
    finally:
        connections.close_all()


def _refresh(connection: SalesforceConnection, lease: str) -> None:
    rows = SalesforceConnection.objects.filter(pk=connection.pk, refresh_lease_token=lease)
    try:
        fresh = ask_for_tokens(
            connection.login_url, grant_type="refresh_token", refresh_token=connection.refresh_token
        )
        instance_url = origin_of(fresh.get("instance_url") or connection.instance_url)
    except SalesforceFault as fault:
        rows.update(refresh_lease_until=None, refresh_lease_token="")
        if fault.code in NEEDS_RECONNECTING:
            mark_broken(connection, fault)
        raise
    rows.update(
        access_token=fresh["access_token"],
        refresh_token=fresh.get("refresh_token") or connection.refresh_token,
        instance_url=instance_url,
        token_version=F("token_version") + 1,
        refreshed_at=timezone.now(),
        refresh_lease_until=None,
        refresh_lease_token="",
    )


def ask_for_tokens(login_url: str, **form: str) -> dict[str, Any]:
    """Post to a login host's token endpoint as the External Client App. Raises SalesforceFault."""
    session = PinnedSession(login_url)
    client = {"client_id": settings.SALESFORCE_CLIENT_ID, "client_secret": settings.SALESFORCE_CLIENT_SECRET}
    answer = session.post(f"{session.origin}/services/oauth2/token", data={**form, **client})
    try:
        body = answer.json()
    except ValueError:
        body = ""
    if answer.status_code != 200:
        raise fault_of_answer(answer.status_code, body)
    if not isinstance(body, dict) or not body.get("access_token"):
        text = "Salesforce's login host gave an answer without a token"
        raise SalesforceFault(UNREADABLE_ANSWER, text, status=200, outcome="unknown")
    return body


def mark_broken(connection: SalesforceConnection, fault: SalesforceFault) -> bool:
    """Note that only a person can mend the connection; False when that was known, or it was disconnected.

    The workspace's owners get one mail of it, and what waits is put aside by the drain.
    """
    connected = SalesforceConnection.objects.filter(pk=connection.pk, state=ConnectionState.CONNECTED)
    with transaction.atomic():
        changed = connected.update(
            state=ConnectionState.BROKEN,
            last_error=f"{fault.code}: {fault.message}"[:2000],
            last_error_at=timezone.now(),
        )
        connection.refresh_from_db(fields=["state", "last_error", "last_error_at"])
        if changed:
            tell_owners(connection)
            schedule("crm.drain", connection.pk)
            logger.warning("connection %s needs reconnecting (%s)", connection.pk, fault.code)
    return bool(changed)
