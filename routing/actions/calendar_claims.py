"""Claiming a host's time: tick rows and a place in the day, guarded by unique constraints."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from ..core.bits import ticks
from ..models import DayPlace, Host, Meeting, Tick


class Taken(Exception):
    """Somebody else has the host's time, or the host's day is full."""


def claim_time(meeting: Meeting, daily_limit: int | None) -> None:
    """Give a saved meeting its place in the host's day and its ticks, old ones let go first.

    Inside a transaction of the caller's; raises Taken, and leaves that transaction usable.
    """
    try:
        with transaction.atomic():
            # One at a time per host, so that two bookings of one day do not fight for the same place in it.
            # Failing here rolls back to this savepoint, which lets the lock go before the next host's is taken.
            Host.objects.select_for_update().get(pk=meeting.host_id)
            release_time(meeting)
            _claim_day(meeting, daily_limit)
            Tick.objects.bulk_create(
                Tick(host_id=meeting.host_id, number=number, meeting=meeting) for number in ticks_of(meeting)
            )
    except IntegrityError:
        raise Taken from None


def ticks_of(meeting: Meeting) -> list[int]:
    """The ticks of the meeting and its buffers, ascending, so that all lock in the same order."""
    return list(ticks(meeting.start, meeting.end, meeting.buffer_before, meeting.buffer_after))


def release_time(meeting: Meeting) -> None:
    """Let the meeting's ticks and its place in the day go."""
    Tick.objects.filter(meeting=meeting).delete()
    DayPlace.objects.filter(meeting=meeting).delete()


def _claim_day(meeting: Meeting, daily_limit: int | None) -> None:
    day = day_of(meeting.host, meeting.start)
    taken = set(DayPlace.objects.filter(host=meeting.host, day=day).values_list("ordinal", flat=True))
    if daily_limit is not None and len(taken) >= daily_limit:
        raise Taken
    # The lowest place: two who race for the last one want the same, and the constraint lets one have it.
    ordinal = next(number for number in range(1, len(taken) + 2) if number not in taken)
    DayPlace.objects.create(host=meeting.host, day=day, ordinal=ordinal, meeting=meeting)


def day_of(host: Host, moment: datetime) -> date:
    """The host's own day in which a moment lies."""
    return moment.astimezone(ZoneInfo(host.zone_name)).date()
