"""Retry and ignore."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm_sync.models import ConnectionState, RunKind, RunState, SalesforceConnection, SyncRun
from crm_sync.runs import free_owners
from distro.due import schedule


class Refused(Exception):
    """The run's state does not allow it; the text says why and what now."""


def retry(run: SyncRun) -> SyncRun:
    """Have a run tried again now. Raises Refused for one that is done.

    With a person's run go the meetings that waited for its record. On a connection that Salesforce refuses, this
    also asks whether it still does.
    """
    with transaction.atomic():
        locked = _open_run(run, "sent")
        _wait_now(SyncRun.objects.filter(pk=locked.pk))
        shared = SyncRun.objects.filter(
            prospect=locked.prospect_id, state=RunState.NEEDS_PERSON, error_code=locked.error_code
        )
        if locked.kind != RunKind.OWNER:
            _wait_now(shared.exclude(kind=RunKind.OWNER))
        _ring(locked)
    run.refresh_from_db()
    return run


def ignore(run: SyncRun) -> SyncRun:
    """Leave a run undone. Raises Refused for one that is done."""
    with transaction.atomic():
        locked = _open_run(run, "ignored")
        SyncRun.objects.filter(pk=locked.pk).update(state=RunState.IGNORED)
        free_owners(locked)
        _ring(locked)
    run.refresh_from_db()
    return run


def _open_run(run: SyncRun, verb: str) -> SyncRun:
    locked = SyncRun.objects.select_for_update().get(pk=run.pk)
    if locked.state == RunState.DONE:
        raise Refused(f"This run is done already, so there is nothing left to be {verb}.")
    return locked


def _wait_now(runs: QuerySet[SyncRun]) -> None:
    runs.update(state=RunState.WAITING, due_at=timezone.now())


def _ring(run: SyncRun) -> None:
    connection = SalesforceConnection.objects.filter(workspace=run.workspace_id).first()
    if connection is None:
        return
    if connection.state == ConnectionState.BROKEN:
        SalesforceConnection.objects.filter(pk=connection.pk).update(last_error_at=None)
    SalesforceConnection.objects.filter(pk=connection.pk).update(resting_until=None)
    schedule("crm.drain", connection.pk)
