"""Telling one org everything that is due for it, under the claim's lease, until nothing is or the turn is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from crm_sync.core.matching import Person
from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.models import ConnectionState, RunKind, RunState, SalesforceConnection, SyncRun
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.tokens import mark_broken
from distro.due import Claim, LeaseLost

from .breaker import LIMITED, PROBE_EVERY, OrgTrouble, note_failure, note_success, probe
from .describing import describe_soon, is_stale
from .executor import Attempt
from .look import look_for
from .memo import knows_nobody
from .owners import settle_owner
from .runs import UNSETTLED, begin, due_runs, fail, fail_by, next_due, park_runs
from .snapshots import Group, group_runs, load_runs
from .turn import Turn

logger = logging.getLogger(__name__)
AT_ONCE = 200
BUG_ATTEMPTS = 8


def drain(connection_id: int, claim: Claim) -> datetime | None:
    """Send what is due to one org; when the next is due, None for nothing that waits. Raises LeaseLost."""
    connection = SalesforceConnection.objects.select_related("workspace").filter(pk=connection_id).first()
    if connection is None:
        return None
    if connection.state != ConnectionState.CONNECTED and not probe(connection):
        park_runs(connection)
        return timezone.now() + PROBE_EVERY if connection.state == ConnectionState.BROKEN else None
    if connection.resting_until and connection.resting_until > timezone.now():
        return connection.resting_until
    try:
        _drain(connection, claim)
    except OrgTrouble:
        connection.refresh_from_db(fields=["state", "resting_until"])
        if connection.state != ConnectionState.CONNECTED:
            return timezone.now() + PROBE_EVERY
        return max(filter(None, (connection.resting_until, next_due(connection))), default=None)
    if is_stale(connection):
        describe_soon(connection)
    return next_due(connection)


def _drain(connection: SalesforceConnection, claim: Claim) -> None:
    turn: Turn | None = None
    while not claim.must_yield:
        ids = due_runs(connection, AT_ONCE, timezone.now())
        if not ids:
            return
        runs = load_runs(_with_persons(ids))
        try:
            turn = turn or Turn.start(connection, claim)
        except SalesforceFault as fault:
            _fail_all(connection, claim, runs, fault)
            return
        _carry_out(turn, runs)


def _with_persons(ids: list[int]) -> list[int]:
    """The due runs, and with each meeting's the person runs that wait for a later time: they go together."""
    prospects = SyncRun.objects.filter(pk__in=ids, kind=RunKind.MEETING).values("prospect")
    waiting = SyncRun.objects.filter(prospect__in=prospects, kind=RunKind.PERSON, state__in=UNSETTLED)
    return [*ids, *waiting.exclude(pk__in=ids).values_list("pk", flat=True)]


def _carry_out(turn: Turn, runs: list[SyncRun]) -> None:
    groups = group_runs(runs)
    to_look = [group for group in groups if _must_look(turn, group)]
    people: dict[int, Person | None] = {}
    if to_look:
        try:
            people = look_for(turn, to_look)
        except SalesforceFault as fault:
            _fail_all(turn.connection, turn.claim, runs, fault)
            return
    for group in groups:
        if turn.claim.must_yield:
            return
        _one_group(turn, group, people)


def _must_look(turn: Turn, group: Group) -> bool:
    """Whether the org must be searched before planning.

    Not for a change to records that we wrote before (the write is the look), nor where the visitor's own look-up
    has just found nobody and the external id protects from a second record.
    """
    persons, meetings = group.of_kind(RunKind.PERSON), group.of_kind(RunKind.MEETING)
    if persons:
        creates = {"Lead", "Contact"} - turn.keyless
        keyed = all(turn.org.key_field(name) for name in creates) and not turn.keyless
        return not (keyed and group.link is None and knows_nobody(persons))
    return group.link is None and any(run.meeting_id not in group.by_meeting for run in meetings)


def _one_group(turn: Turn, group: Group, people: dict[int, Person | None]) -> None:
    prospect = group.prospect.pk
    if group.of_kind(RunKind.PERSON) or group.of_kind(RunKind.MEETING):
        person = people.get(prospect)
        if prospect not in people and group.link:
            person = Person(group.link.object, group.link.record_id, was_read=False)
        if person is None and _waits_for_mending(turn, group):
            return

        def attempt() -> None:
            turn.ensure_users(group.new_hosts)
            turn.ensure_known(meeting.host for meeting in group.meetings)
            Attempt.of(turn, group, person).carry_out(looked=prospect in people)

        _guarded(turn, [run for run in group.runs if run.kind != RunKind.OWNER], attempt)
    for run in group.of_kind(RunKind.OWNER):
        _guarded(turn, [run], lambda run=run: settle_owner(turn, group, run))  # type: ignore[misc]


def _waits_for_mending(turn: Turn, group: Group) -> bool:
    """A meeting whose person's record needs somebody's help shares its fate, rather than standing alone."""
    meetings = group.of_kind(RunKind.MEETING)
    stuck = SyncRun.objects.filter(
        prospect=group.prospect, kind=RunKind.PERSON, state=RunState.NEEDS_PERSON
    ).first()
    if stuck is None or group.of_kind(RunKind.PERSON):
        return False
    begin(turn.claim, meetings)
    for run in meetings:
        run.notes.append("The Event waits for the person's record")
        text = (stuck.error_code, stuck.error_message, stuck.error_remedy)
        fail(turn.claim, run, Verdict.NEEDS_PERSON, *text)
    return True


def _guarded(turn: Turn, runs: list[SyncRun], act: Callable[[], None]) -> None:
    """One attempt, whose end is nobody else's: only trouble of the whole org ends the turn."""
    before = {run.pk: run.attempts for run in runs}
    try:
        act()
    except SalesforceFault as fault:
        # A run that waits again after this attempt has been settled by it.
        open_runs = [run for run in runs if run.state == RunState.RUNNING or run.attempts == before[run.pk]]
        begun = [run.pk for run in open_runs if run.attempts != before[run.pk]]
        _fail_all(turn.connection, turn.claim, open_runs, fault, begun)
    except (LeaseLost, OrgTrouble, DatabaseError, InterfaceError):
        raise
    except Exception:  # the executor's edge: a fault of ours in one run must not stop the others
        logger.exception("runs %s could not be carried out", [run.pk for run in runs])
        for run in runs:
            if run.state in UNSETTLED:
                _fail_as_bug(turn.claim, run)
    else:
        note_success(turn.connection)


def _fail_as_bug(claim: Claim, run: SyncRun) -> None:
    verdict = Verdict.NEEDS_PERSON if run.attempts >= BUG_ATTEMPTS else Verdict.TRY_AGAIN
    remedy = "Tell whoever runs Distro, who finds the fault in the worker's log; then press Retry."
    fail(claim, run, verdict, "DISTRO_FAULT", "Distro could not work out what to send", remedy)


def _fail_all(
    connection: SalesforceConnection,
    claim: Claim,
    runs: list[SyncRun],
    fault: SalesforceFault,
    begun: Collection[int] = (),
) -> None:
    """Settle runs by a fault of the whole call; ends the turn when it says something about the whole org.

    `begun` are the ids of those whose attempt has begun already.
    """
    begin(claim, [run for run in runs if run.pk not in begun])
    for run in runs:
        fail_by(claim, run, fault)
    if outcome_of(fault).verdict is Verdict.NEEDS_RECONNECTING:
        mark_broken(connection, fault)
        park_runs(connection)
        raise OrgTrouble
    if fault.is_transport or fault.code == LIMITED:
        note_failure(connection, fault, max((run.attempts for run in runs), default=1))
