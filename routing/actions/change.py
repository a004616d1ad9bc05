"""What can become of a booked meeting, by the lifecycle table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone as clock

from distro.links import digest_of

from ..core import lifecycle
from ..core.lifecycle import Action, ActionRefused, prospect_may_change, transition
from ..crm import get_crm
from ..emails import tell_people
from ..models import LedgerEntry, LedgerReason, Meeting
from .calendar_claims import release_time

MANAGEABLE_AFTER_END = timedelta(days=30)


class Refused(Exception):
    """The lifecycle table has no such change; the text says why, for a person to read."""


def find_meeting(token: str) -> Meeting | None:
    """The meeting behind /m/TOKEN/; None for unknown links and dead ones alike."""
    return (
        Meeting.objects.filter(manage_digest=digest_of(token), end__gt=clock.now() - MANAGEABLE_AFTER_END)
        .select_related("workspace", "submission__router", "prospect", "host", "meeting_type", "router__form")
        .first()
    )


def cancel_by_prospect(meeting: Meeting, reason: str, now: datetime) -> Meeting:
    """As `cancel`, for the prospect's own page: refused once the meeting is over or no longer stands."""
    if not prospect_may_change(cast(lifecycle.Status, meeting.status), meeting.end, now):
        raise Refused("This meeting is over, or no longer stands, and cannot be cancelled here.")
    return cancel(meeting, reason)


@transaction.atomic
def cancel(meeting: Meeting, reason: str) -> Meeting:
    """Cancel: the host's time is free again, the turn is given back, people and the CRM are told.

    Cancelling a cancelled meeting changes nothing. Raises Refused.
    """
    meeting = lock(meeting)
    if not move(meeting, "cancel"):
        return meeting
    meeting.cancel_reason = reason
    meeting.save()
    release_time(meeting)
    give_turn_back(meeting, LedgerReason.CANCELLATION, "the meeting was cancelled")
    tell_people(meeting, "cancelled")
    get_crm().meeting_changed(meeting)
    return meeting


def lock(meeting: Meeting) -> Meeting:
    """The meeting as it is now, held until the transaction ends: two changes at once come one after the other."""
    Meeting.objects.select_for_update().get(pk=meeting.pk)
    return Meeting.objects.select_related(
        "workspace", "submission", "prospect", "host__workspace", "meeting_type", "router__form"
    ).get(pk=meeting.pk)


def move(meeting: Meeting, action: Action) -> bool:
    """Set the status that an action leads to; False where it changes nothing. Raises Refused."""
    try:
        step = transition(cast(lifecycle.Status, meeting.status), action, cast(Any, meeting.status_before))
    except ActionRefused as refusal:
        raise Refused(str(refusal)) from None
    if not step.changed:
        return False
    meeting.status, meeting.status_before = step.status, step.before
    meeting.version += 1
    return True


def give_turn_back(meeting: Meeting, reason: LedgerReason, note: str) -> None:
    """Take back in the ledger what the meeting counts for its host, team by team."""
    write_turns(meeting, reason, note, -1)


def take_turn_again(meeting: Meeting, reason: LedgerReason, note: str) -> None:
    """Count the meeting again after its turn was given back."""
    write_turns(meeting, reason, note, 1)


def write_turns(meeting: Meeting, reason: LedgerReason, note: str, sign: int) -> None:
    """One row for each team in which the meeting's booking, or its reassignment, counted for the present host."""
    counted = meeting.ledger.filter(
        host=meeting.host,
        reason__in=(LedgerReason.ASSIGNMENT, LedgerReason.OWNERSHIP, LedgerReason.REASSIGNMENT),
    ).order_by()
    sums = counted.values("team", "router").annotate(turns=Sum("turns"))
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            workspace=meeting.workspace,
            team_id=row["team"],
            host=meeting.host,
            router_id=row["router"],
            meeting=meeting,
            reason=reason,
            turns=sign * row["turns"],
            note=note,
        )
        for row in sums
    )
