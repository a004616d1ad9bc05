"""Which times are free: working hours, grid, notice, horizon, buffers, busy times and daily limits, on bits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from routing.core.bits import (
    DAY,
    TICK_MINUTES,
    moment_of,
    ones,
    positions,
    tick_at,
    tick_from,
    ticks,
    within_reach,
)
from routing.core.hours import day_bits, local_day, offered_bits
from routing.core.values import (
    HasFreeTime,
    HostKey,
    HostValues,
    MeetingTypeKey,
    MeetingTypeValues,
    Slot,
)

# The aware moments from (included) and to (excluded) which starts are asked for.
Window: TypeAlias = tuple[datetime, datetime]


def start_ticks(meeting_type: MeetingTypeValues, now: datetime, window: Window | None = None) -> range:
    """The ticks at which a meeting may start: from notice to horizon, both included, and in the window."""
    first = tick_from(now + timedelta(minutes=meeting_type.minimum_notice))
    last = tick_at(now + timedelta(days=meeting_type.horizon_days))
    if window:
        first, last = max(first, tick_from(window[0])), min(last, tick_from(window[1]) - 1)
    return range(first, last + 1)


def _busy_bits(host: HostValues, first: int, count: int) -> int:
    claims = [(tick_at(one.start), tick_from(one.end)) for one in host.busy]
    widened = [ticks(one.start, one.end, one.buffer_before, one.buffer_after) for one in host.meetings]
    claims += [(claim.start, claim.stop) for claim in widened]
    bits, last = 0, first + count
    for begin, end in claims:
        if begin < end and begin < last and end > first:
            begin = max(begin, first)
            bits |= ones(min(end, last) - begin) << (begin - first)
    return bits


def _full_days(host: HostValues, limit: int | None, first: int, count: int) -> int:
    """The ticks of the host's own days on which the daily limit is reached."""
    if limit is None:
        return 0
    days = Counter(local_day(meeting.start, host.timezone) for meeting in host.meetings)
    bits = 0
    for day, meetings in days.items():
        if meetings >= limit:
            bits |= day_bits(host.timezone, day, first, count)
    return bits


def _free_bits(host: HostValues, meeting_type: MeetingTypeValues, starts: range) -> tuple[int, int]:
    """The tick of the lowest bit, and the free starts among `starts` as bits."""
    if not starts:
        return 0, 0
    interval, duration, before, after = (
        minutes // TICK_MINUTES
        for minutes in (
            meeting_type.slot_interval,
            meeting_type.duration,
            meeting_type.buffer_before,
            meeting_type.buffer_after,
        )
    )
    # From UTC midnight to UTC midnight, so that the cached part is the same all day long.
    first = (starts.start - before) // DAY * DAY
    count = -(-(starts.stop + duration + after - first) // DAY) * DAY
    offered = offered_bits(host.timezone, host.working_hours, host.time_off, interval, duration, first, count)
    taken = within_reach(_busy_bits(host, first, count), before + duration + after) << before
    asked = ones(len(starts)) << (starts.start - first)
    return first, offered & asked & ~taken & ~_full_days(host, meeting_type.daily_limit, first, count)


def free_starts(
    host: HostValues, meeting_type: MeetingTypeValues, now: datetime, window: Window | None = None
) -> tuple[datetime, ...]:
    """A host's free starts, aware UTC, ascending; all from notice to horizon without a window."""
    first, bits = _free_bits(host, meeting_type, start_ticks(meeting_type, now, window))
    return tuple(moment_of(first + place) for place in positions(bits))


def is_free(host: HostValues, meeting_type: MeetingTypeValues, now: datetime, start: datetime) -> bool:
    """Whether an aware moment is one of the host's free starts."""
    tick = tick_at(start)
    if moment_of(tick) != start or tick not in start_ticks(meeting_type, now):
        return False
    return bool(_free_bits(host, meeting_type, range(tick, tick + 1))[1])


def has_free_time(host: HostValues, meeting_type: MeetingTypeValues, now: datetime) -> bool:
    """Whether a host has any free start from notice to horizon."""
    return bool(_free_bits(host, meeting_type, start_ticks(meeting_type, now))[1])


def free_time_finder(
    hosts: Mapping[HostKey, HostValues],
    meeting_types: Mapping[MeetingTypeKey, MeetingTypeValues],
    now: datetime,
) -> HasFreeTime:
    """The question that `decide` asks, answered from these values, each host and meeting type worked out once."""
    known: dict[tuple[HostKey, MeetingTypeKey], bool] = {}

    def find(host: HostKey, meeting_type: MeetingTypeKey) -> bool:
        pair = host, meeting_type
        if pair not in known:
            known[pair] = has_free_time(hosts[host], meeting_types[meeting_type], now)
        return known[pair]

    return find


def team_slots(
    hosts: Iterable[HostValues],
    meeting_type: MeetingTypeValues,
    now: datetime,
    window: Window | None = None,
) -> tuple[Slot, ...]:
    """The slots that at least one of the hosts is free for, ascending, each start once."""
    starts = start_ticks(meeting_type, now, window)
    free: dict[int, list[HostKey]] = {}
    for host in hosts:
        first, bits = _free_bits(host, meeting_type, starts)
        for place in positions(bits):
            free.setdefault(first + place, []).append(host.key)
    length = timedelta(minutes=meeting_type.duration)
    return tuple(
        Slot(moment_of(tick), moment_of(tick) + length, tuple(keys)) for tick, keys in sorted(free.items())
    )
