"""The life of runs: begun, settled, parked, resumed. Every write of a drain is fenced by its claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.models import ConnectionState, RunKind, RunState, SalesforceConnection, SyncRun
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import Claim, LeaseLost, schedule

UNSETTLED = (RunState.WAITING, RunState.RUNNING)
BLOCKED = "blocked"  # in an owner run's memo: it waits for person and Event, and its own time is kept there
UNKNOWN_AT = "unknown_at"  # in a run's memo: when a call was given up that may still be applied
BLOCKED_FOR = timedelta(hours=1)
STATES = {
    Verdict.TRY_AGAIN: RunState.WAITING,
    Verdict.NEEDS_PERSON: RunState.NEEDS_PERSON,
    Verdict.NEEDS_RECONNECTING: RunState.NEEDS_RECONNECTING,
}


@contextmanager
def fenced(claim: Claim) -> Iterator[None]:
    """A short transaction that changes something only while the claim is ours. Raises LeaseLost."""
    with transaction.atomic():
        if not claim.held().select_for_update().exists():
            raise LeaseLost(f"{claim.kind} {claim.key}")
        yield


def due_runs(connection: SalesforceConnection, prospects: int, now: datetime) -> list[int]:
    """The ids of everything that is due for the prospects who have waited longest, so many of them at most.

    A run left `running` is a dead worker's: only we have the claim. With a due meeting go the person runs that wait
    for a later time.
    """
    rows = SyncRun.objects.filter(workspace=connection.workspace_id)
    due = rows.filter(Q(state__in=UNSETTLED, due_at__lte=now) | Q(state=RunState.DONE, verify_at__lte=now))
    first = due.values("prospect").annotate(first=Min("due_at")).order_by("first", "prospect")
    chosen = [row["prospect"] for row in first[:prospects]]
    ids = list(due.filter(prospect__in=chosen).values_list("pk", "kind", "prospect"))
    booked = [prospect for _, kind, prospect in ids if kind == RunKind.MEETING]
    waiting = rows.filter(prospect__in=booked, kind=RunKind.PERSON, state__in=UNSETTLED, due_at__gt=now)
    return [pk for pk, *_ in ids] + list(waiting.values_list("pk", flat=True))


def next_due(connection: SalesforceConnection) -> datetime | None:
    """When the next run is due, None for no run that waits."""
    rows = SyncRun.objects.filter(workspace=connection.workspace_id)
    waiting = rows.filter(state__in=UNSETTLED).aggregate(first=Min("due_at"))["first"]
    verified = rows.filter(state=RunState.DONE, verify_at__isnull=False).aggregate(first=Min("verify_at"))[
        "first"
    ]
    return min(filter(None, (waiting, verified)), default=None)


def verify_at(run: SyncRun) -> datetime | None:
    """When a meeting is written once more: Salesforce may still apply a call that we gave up.

    Such a call may hold an older state than the one that was written since (REST API guide: a call can take up to
    ten minutes). A person's answers and an owner do not come in several states.
    """
    unknown_at = run.memo.get(UNKNOWN_AT)
    if unknown_at is None or run.kind != RunKind.MEETING:
        return None
    return datetime.fromisoformat(unknown_at) + timedelta(seconds=settings.SYNC_VERIFY_AFTER)


def free_owners(run: SyncRun) -> None:
    """Give owner runs that waited for this one their own time back."""
    free_owners_of([run])


def free_owners_of(runs: Iterable[SyncRun]) -> None:
    """Give owner runs that waited for these their own time back."""
    prospects = {run.prospect_id for run in runs if run.kind != RunKind.OWNER}
    if not prospects:
        return
    for owner in SyncRun.objects.filter(
        prospect__in=prospects, kind=RunKind.OWNER, state=RunState.WAITING, memo__has_key=BLOCKED
    ):
        own_time = owner.memo.pop(BLOCKED)
        owner.due_at = max(timezone.now(), datetime.fromisoformat(own_time))
        owner.save(update_fields=["due_at", "memo"])


def park_runs(connection: SalesforceConnection) -> int:
    """Put everything that waits aside until somebody has connected Salesforce again; how many those are."""
    code, _, message = connection.last_error.partition(": ")
    if connection.state == ConnectionState.DISCONNECTED:
        code, message = "NOT_CONNECTED", "Salesforce is not connected"
    fault = SalesforceFault(code or "invalid_grant", message)
    waiting = SyncRun.objects.filter(workspace=connection.workspace_id, state__in=UNSETTLED)
    return waiting.update(
        state=RunState.NEEDS_RECONNECTING,
        error_code=fault.code[:80],
        error_message=fault.message,
        error_remedy=outcome_of(fault).remedy,
    )


def resume_runs(connection: SalesforceConnection) -> int:
    """Have everything that waited for a reconnection done now; how many runs those are."""
    with transaction.atomic():
        parked = SyncRun.objects.filter(workspace=connection.workspace_id, state=RunState.NEEDS_RECONNECTING)
        count = parked.filter(due_at__gt=timezone.now(), kind=RunKind.OWNER).update(state=RunState.WAITING)
        count += parked.update(state=RunState.WAITING, due_at=timezone.now(), attempts=0)
        SalesforceConnection.objects.filter(pk=connection.pk).update(failures_in_a_row=0, resting_until=None)
        schedule("crm.drain", connection.pk)
    return count
