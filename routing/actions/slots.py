"""Which times a submission's link offers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone as clock

from distro.links import digest_of

from .. import snapshots
from ..core.rotation import order
from ..core.slots import has_free_time, team_slots
from ..core.values import HostValues, Slot
from ..models import Host, Meeting, Outcome, Rotation, Submission, Team
from ..standings import read_ledger

BOOKABLE_FOR = timedelta(days=14)
"""How long a booking link lives unless it was booked."""


def find_submission(token: str) -> Submission | None:
    """The submission behind /b/TOKEN/; None for unknown links and dead ones alike."""
    alive = Q(created_at__gt=clock.now() - BOOKABLE_FOR) | Q(meetings__isnull=False)
    return (
        Submission.objects.filter(alive, booking_digest=digest_of(token), outcome=Outcome.BOOK)
        .select_related("workspace", "router__form", "router__meeting_type", "meeting_type", "prospect")
        .distinct()
        .first()
    )


def candidates(submission: Submission, now: datetime) -> list[int]:
    """The hosts whose times are offered: those active now, in the team's order; in strict rotation the one picked."""
    keys = active_hosts(submission)
    if submission.target_team_id and submission.router.rotation == Rotation.STRICT:
        return pick_one(submission, keys, now)
    return keys


def active_hosts(submission: Submission) -> list[int]:
    """The active hosts of the submission's target, in the team's order."""
    active = Host.objects.filter(active=True, archived_at=None)
    if submission.target_host_id:
        return list(active.filter(pk=submission.target_host_id).values_list("pk", flat=True))
    team = active.filter(memberships__team=submission.target_team_id)
    return list(team.order_by("memberships__position", "memberships__id").values_list("pk", flat=True))


def pick_one(submission: Submission, keys: list[int], now: datetime) -> list[int]:
    """The strict rotation's pick, kept with the submission; made anew once that host has no free time left.

    It counts for nothing until it is booked. Empty when nobody has a free time.
    """
    kind = submission.meeting_type
    assert kind is not None
    values = snapshots.meeting_type_values(kind)
    hosts = calendars_of(submission, keys, now, now + timedelta(days=kind.horizon_days))
    free = [host.key for host in hosts if has_free_time(host, values, now)]
    if submission.pick_id not in free:
        assert submission.target_team_id is not None
        team = Team.objects.get(pk=submission.target_team_id)
        ranked = order(read_ledger(team, submission.router, now).standing, free)
        submission.pick_id = int(ranked[0]) if ranked else None
        Submission.objects.filter(pk=submission.pk).update(pick=submission.pick_id)
    return [] if submission.pick_id is None else [submission.pick_id]


def offered_slots(
    submission: Submission, first_day: date, last_day: date, zone: ZoneInfo, now: datetime
) -> list[Slot]:
    """The free times from the start of `first_day` to the end of `last_day` on the clock of `zone`."""
    start = datetime.combine(first_day, time(), zone)
    end = datetime.combine(last_day + timedelta(days=1), time(), zone)
    return slots_between(submission, start, end, now)


def slots_between(submission: Submission, start: datetime, end: datetime, now: datetime) -> list[Slot]:
    """The free times that begin in [start, end), with who is free at each: 4 queries."""
    if start >= min(end, horizon(submission, now)):
        return []
    return slots_of(submission, candidates(submission, now), start, end, now)


def slots_of(
    submission: Submission, keys: list[int], start: datetime, end: datetime, now: datetime
) -> list[Slot]:
    """The free times of these hosts that begin in [start, end), up to the meeting type's horizon: 4 queries."""
    kind = submission.meeting_type
    assert kind is not None
    end = min(end, horizon(submission, now))
    hosts = calendars_of(submission, keys, start, end)
    return list(team_slots(hosts, snapshots.meeting_type_values(kind), now, (start, end)))


def horizon(submission: Submission, now: datetime) -> datetime:
    """The end of the window in which the submission's meeting can begin."""
    assert submission.meeting_type is not None
    return now + timedelta(days=submission.meeting_type.horizon_days, minutes=5)


def calendars_of(
    submission: Submission,
    keys: list[int],
    start: datetime,
    end: datetime,
    *,
    leave_out: Meeting | None = None,
) -> list[HostValues]:
    """The hosts of `keys` in that order, with their calendars around [start, end)."""
    hosts = snapshots.host_values(submission.workspace, keys)
    return snapshots.in_order(snapshots.with_calendars(hosts, start, end, leave_out=leave_out), keys)


def next_free(submission: Submission, now: datetime, most: int = 10) -> list[Slot]:
    """The next free times, up to `most`."""
    return slots_between(submission, now, horizon(submission, now), now)[:most]
