"""Whether the prospect came: completed, no-show, and taking either back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from ..core.lifecycle import Action
from ..crm import get_crm
from ..models import LedgerReason, Meeting, Status
from .change import Refused, give_turn_back, lock, move, take_turn_again


def complete(meeting: Meeting) -> Meeting:
    """The meeting took place. Raises Refused where the lifecycle table has no such change."""
    return attend(meeting, "complete")


def mark_no_show(meeting: Meeting) -> Meeting:
    """The prospect did not come: the host's turn is given back. Raises Refused."""
    return attend(meeting, "no_show")


def undo(meeting: Meeting) -> Meeting:
    """Take back the last `complete` or `mark_no_show`. Raises Refused, a second time too."""
    return attend(meeting, "undo")


@transaction.atomic
def attend(meeting: Meeting, action: Action) -> Meeting:
    """One of the three, with its turn in the ledger and the CRM told; what changes nothing tells nobody."""
    meeting = lock(meeting)
    before = meeting.status
    if not move(meeting, action):
        return meeting
    save_or_refuse(meeting)
    if meeting.status == Status.NO_SHOW:
        give_turn_back(meeting, LedgerReason.NO_SHOW, "the prospect did not come")
    elif before == Status.NO_SHOW:
        take_turn_again(meeting, LedgerReason.NO_SHOW, "the prospect came after all")
    get_crm().meeting_changed(meeting)
    return meeting


def save_or_refuse(meeting: Meeting) -> None:
    """Save; refused where another meeting was booked in this one's place, and only one may stand."""
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError:
        raise Refused("Another meeting was booked in its place.") from None


@transaction.atomic
def complete_by_itself(meeting: Meeting, now: datetime) -> datetime | None:
    """Complete a meeting whose time has come; answers when to look again where it has not, else None."""
    meeting = lock(meeting)
    after = meeting.meeting_type.complete_after
    if after is None or meeting.status not in (Status.SCHEDULED, Status.RESCHEDULED):
        return None
    due = meeting.end + timedelta(minutes=after)
    if due > now:
        return due
    move(meeting, "complete")
    meeting.save()
    get_crm().meeting_changed(meeting)
    return None
