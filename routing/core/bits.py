"""Time as bits: an integer is a stretch of time, one bit per five-minute tick, the lowest bit the earliest tick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK_MINUTES = 5
TICK = timedelta(minutes=TICK_MINUTES)
DAY = 24 * 60 // TICK_MINUTES


def tick_at(moment: datetime) -> int:
    """The number of the tick that an aware moment lies in: whole five minutes since 1970-01-01T00:00Z."""
    # Dividing the timedelta itself would say the same at twice the price.
    since = moment - EPOCH
    return since.days * DAY + since.seconds // TICK.seconds


def tick_from(moment: datetime) -> int:
    """The first tick that does not begin before an aware moment."""
    since = moment - EPOCH
    seconds = since.seconds + (since.microseconds > 0)
    return since.days * DAY - (-seconds // TICK.seconds)


def moment_of(tick: int) -> datetime:
    """When a tick begins, aware UTC."""
    return EPOCH + TICK * tick


def ticks(start: datetime, end: datetime, before: int = 0, after: int = 0) -> range:
    """The ticks that [start, end) claims, widened by minutes before and after; part of a tick claims it whole."""
    return range(tick_at(start) - before // TICK_MINUTES, tick_from(end) + after // TICK_MINUTES)


def ones(count: int) -> int:
    """The lowest `count` bits set."""
    return (1 << count) - 1


def runs_of(bits: int, length: int) -> int:
    """The bits from which on `length` bits in a row are set."""
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        bits &= bits >> step
        reached += step
    return bits


def within_reach(bits: int, length: int) -> int:
    """The bits from which on one of `length` bits is set."""
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        bits |= bits >> step
        reached += step
    return bits if length > 0 else 0


def grid(bits: int, step: int) -> int:
    """From the first bit of every unbroken run, every `step`-th bit of it."""
    points = bits & ~(bits << 1)
    unbroken = runs_of(bits, step + 1) << step
    while unbroken:
        points |= (points << step) & unbroken
        unbroken &= unbroken << step
        step *= 2
    return points


def positions(bits: int) -> Iterator[int]:
    """The places of the set bits, ascending."""
    text = f"{bits:b}"[::-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)
