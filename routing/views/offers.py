"""The free times that a visitor picks from, for a booking or for a meeting to be moved; and the same as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import JsonResponse, QueryDict
from django.utils.translation import gettext as _

from distro.problems import Problem

from ..actions.reschedule import next_times, offered_times
from ..actions.slots import next_free, offered_slots
from ..core.values import Slot
from ..models import Meeting, MeetingType, Submission
from .bodies import Unfit, read_day, read_zone
from .wording import iso

MOST_DAYS = 62
Between = Callable[[date, date, ZoneInfo], list[Slot]]
Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """Whose times are picked from: free times between two days of a zone, and the very next ones.

    `zone` is the one that times are in where nobody names another; `duration` is in minutes.
    """

    between: Between
    next_free: Callable[[int], list[Slot]]
    horizon_days: int
    duration: int
    zone: str


def zone_of(submission: Submission) -> str:
    """The visitor's zone as far as known, else the workspace's."""
    return submission.timezone or submission.workspace.timezone


def booking_offer(submission: Submission, now: datetime) -> Offer:
    """The times at which the submission's meeting can be booked."""
    kind = submission.meeting_type
    assert kind is not None
    return offer_of(
        kind,
        zone_of(submission),
        now,
        lambda first, last, zone: offered_slots(submission, first, last, zone, now),
        lambda most: next_free(submission, now, most),
    )


def moving_offer(meeting: Meeting, now: datetime) -> Offer:
    """The times to which the meeting can move: its host stays."""
    return offer_of(
        meeting.meeting_type,
        zone_of(meeting.submission),
        now,
        lambda first, last, zone: offered_times(meeting, first, last, zone, now),
        lambda most: next_times(meeting, now)[:most],
    )


def offer_of(
    kind: MeetingType, zone: str, now: datetime, between: Between, following: Callable[[int], list[Slot]]
) -> Offer:
    """An offer of meetings of that type; days on which nothing can be free are not looked at."""

    def within_reach(first: date, last: date, zone: ZoneInfo) -> list[Slot]:
        today = now.astimezone(zone).date()
        first, last = max(first, today), min(last, today + timedelta(days=kind.horizon_days + 1))
        return between(first, last, zone) if first <= last else []

    return Offer(within_reach, following, kind.horizon_days, kind.duration, zone)


def slots_answer(query: QueryDict, offer: Offer) -> JsonResponse:
    """The free times between the two days that `query` names. Raises 422 for what cannot be read."""
    errors: Errors = {}
    first = member(errors, "from", read_day, query.get("from"))
    last = member(errors, "to", read_day, query.get("to"))
    zone = member(errors, "timezone", read_zone, query.get("timezone")) or offer.zone
    if first and last and last < first:
        errors["to"] = [_("This must not be before “from”.")]
    elif first and last and (last - first).days >= MOST_DAYS:
        errors["to"] = [_("At most 62 days can be asked for at once.")]
    if errors:
        raise Problem("invalid", errors=errors)
    slots = slots_json(offer.between(first, last, ZoneInfo(zone)))
    return JsonResponse({"slots": slots, "duration": offer.duration, "timezone": zone})


def slots_json(slots: list[Slot]) -> list[dict[str, str]]:
    """Free times, each start once; who is free is nobody's business."""
    return [{"start": iso(slot.start), "end": iso(slot.end)} for slot in slots]


def member(errors: Errors, name: str, reader: Callable[[Any], Any], value: Any) -> Any:
    """The member as read; None, and a line in `errors`, where it cannot be used."""
    try:
        return reader(value)
    except Unfit as fault:
        errors[name] = [str(fault)]
        return None
