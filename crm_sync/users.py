"""Which Salesforce user each host is: asked together with something else wherever that can be, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm_sync.models import SalesforceConnection, UserMapping
from crm_sync.salesforce.soql import is_record_id, soql
from routing.models import Host

KEPT_FOR = timedelta(hours=24)
KEPT_UNFOUND_FOR = timedelta(minutes=10)
MOST_AT_ONCE = 100
SANDBOX_ENDING = ".invalid"  # what Salesforce appends to users' e-mail addresses in a sandbox


def asked_for(host: Host) -> str:
    """The e-mail, username or id by which the host is sought."""
    return (host.salesforce_user or host.email).strip()


def known_mappings(hosts: Iterable[Host]) -> dict[int, UserMapping]:
    """What was last found for these hosts, however long ago, by host id."""
    wanted = {host.pk: asked_for(host) for host in hosts}
    rows = UserMapping.objects.filter(host__in=wanted)
    return {row.host_id: row for row in rows if row.asked_for == wanted[row.host_id]}


def fresh_mappings(hosts: Iterable[Host]) -> dict[int, UserMapping]:
    """Those that still hold: a day for an active user, ten minutes for anything else."""
    now = timezone.now()
    return {
        host: row
        for host, row in known_mappings(hosts).items()
        if row.checked_at > now - (KEPT_FOR if row.user_id and row.active else KEPT_UNFOUND_FOR)
    }


def hosts_to_ask(connection: SalesforceConnection, first: Iterable[Host] = ()) -> list[Host]:
    """The hosts whose user is not known: those named first, then the workspace's other active ones."""
    others = Host.objects.filter(workspace=connection.workspace_id, active=True, archived_at=None)
    hosts = {host.pk: host for host in [*first, *others]}
    known = fresh_mappings(hosts.values())
    return [host for pk, host in hosts.items() if pk not in known][:MOST_AT_ONCE]


def users_query(connection: SalesforceConnection, hosts: Sequence[Host]) -> str:
    """One query for all of them."""
    asked = [asked_for(host) for host in hosts]
    ids = [text for text in asked if is_record_id(text)]
    names = [text for text in asked if "@" in text]
    emails = names + [text + SANDBOX_ENDING for text in names if connection.is_sandbox]
    where = (["Email IN {emails} OR Username IN {names}"] if names else []) + (["Id IN {ids}"] if ids else [])
    begin = "SELECT Id, Email, Username, Name, IsActive, UserType FROM User WHERE"
    return soql(
        " ".join([begin, " OR ".join(where) or "Username = null"]), emails=emails, names=names, ids=ids
    )


def read_users(hosts: Sequence[Host], rows: Sequence[Mapping[str, Any]]) -> list[UserMapping]:
    """Who each host is by what the query found, as rows that are not saved."""
    return [_mapping(host, _choose_user(asked_for(host), rows)) for host in hosts]


def keep_users(hosts: Sequence[Host], rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what the query found, and of whom it found nobody."""
    UserMapping.objects.bulk_create(
        read_users(hosts, rows),
        update_conflicts=True,
        unique_fields=["host"],
        update_fields=["asked_for", "user_id", "active", "checked_at"],
    )


def _mapping(host: Host, user: Mapping[str, Any] | None) -> UserMapping:
    found = user or {}
    return UserMapping(
        host=host,
        asked_for=asked_for(host),
        user_id=found.get("Id", ""),
        active=bool(found.get("IsActive")),
        checked_at=timezone.now(),
    )


def _choose_user(asked: str, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """By id, by username, else by e-mail; of several with one e-mail an active standard user first."""
    wanted = asked.lower()
    emails = (wanted, wanted + SANDBOX_ENDING)
    ranked = sorted(rows, key=lambda row: (not row["IsActive"], row.get("UserType") != "Standard", row["Id"]))
    tests = (
        lambda row: is_record_id(asked) and row["Id"][:15] == asked[:15],
        lambda row: str(row.get("Username") or "").lower() == wanted,
        lambda row: str(row.get("Email") or "").lower() in emails,
    )
    return next((row for test in tests for row in ranked if test(row)), None)


def user_of(host: Host, mapping: UserMapping | None) -> tuple[str, str]:
    """The host's active Salesforce user, or "" and a clause that says why there is none."""
    if mapping is None:
        return "", f"it could not be looked up which Salesforce user {host.name} is"
    if not mapping.user_id:
        return "", f"Salesforce has no user {asked_for(host)} for {host.name}"
    if not mapping.active:
        return "", f"{host.name}'s Salesforce user is not active"
    return mapping.user_id, ""
