"""The tie between a workspace and an org: written, let go, and what hangs on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from crm_sync.models import (
    ConnectionState,
    ObjectDescription,
    ProvisionState,
    RecordLink,
    SalesforceConnection,
    UserMapping,
)
from crm_sync.runs import resume_runs
from distro.due import schedule
from routing.models import Workspace

from .grant import Grant
from .revoking import revoke

KEEP_ALIVE_EVERY = timedelta(days=7)
OF_GRANT = (
    "org_id",
    "user_id",
    "username",
    "login_url",
    "instance_url",
    "identity_url",
    "scope",
    "access_token",
    "refresh_token",
)
Revocable = tuple[str, str]  # a login URL and a refresh token


def tie(workspace: Workspace, grant: Grant, user: User | None) -> list[Revocable]:
    """Write the connection in the caller's transaction and have the org set up; answers replaced tokens.

    The same row serves for every org that the workspace was ever tied to.
    """
    rows = SalesforceConnection.objects.select_for_update().filter(workspace=workspace)
    connection = rows.first() or SalesforceConnection(workspace=workspace)
    old = (connection.login_url, connection.refresh_token)
    replaced = [old] if old[1] not in ("", grant.refresh_token) else []
    if connection.pk and connection.org_id != grant.org_id:
        _forget_org(connection)
    elif connection.user_id != grant.user_id:
        _forget_rights(connection)
    _write(connection, grant, user, timezone.now())
    resume_runs(connection)
    schedule("crm.keep_alive", connection.pk, timezone.now() + KEEP_ALIVE_EVERY)
    schedule("crm.provision", connection.pk)
    return replaced


def let_go(connection: SalesforceConnection) -> Revocable:
    """The tie ends, in the caller's transaction: state, tokens and a refresh that may be under way."""
    given_back = (connection.login_url, connection.refresh_token)
    connection.state = ConnectionState.DISCONNECTED
    connection.access_token = connection.refresh_token = ""
    _fence(connection)
    connection.save()
    return given_back


def disconnect(connection: SalesforceConnection) -> bool:
    """Forget the tokens, then give them back. False where Salesforce did not confirm the latter."""
    with transaction.atomic():
        kept = SalesforceConnection.objects.select_for_update().get(pk=connection.pk)
        given_back = let_go(kept)
    return revoke(*given_back)


def link_member(user: User | None, grant: Grant) -> bool:
    """Let the member sign in as this Salesforce user from now on. False where that is somebody else's."""
    extra = {"organization_id": grant.org_id, "user_id": grant.user_id, "preferred_username": grant.username}
    account, _ = SocialAccount.objects.get_or_create(
        provider="salesforce", uid=grant.uid, defaults={"user": user, "extra_data": extra}
    )
    return bool(user and account.user_id == user.pk)


def _write(connection: SalesforceConnection, grant: Grant, user: User | None, now: datetime) -> None:
    for name in OF_GRANT:
        setattr(connection, name, getattr(grant, name))
    connection.state = ConnectionState.CONNECTED
    connection.provision_state, connection.provision_note = ProvisionState.WAITING, ""
    connection.failures_in_a_row = connection.lookup_failures = 0
    connection.resting_until = connection.lookup_resting_until = None
    connection.last_error, connection.last_error_at = "", None
    connection.connected_at = connection.refreshed_at = now
    connection.connected_by = user
    _fence(connection)
    connection.save()


def _fence(connection: SalesforceConnection) -> None:
    """Whatever a refresh under way brings back must not be written over what stands now."""
    connection.token_version += 1
    connection.refresh_lease_token = ""
    connection.refresh_lease_until = None


def _forget_rights(connection: SalesforceConnection) -> None:
    """What one user may do says nothing about another: the set-up looks again."""
    connection.fields, connection.objects_rights = {}, {}


def _forget_org(connection: SalesforceConnection) -> None:
    """Ids of the org that was left mean nothing in the next one."""
    RecordLink.objects.filter(connection=connection).delete()
    ObjectDescription.objects.filter(connection=connection).delete()
    UserMapping.objects.filter(host__workspace=connection.workspace_id).delete()
    connection.org_name = connection.org_type = ""
    _forget_rights(connection)
    connection.api_used = connection.api_max = 0
    connection.last_success_at = connection.provisioned_at = None
