"""A prospect books a time: the fairest free host gets it, and the database has the last word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from distro.due import schedule
from distro.links import digest_of, new_seed, token_of

from ..core.rotation import order
from ..core.titles import render_title
from ..core.values import Slot
from ..crm import get_crm
from ..emails import tell_people
from ..models import LedgerEntry, LedgerReason, Meeting, Status, Submission, Team
from ..standings import read_ledger, write_joiners
from .calendar_claims import Taken, claim_time
from .slots import next_free, slots_between

HOLDING = (Status.SCHEDULED, Status.RESCHEDULED, Status.COMPLETED)
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class SlotTaken(Exception):
    """The time is not, or no longer, free. `slots` are the next free ones, up to 10."""

    def __init__(self, slots: list[Slot]) -> None:
        super().__init__("This time is no longer free.")
        self.slots = slots


class AlreadyBooked(Exception):
    """The submission has a standing meeting at another time."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__("A meeting is already booked.")
        self.meeting = meeting


class CalendarBusy(Exception):
    """The database could not settle who comes first; the visitor may simply try again (503)."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The meeting, and whether this call made it or found it."""

    meeting: Meeting
    created: bool


def settle_races(action: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Try an action again when the database chose it as a deadlock's loser; CalendarBusy after three times."""

    @wraps(action)
    def tried(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        for _ in range(3):
            try:
                return action(*args, **kwargs)
            except OperationalError:
                continue
        raise CalendarBusy

    return tried


@settle_races
def book(
    submission: Submission, *, start: datetime, timezone: str, guests: list[str], notes: str, now: datetime
) -> Booked:
    """Book the submission's meeting at `start` (aware). Raises SlotTaken, AlreadyBooked or CalendarBusy."""
    standing = submission.meetings.filter(status__in=HOLDING).select_related("host").first()
    if standing is not None:
        return found(standing, start)
    free = slots_between(submission, start, start + timedelta(minutes=1), now)
    if not free or free[0].start != start:
        raise SlotTaken(next_free(submission, now))
    with transaction.atomic():
        # Whoever holds this row books; a second click waits here and finds the first one's meeting.
        Submission.objects.select_for_update().get(pk=submission.pk)
        standing = submission.meetings.filter(status__in=HOLDING).select_related("host").first()
        if standing is not None:
            return found(standing, start)
        meeting = draft(submission, free[0], timezone=timezone, guests=guests, notes=notes)
        booked = give(meeting, [int(key) for key in free[0].hosts], now)
    if not booked:
        raise SlotTaken(next_free(submission, now))
    return Booked(meeting, True)


def found(standing: Meeting, start: datetime) -> Booked:
    """Repeating a booking that succeeded finds it; another time does not."""
    if standing.start != start:
        raise AlreadyBooked(standing)
    return Booked(standing, False)


def draft(submission: Submission, slot: Slot, *, timezone: str, guests: list[str], notes: str) -> Meeting:
    """The meeting without its host."""
    kind = submission.meeting_type
    assert kind is not None and submission.prospect is not None
    manage_seed, host_seed = new_seed(), new_seed()
    return Meeting(
        workspace=submission.workspace,
        submission=submission,
        prospect=submission.prospect,
        router=submission.router,
        meeting_type=kind,
        start=slot.start,
        end=slot.end,
        buffer_before=kind.buffer_before,
        buffer_after=kind.buffer_after,
        location=kind.location,
        timezone=timezone,
        guests=guests,
        notes=notes,
        manage_seed=manage_seed,
        manage_digest=digest_of(token_of("manage", manage_seed)),
        host_seed=host_seed,
        host_digest=digest_of(token_of("host", host_seed)),
    )


def give(meeting: Meeting, free: list[int], now: datetime) -> bool:
    """Give the meeting to the fairest host of `free` whose time can be claimed; False when nobody's can."""
    submission = meeting.submission
    team = None
    ranked = free
    if submission.target_team_id:
        # The team's row is locked for the ledger's sake: each booking sees the one before it.
        team = Team.objects.select_for_update().get(pk=submission.target_team_id)
        ledger = read_ledger(team, submission.router, now)
        ranked = [int(key) for key in order(ledger.standing, free)]
        write_joiners(team, submission.router, ledger)
    hosts = submission.workspace.hosts.in_bulk(free)
    for key in ranked:
        meeting.host = hosts[key]
        if save_claimed(meeting):
            write_turn(meeting, team)
            tell(meeting)
            return True
    return False


def save_claimed(meeting: Meeting) -> bool:
    """Save the meeting with its host's time claimed; False, and nothing saved, when that was taken."""
    meeting.pk = None
    fill_in_host(meeting)
    try:
        with transaction.atomic():
            meeting.save(force_insert=True)
            claim_time(meeting, meeting.meeting_type.daily_limit)
    except Taken:
        return False
    return True


def fill_in_host(meeting: Meeting) -> None:
    """The link and the title of a meeting, by its host."""
    meeting.meeting_url = meeting.host.meeting_url
    meeting.title = title_of(meeting)


def title_of(meeting: Meeting) -> str:
    """The meeting type's title with its placeholders filled in."""
    values = dict(meeting.submission.answers)
    values |= {
        "host": meeting.host.name,
        "meeting_type": meeting.meeting_type.name,
        "router": meeting.router.name,
    }
    return render_title(meeting.meeting_type.title, values)[:255]


def write_turn(meeting: Meeting, team: Team | None) -> None:
    """The ledger's rows of a booking: the team's own, or, through ownership, one in each team of the host."""
    common = {
        "workspace": meeting.workspace,
        "host": meeting.host,
        "router": meeting.router,
        "meeting": meeting,
    }
    if not meeting.submission.ownership_rule_id:
        LedgerEntry.objects.create(team=team, reason=LedgerReason.ASSIGNMENT, turns=1, **common)
        return
    turns = 1 if meeting.workspace.count_ownership_bookings else 0
    for owned in Team.objects.filter(members__host=meeting.host, archived_at=None).order_by("pk"):
        LedgerEntry.objects.create(team=owned, reason=LedgerReason.OWNERSHIP, turns=turns, **common)


def tell(meeting: Meeting) -> None:
    """Mail, the CRM, and the hour at which the meeting completes by itself."""
    tell_people(meeting, "booked")
    schedule_completion(meeting)
    get_crm().meeting_changed(meeting)


def schedule_completion(meeting: Meeting) -> None:
    """Have the meeting complete by itself in its time, if its type wants that."""
    if meeting.meeting_type.complete_after is not None:
        due = meeting.end + timedelta(minutes=meeting.meeting_type.complete_after)
        schedule("routing.complete", meeting.pk, due)
