"""A meeting moves to another time; its host stays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from .. import snapshots
from ..core.slots import free_starts
from ..core.values import Slot
from ..crm import get_crm
from ..emails import tell_people
from ..models import Meeting
from .book import SlotTaken, schedule_completion, settle_races
from .calendar_claims import Taken, claim_time
from .change import lock, move

MOST_OFFERED = 10


def offered_times(
    meeting: Meeting, first_day: date, last_day: date, zone: ZoneInfo, now: datetime
) -> list[Slot]:
    """The times the meeting could move to, from the start of `first_day` to the end of `last_day` in `zone`."""
    start = datetime.combine(first_day, time(), zone)
    end = datetime.combine(last_day + timedelta(days=1), time(), zone)
    return times_between(meeting, start, end, now)


def times_between(meeting: Meeting, start: datetime, end: datetime, now: datetime) -> list[Slot]:
    """The host's free times in [start, end), as if the meeting were not there; its own time left out."""
    kind = meeting.meeting_type
    end = min(end, now + timedelta(days=kind.horizon_days, minutes=5))
    if start >= end:
        return []
    hosts = snapshots.host_values(meeting.workspace, [meeting.host_id])
    host = snapshots.with_calendars(hosts, start, end, leave_out=meeting)[meeting.host_id]
    starts = free_starts(host, snapshots.meeting_type_values(kind), now, (start, end))
    length = timedelta(minutes=kind.duration)
    return [Slot(moment, moment + length, (host.key,)) for moment in starts if moment != meeting.start]


def next_times(meeting: Meeting, now: datetime) -> list[Slot]:
    """The next times the meeting could move to, up to 10."""
    end = now + timedelta(days=meeting.meeting_type.horizon_days + 1)
    return times_between(meeting, now, end, now)[:MOST_OFFERED]


@settle_races
def reschedule(meeting: Meeting, start: datetime, now: datetime) -> Meeting:
    """Move the meeting to `start` (aware). The same start changes nothing.

    Raises Refused where the lifecycle table has no such change, SlotTaken where the host is not free then.
    """
    try:
        with transaction.atomic():
            meeting = lock(meeting)
            old = meeting.start
            changed = move(meeting, "reschedule")
            if start == old or not changed:
                return lock(meeting)
            free = times_between(meeting, start, start + timedelta(minutes=1), now)
            if not free or free[0].start != start:
                raise Taken
            meeting.start, meeting.end = free[0].start, free[0].end
            meeting.buffer_before = meeting.meeting_type.buffer_before
            meeting.buffer_after = meeting.meeting_type.buffer_after
            meeting.save()
            claim_time(meeting, meeting.meeting_type.daily_limit)
            tell_people(meeting, "rescheduled")
            schedule_completion(meeting)
            get_crm().meeting_changed(meeting)
    except Taken:
        raise SlotTaken(next_times(Meeting.objects.get(pk=meeting.pk), now)) from None
    return meeting
