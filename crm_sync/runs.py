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
from distro.due import Claim, LeaseLost, retry_delay, schedule

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


def due_runs(connection: SalesforceConnection, most: int, now: datetime) -> list[int]:
    """The ids of runs that are due, in order. A run left `running` is a dead worker's: only we have the claim."""
    rows = SyncRun.objects.filter(workspace=connection.workspace_id)
    due = rows.filter(Q(state__in=UNSETTLED, due_at__lte=now) | Q(state=RunState.DONE, verify_at__lte=now))
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:most])


def next_due(connection: SalesforceConnection) -> datetime | None:
    """When the next run is due, None for no run that waits."""
    rows = SyncRun.objects.filter(workspace=connection.workspace_id)
    waiting = rows.filter(state__in=UNSETTLED).aggregate(first=Min("due_at"))["first"]
    verified = rows.filter(state=RunState.DONE, verify_at__isnull=False).aggregate(first=Min("verify_at"))[
        "first"
    ]
    return min(filter(None, (waiting, verified)), default=None)


def begin(claim: Claim, runs: Iterable[SyncRun]) -> None:
    """Note that an attempt at these runs starts; notes and left-out fields are this attempt's from here on."""
    with fenced(claim):
        for run in runs:
            run.attempts += 1
            run.state = RunState.RUNNING
            run.notes, run.left_out = [], []
            SyncRun.objects.filter(pk=run.pk).update(state=run.state, attempts=run.attempts)


def finish(claim: Claim, run: SyncRun) -> None:
    """Settle a run whose change Salesforce has. A newer change that came meanwhile makes it wait again, due now."""
    with fenced(claim):
        values = {
            "written": run.wanted,
            "notes": list(dict.fromkeys(run.notes)),
            "left_out": list(dict.fromkeys(run.left_out)),
            "memo": run.memo,
            "verify_at": _verify_at(run),
            "error_code": "",
            "error_message": "",
            "error_remedy": "",
        }
        rows = SyncRun.objects.filter(pk=run.pk)
        if not rows.filter(wanted=run.wanted).update(state=RunState.DONE, **values):
            rows.update(state=RunState.WAITING, **values)
        free_owners(run)
    run.state = RunState.DONE


def _verify_at(run: SyncRun) -> datetime | None:
    """When a meeting is written once more: Salesforce may still apply a call that we gave up.

    Such a call may hold an older state than the one that was written since (REST API guide: a call can take up to
    ten minutes). A person's answers and an owner do not come in several states.
    """
    unknown_at = run.memo.pop(UNKNOWN_AT, None)
    if unknown_at is None or run.kind != RunKind.MEETING:
        return None
    return datetime.fromisoformat(unknown_at) + timedelta(seconds=settings.SYNC_VERIFY_AFTER)


def free_owners(run: SyncRun) -> None:
    """Give owner runs that waited for this one their own time back."""
    if run.kind == RunKind.OWNER:
        return
    for owner in SyncRun.objects.filter(prospect=run.prospect_id, kind=RunKind.OWNER, state=RunState.WAITING):
        own_time = owner.memo.pop(BLOCKED, None)
        if own_time:
            owner.due_at = max(timezone.now(), datetime.fromisoformat(own_time))
            owner.save(update_fields=["due_at", "memo"])


def fail(claim: Claim, run: SyncRun, verdict: Verdict, code: str, message: str, remedy: str) -> None:
    """Settle an attempt that did not succeed, by one of the three kinds of failure."""
    with fenced(claim):
        SyncRun.objects.filter(pk=run.pk).update(
            state=STATES[verdict],
            due_at=timezone.now() + retry_delay(run.attempts),
            error_code=code[:80],
            error_message=message,
            error_remedy=remedy,
            notes=list(dict.fromkeys(run.notes)),
            left_out=list(dict.fromkeys(run.left_out)),
            memo=run.memo,
        )
    run.state = STATES[verdict]


def fail_by(claim: Claim, run: SyncRun, fault: SalesforceFault) -> None:
    """Settle an attempt that ended in a fault which concerns no field: the table says what it means."""
    outcome = outcome_of(fault)
    if fault.outcome == "unknown":
        run.memo[UNKNOWN_AT] = timezone.now().isoformat()
    verdict = outcome.verdict if outcome.verdict in STATES else Verdict.NEEDS_PERSON
    fail(claim, run, verdict, fault.code, fault.message, outcome.remedy)


def block(claim: Claim, run: SyncRun) -> None:
    """Have an owner run wait until person and Event stand; whoever settles those frees it."""
    run.memo.setdefault(BLOCKED, run.due_at.isoformat())
    with fenced(claim):
        SyncRun.objects.filter(pk=run.pk).update(
            state=RunState.WAITING,
            attempts=0,
            due_at=timezone.now() + BLOCKED_FOR,
            memo=run.memo,
        )


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
