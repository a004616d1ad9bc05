"""Telling one org everything that is due for it, under the claim's lease, until nothing is or the turn is over."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from crm_sync.core.matching import Person
from crm_sync.core.outcomes import Verdict
from crm_sync.models import ConnectionState, RunKind, RunState, SalesforceConnection, SyncRun
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import Claim

from .breaker import BREAKER, PROBE_EVERY, OrgTrouble, probe
from .budget import affordable, budget_of, refresh_budget
from .describing import describe_soon, is_stale
from .executor import Attempt, told_runs
from .guard import fail_all, fail_together, guarded
from .journal import Journal
from .look import look_for
from .memo import knows_nobody
from .owners import settle_owners
from .runs import due_runs, next_due, park_runs
from .sending import send_all
from .snapshots import Group, group_runs, load_runs
from .turn import MOST, Turn
from .users import known_mappings

People = dict[int, Person | None]


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
    if is_stale(connection) and not budget_of(connection).is_tight:
        describe_soon(connection)
    return next_due(connection)


def _drain(connection: SalesforceConnection, claim: Claim) -> None:
    turn: Turn | None = None
    while not claim.must_yield:
        runs = load_runs(due_runs(connection, _at_once(connection, turn), timezone.now()))
        if not runs:
            return
        try:
            turn = turn or Turn.start(connection, claim)
        except SalesforceFault as fault:
            journal = Journal(claim)
            journal.begin(runs)
            fail_all(connection, journal, runs, fault)
            return
        refresh_budget(turn.client)
        groups = affordable(connection, turn.journal, group_runs(runs))
        if groups:
            _carry_out(turn, groups)


def _at_once(connection: SalesforceConnection, turn: Turn | None) -> int:
    """How many prospects go together; one alone finds out whether an org that was left alone answers again."""
    if connection.failures_in_a_row >= BREAKER:
        return 1
    return turn.at_once if turn else MOST


def _carry_out(turn: Turn, groups: list[Group]) -> None:
    told = [group for group in groups if told_runs(group)]
    to_look = [group for group in told if _must_look(turn, group)]
    try:
        people = look_for(turn, to_look) if to_look else {}
    except SalesforceFault as fault:
        runs = [run for group in groups for run in group.runs]
        turn.journal.begin(runs)
        fail_together(turn, runs, fault, len(groups))
        return
    attempts = _plan_all(turn, told, people)
    turn.journal.flush()
    send_all(turn, attempts)
    owners = [(group, run) for group in groups for run in group.of_kind(RunKind.OWNER)]
    settle_owners(turn, owners)


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


def _plan_all(turn: Turn, groups: list[Group], people: People) -> list[Attempt]:
    """An attempt at each group, planned; without those whose plan failed or that wait for another."""
    whom = {group.prospect.pk: _whom(group, people) for group in groups}
    groups = _without_waiting(turn, groups, whom)
    runs = [run for group in groups for run in told_runs(group)]
    if not guarded(turn, runs, lambda: _know_users(turn, groups)):
        return []
    mappings = known_mappings(meeting.host for group in groups for meeting in group.meetings)
    attempts: list[Attempt] = []
    for group in groups:
        prospect = group.prospect.pk

        def plan(group: Group = group, prospect: int = prospect) -> None:
            attempt = Attempt.of(turn, group, whom[prospect], mappings)
            attempt.plan(looked=prospect in people)
            attempts.append(attempt)

        guarded(turn, told_runs(group), plan)
    return attempts


def _whom(group: Group, people: People) -> Person | None:
    prospect = group.prospect.pk
    if prospect not in people and group.link:
        return Person(group.link.object, group.link.record_id, was_read=False)
    return people.get(prospect)


def _know_users(turn: Turn, groups: list[Group]) -> None:
    turn.ensure_users([host for group in groups for host in group.new_hosts])
    turn.ensure_known(meeting.host for group in groups for meeting in group.meetings)


def _without_waiting(turn: Turn, groups: list[Group], whom: People) -> list[Group]:
    """A meeting whose person's record needs somebody's help shares its fate, rather than standing alone."""
    alone = [g for g in groups if whom[g.prospect.pk] is None and not g.of_kind(RunKind.PERSON)]
    rows = SyncRun.objects.filter(
        prospect__in=[group.prospect.pk for group in alone],
        kind=RunKind.PERSON,
        state=RunState.NEEDS_PERSON,
    )
    stuck = {run.prospect_id: run for run in rows} if alone else {}
    for group in alone:
        person = stuck.get(group.prospect.pk)
        meetings = group.of_kind(RunKind.MEETING) if person else []
        turn.journal.begin(meetings)
        for run in meetings:
            assert person
            run.notes.append("The Event waits for the person's record")
            text = (person.error_code, person.error_message, person.error_remedy)
            turn.journal.fail(run, Verdict.NEEDS_PERSON, *text)
    return [group for group in groups if group.prospect.pk not in stuck]
