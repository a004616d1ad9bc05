"""Working hours in UTC bits: local weeks laid out, time off cut away, clock changes settled once and for all.

All offsets in use since 2000, when the calendar here begins, are multiples of five minutes.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from routing.core.bits import DAY, EPOCH, TICK, TICK_MINUTES, grid, ones, runs_of, tick_at
from routing.core.values import WeekHours

TimeOff: TypeAlias = tuple[tuple[date, date], ...]

WEEK = 7 * DAY
EPOCH_DAY = EPOCH.toordinal()
# Days to look back for the beginning of a run of open minutes. Nearly every week has a closed minute; who is
# open around the clock has runs as long as their time off allows, at most to the calendar's beginning.
LOOK_BACK_DAYS = (16, 128, 1024, 10**6)


@lru_cache(maxsize=1024)
def week_bits(hours: WeekHours) -> int:
    """A week of local ticks from Monday 00:00; what runs over Sunday's end comes round to Monday."""
    bits = 0
    for weekday, spans in enumerate(hours):
        for start, end in spans:
            length = (end - start if end > start else end - start + 1440) // TICK_MINUTES
            bits |= ones(length) << (weekday * DAY + start // TICK_MINUTES)
    return (bits | bits >> WEEK) & ones(WEEK)


def local_bits(hours: WeekHours, time_off: TimeOff, first_day: int, days: int) -> int:
    """The open local ticks of `days` days, from the one with that ordinal on."""
    lead = (first_day - 1) % 7
    weeks = -(-(lead + days) // 7)
    bits, laid = week_bits(hours), 1
    while laid < weeks:
        more = min(laid, weeks - laid)
        bits |= (bits & ones(more * WEEK)) << (laid * WEEK)
        laid += more
    bits = (bits >> (lead * DAY)) & ones(days * DAY)
    for first, last in time_off:
        begin = max(first.toordinal() - first_day, 0)
        end = min(last.toordinal() + 1 - first_day, days)
        if begin < end:
            bits &= ~(ones((end - begin) * DAY) << (begin * DAY))
    return bits


@lru_cache(maxsize=1024)
def offsets(timezone: str, first: int, count: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of one offset among `count` ticks from tick `first`: (begin, end, offset), all in ticks."""
    zone = ZoneInfo(timezone)

    def offset_at(tick: int) -> int:
        offset = datetime.fromtimestamp(tick * TICK.seconds, zone).utcoffset()
        assert offset is not None
        return offset // TICK

    found, begin, end = [], first, first + count
    offset = offset_at(first)
    for probe in [*range(first + DAY, end, DAY), end]:
        if offset_at(probe) == offset:
            continue
        low, high = max(begin, probe - DAY), probe
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset_at(middle) == offset else (low, middle)
        found.append((begin, high, offset))
        begin, offset = high, offset_at(high)
    return (*found, (begin, end, offset)) if begin < end else tuple(found)


def to_utc(bits: int, first_day: int, timezone: str, first: int, count: int) -> int:
    """Local ticks, from a day's midnight on, as the `count` UTC ticks from tick `first`.

    A local time that a clock change skips is nowhere; one that it repeats is there twice.
    """
    local_first = (first_day - EPOCH_DAY) * DAY
    found = 0
    for begin, end, offset in offsets(timezone, first, count):
        stretch = (bits >> (begin + offset - local_first)) & ones(end - begin)
        found |= stretch << (begin - first)
    return found


def _day_before(tick: int) -> int:
    """The ordinal of a day that has begun everywhere by that tick."""
    return tick // DAY - 1 + EPOCH_DAY


def open_bits(timezone: str, hours: WeekHours, time_off: TimeOff, first: int, count: int) -> int:
    """The open ticks among the `count` from tick `first`."""
    first_day = _day_before(first)
    return to_utc(local_bits(hours, time_off, first_day, count // DAY + 4), first_day, timezone, first, count)


def day_bits(timezone: str, day: date, first: int, count: int) -> int:
    """The ticks of a local day among the `count` from tick `first`."""
    first_day = _day_before(first)
    ahead = day.toordinal() - first_day
    return to_utc(ones(DAY) << (ahead * DAY), first_day, timezone, first, count) if ahead >= 0 else 0


@lru_cache(maxsize=4096)
def offered_bits(
    timezone: str, hours: WeekHours, time_off: TimeOff, interval: int, duration: int, first: int, count: int
) -> int:
    """The grid's points that whole open durations begin at, among the `count` ticks from tick `first`.

    `interval` and `duration` in ticks. Points that end after the last tick are left out.
    """
    beginning = tick_at(datetime(2000, 1, 1, tzinfo=ZoneInfo(timezone)))
    for days in LOOK_BACK_DAYS:
        begin = max(first - days * DAY, min(beginning, first))
        bits = open_bits(timezone, hours, time_off, begin, first + count - begin)
        lead = ones(first - begin + 1)
        if bits & lead != lead or begin == beginning:
            break
    return (grid(bits, interval) & runs_of(bits, duration)) >> (first - begin)


def local_day(moment: datetime, timezone: str) -> date:
    """The date that an aware moment has in a zone."""
    return moment.astimezone(ZoneInfo(timezone)).date()
