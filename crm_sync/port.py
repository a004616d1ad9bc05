"""What routing may ask of Salesforce, and what it tells it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from crm_sync.models import ConnectionState, RunKind, RunState, SalesforceConnection, SyncRun
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import schedule
from routing.core.records import Lookup, LookupNeed
from routing.crm import Foreseen, LookUp, Records
from routing.models import STANDING, Meeting, Submission, UpdateOwner, Workspace

from . import stories
from .lookups import clause_of, look_up_prospect
from .memo import nobody_now
from .planned import foresee
from .policy import owner_policy

logger = logging.getLogger(__name__)
NOT_CONNECTED = "Salesforce is not connected"
BROKEN = "Salesforce needs reconnecting"
RESTING = "Salesforce did not answer three times in a row and is left alone for half a minute"
FAILURES = 3
REST = timedelta(seconds=30)
HOST = "host"  # in an owner run's memo: for whom the owner is wanted


class SalesforceCrm:
    """Implements routing.crm.Crm."""

    def look_up(
        self,
        workspace: Workspace,
        email: str,
        needs: Collection[LookupNeed],
        seconds: float,
        *,
        simulated: bool = False,
    ) -> LookUp:
        """One call for all needs within `seconds`; after three failures in a row none is made for 30 s.

        A simulated one is always made, and counts for nothing.
        """
        connection = connection_of(workspace)
        why_not = _why_not(connection) or ("" if simulated else _why_resting(connection))
        if why_not or connection is None:
            return _failed(needs, why_not)
        try:
            looked = look_up_prospect(connection, email, needs, seconds, simulated=simulated)
        except SalesforceFault as fault:
            logger.warning("a look-up failed for connection %s (%s)", connection.pk, fault)
            if not simulated:
                _note_failure(connection)
            return _failed(needs, clause_of(fault))
        if connection.lookup_failures and not simulated:
            SalesforceConnection.objects.filter(pk=connection.pk).update(lookup_failures=0)
        return LookUp(looked.lookups, nobody_now(timezone.now()) if looked.nobody else {})

    def foresee(self, submission: Submission, meeting: Meeting | None) -> Foreseen:
        """The person whom the sync would find, and what it would write for a submission and a booking not saved."""
        connection = connection_of(submission.workspace)
        why_not = _why_not(connection)
        if why_not or connection is None:
            return Foreseen(failed=why_not)
        try:
            return foresee(connection, submission, meeting)
        except SalesforceFault as fault:
            logger.warning("looking ahead failed for connection %s (%s)", connection.pk, fault)
            return Foreseen(failed=clause_of(fault))

    def submission_routed(self, submission: Submission, memo: Mapping[str, Any]) -> None:
        """One person run per submission, of a workspace that was ever connected."""
        connection = connection_of(submission.workspace)
        if connection is None or submission.prospect is None:
            return
        SyncRun.objects.create(
            workspace=submission.workspace,
            kind=RunKind.PERSON,
            prospect=submission.prospect,
            submission=submission,
            due_at=timezone.now(),
            memo=dict(memo),
        )
        schedule("crm.drain", connection.pk)

    def meeting_changed(self, meeting: Meeting) -> None:
        """One meeting run per meeting, which waits again after each change; an owner run at its booking."""
        connection = connection_of(meeting.workspace)
        if connection is None:
            return
        values = _values(meeting)
        run, created = SyncRun.objects.get_or_create(
            kind=RunKind.MEETING, meeting=meeting, defaults=values | {"due_at": timezone.now()}
        )
        if not created:
            _want_again(run, timezone.now())
        _tell_owner(meeting, values, booked=created)
        schedule("crm.drain", connection.pk)

    def runs_of(self, submission: Submission) -> list[dict[str, Any]]:
        """The runs of a submission and its meetings, newest first, in the API's shape."""
        return stories.stories_of(submission)

    def runs_of_meetings(self, meetings: Collection[Meeting]) -> Mapping[int, list[dict[str, Any]]]:
        """The runs of each meeting, by primary key."""
        return stories.stories_of_meetings(meetings)

    def records_of_meetings(self, meetings: Collection[Meeting]) -> Mapping[int, Records]:
        """Event and person of each meeting, by primary key."""
        return stories.records_of_meetings(meetings)


def connection_of(workspace: Workspace) -> SalesforceConnection | None:
    """The workspace's connection, whatever its state; None for one that never was connected."""
    return SalesforceConnection.objects.filter(workspace=workspace).first()


def _why_not(connection: SalesforceConnection | None) -> str:
    if connection is None or connection.state == ConnectionState.DISCONNECTED:
        return NOT_CONNECTED
    if connection.state == ConnectionState.BROKEN:
        return BROKEN
    return ""


def _why_resting(connection: SalesforceConnection | None) -> str:
    until = connection.lookup_resting_until if connection else None
    return RESTING if until and until > timezone.now() else ""


def _failed(needs: Collection[LookupNeed], why: str) -> LookUp:
    return LookUp({(need.object, need.match): Lookup(failed=why) for need in needs})


def _note_failure(connection: SalesforceConnection) -> None:
    """Count it. The refusal of a refresh has broken the connection: the drain then parks what waits."""
    rows = SalesforceConnection.objects.filter(pk=connection.pk)
    rows.update(lookup_failures=F("lookup_failures") + 1)
    rows.filter(lookup_failures__gte=FAILURES).update(
        lookup_failures=0, lookup_resting_until=timezone.now() + REST
    )


def _values(meeting: Meeting) -> dict[str, Any]:
    return {"workspace": meeting.workspace, "prospect": meeting.prospect, "submission": meeting.submission}


def _want_again(run: SyncRun, due_at: Any, **values: Any) -> None:
    SyncRun.objects.filter(pk=run.pk).update(
        wanted=F("wanted") + 1, state=RunState.WAITING, due_at=due_at, attempts=0, **values
    )


def _tell_owner(meeting: Meeting, values: dict[str, Any], *, booked: bool) -> None:
    """The owner follows the host after a wait: at the booking, and when another host takes the meeting."""
    if owner_policy(meeting.submission) == UpdateOwner.NEVER or meeting.status not in STANDING:
        return
    wait = timedelta(seconds=meeting.router.owner_delay)
    memo = {HOST: meeting.host_id}
    run = SyncRun.objects.filter(kind=RunKind.OWNER, meeting=meeting).first()
    if run is None and booked:
        due_at = meeting.created_at + wait
        SyncRun.objects.create(kind=RunKind.OWNER, meeting=meeting, due_at=due_at, memo=memo, **values)
    elif run is not None and run.memo.get(HOST) != meeting.host_id:
        _want_again(run, timezone.now() + wait, memo=memo)
