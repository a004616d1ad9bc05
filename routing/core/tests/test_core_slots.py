"""Free times, against an oracle that walks minute by minute and knows nothing of bits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from routing.core.bits import grid, moment_of, positions, runs_of, tick_at, tick_from, ticks, within_reach
from routing.core.hours import open_bits
from routing.core.slots import free_starts, free_time_finder, has_free_time, is_free, team_slots
from routing.core.values import Busy, HostValues, MeetingTypeValues, Slot, StandingMeeting, WeekHours

MINUTE = timedelta(minutes=1)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
CLOCK_CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 10, 24, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 10, 29, tzinfo=UTC)),
    ("America/Nuuk", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 14, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 6, 1, tzinfo=UTC)),
]


def open_minute(host: HostValues, moment: datetime) -> bool:
    """The contract's sentence on open minutes, word for word."""
    local = moment.astimezone(ZoneInfo(host.timezone))
    if any(first <= local.date() <= last for first, last in host.time_off):
        return False
    now = local.hour * 60 + local.minute
    today, yesterday = host.working_hours[local.weekday()], host.working_hours[local.weekday() - 1]
    return any(start <= now and (now < end or end <= start) for start, end in today) or any(
        end <= start and now < end for start, end in yesterday
    )


def slow_starts(
    host: HostValues, kind: MeetingTypeValues, now: datetime, until: datetime, before: timedelta
) -> tuple[datetime, ...]:
    """Every start that the contract's section 8 allows from `now` to `until`, one minute after the other."""
    open_at: dict[datetime, bool] = {}
    moment, grid_points, run_began = now.replace(minute=0) - before, set(), None
    while moment < until + timedelta(minutes=kind.duration):
        open_at[moment] = open_minute(host, moment)
        if not open_at[moment]:
            run_began = None
        else:
            run_began = run_began or moment
            if (moment - run_began) % timedelta(minutes=kind.slot_interval) == timedelta(0):
                grid_points.add(moment)
        moment += MINUTE

    def allowed(start: datetime) -> bool:
        end = start + timedelta(minutes=kind.duration)
        if (
            not now + timedelta(minutes=kind.minimum_notice)
            <= start
            <= now + timedelta(days=kind.horizon_days)
        ):
            return False
        if not all(open_at[start + MINUTE * one] for one in range(kind.duration)):
            return False
        left, right = start - MINUTE * kind.buffer_before, end + MINUTE * kind.buffer_after
        taken = [(one.start, one.end) for one in host.busy] + [
            (one.start - MINUTE * one.buffer_before, one.end + MINUTE * one.buffer_after)
            for one in host.meetings
        ]
        if any(left < busy_end and busy_start < right for busy_start, busy_end in taken):
            return False
        zone = ZoneInfo(host.timezone)
        day = start.astimezone(zone).date()
        same_day = sum(one.start.astimezone(zone).date() == day for one in host.meetings)
        return kind.daily_limit is None or same_day < kind.daily_limit

    return tuple(point for point in sorted(grid_points) if point < until and allowed(point))


def fives(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low // 5, high // 5).map(lambda one: one * 5)


@st.composite
def weeks(draw: st.DrawFn) -> WeekHours:
    """Weeks with gaps: spans that touch, overlap, run over midnight or to 24:00, and days without any."""
    day = st.lists(st.tuples(fives(0, 1435), fives(0, 1440)), max_size=2).map(tuple)
    return tuple(draw(day) for _ in range(7))


@st.composite
def cases(draw: st.DrawFn) -> tuple[HostValues, MeetingTypeValues, datetime]:
    zone, around = draw(
        st.sampled_from(CLOCK_CHANGES)
        | st.tuples(
            st.sampled_from(ZONES),
            st.integers(0, 16 * 366).map(
                lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days)
            ),
        )
    )
    now = around.replace(second=0, microsecond=0) + timedelta(minutes=draw(st.integers(-2000, 200)))

    def moment() -> datetime:
        return now + timedelta(minutes=draw(st.integers(-600, 3000)))

    off = draw(st.lists(st.integers(-1, 3), max_size=1))
    local = now.astimezone(ZoneInfo(zone)).date()
    starts = [moment() for _ in range(draw(st.integers(0, 2)))]
    meetings = [moment_of(tick_at(moment())) for _ in range(draw(st.integers(0, 2)))]
    host = HostValues(
        key="ann",
        email="ann@acme.example",
        timezone=zone,
        working_hours=draw(weeks()),
        time_off=tuple((local + timedelta(days=one), local + timedelta(days=one + 1)) for one in off),
        busy=tuple(Busy(one, one + timedelta(minutes=draw(st.integers(1, 200)))) for one in starts),
        meetings=tuple(
            StandingMeeting(one, one + timedelta(minutes=30), draw(fives(0, 30)), draw(fives(0, 30)))
            for one in meetings
        ),
    )
    kind = MeetingTypeValues(
        key="demo",
        duration=draw(fives(5, 90)),
        slot_interval=draw(fives(5, 90)),
        buffer_before=draw(fives(0, 40)),
        buffer_after=draw(fives(0, 40)),
        minimum_notice=draw(st.integers(0, 120)),
        horizon_days=2,
        daily_limit=draw(st.sampled_from([None, 1, 2])),
    )
    return host, kind, now


def week(*spans: tuple[int, int]) -> WeekHours:
    return (tuple(spans),) * 7


AROUND_THE_CLOCK = week((0, 1440))
BERLIN = HostValues("ann", "ann@acme.example", timezone="Europe/Berlin")
DEMO = MeetingTypeValues("demo")
TWO_DAYS = replace(DEMO, horizon_days=2)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
@example((replace(BERLIN, working_hours=week((60, 240))), TWO_DAYS, datetime(2026, 3, 28, 12, tzinfo=UTC)))
@example((replace(BERLIN, working_hours=week((60, 240))), TWO_DAYS, datetime(2026, 10, 24, 12, tzinfo=UTC)))
def test_offered_slots_are_exactly_those_of_the_oracle(
    case: tuple[HostValues, MeetingTypeValues, datetime],
) -> None:
    host, kind, now = case
    until = now + timedelta(days=2, minutes=1)
    # Hours that leave no gap for days make the run's beginning lie further back than the oracle should walk.
    if all(open_minute(host, now + MINUTE * 5 * one) for one in range(-864, 0)):
        host = replace(host, working_hours=week((540, 1020)))
    assert free_starts(host, kind, now) == slow_starts(host, kind, now, until, timedelta(days=3))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NOW = at("2026-06-01T05:00Z")  # a Monday, 07:00 in Berlin


def starts(host: HostValues, kind: MeetingTypeValues = DEMO, now: datetime = NOW, days: int = 1) -> list[str]:
    found = free_starts(host, kind, now, (now, now + timedelta(days=days)))
    return [one.astimezone(ZoneInfo(host.timezone)).strftime("%H:%M") for one in found]


def test_a_plain_morning() -> None:
    assert starts(replace(BERLIN, working_hours=week((540, 660)))) == ["09:00", "09:30", "10:00", "10:30"]


def test_spans_that_touch_or_overlap_share_one_grid() -> None:
    touching, overlapping = week((540, 585), (585, 660)), week((540, 610), (570, 660))
    plain = starts(replace(BERLIN, working_hours=week((540, 660))))
    assert starts(replace(BERLIN, working_hours=touching)) == plain
    assert starts(replace(BERLIN, working_hours=overlapping)) == plain


def test_each_run_has_a_grid_from_its_own_first_minute() -> None:
    split = replace(BERLIN, working_hours=week((540, 600), (615, 690)))
    assert starts(split) == ["09:00", "09:30", "10:15", "10:45"]


def test_a_span_may_run_over_midnight_and_end_at_24() -> None:
    night = replace(BERLIN, working_hours=week((1380, 60)))
    assert starts(night, replace(DEMO, slot_interval=60)) == ["23:00", "00:00"]
    evening = replace(BERLIN, working_hours=((),) * 6 + (((1380, 1440),),))
    assert starts(evening, now=at("2026-06-07T10:00Z")) == ["23:00", "23:30"]


def test_the_grid_counts_elapsed_minutes_over_clock_changes() -> None:
    early = replace(BERLIN, working_hours=week((60, 240)))
    hourly = replace(DEMO, slot_interval=60, duration=60)
    spring, autumn = at("2026-03-28T12:00Z"), at("2026-10-24T12:00Z")
    assert starts(early, hourly, spring) == ["01:00", "03:00"]
    assert starts(early, hourly, autumn) == ["01:00", "02:00", "02:00", "03:00"]


def test_notice_and_horizon_are_both_included() -> None:
    day = replace(BERLIN, working_hours=AROUND_THE_CLOCK)
    kind = replace(DEMO, minimum_notice=30, horizon_days=1)
    found = free_starts(day, kind, NOW)
    assert (found[0], found[-1]) == (NOW + timedelta(minutes=30), NOW + timedelta(days=1))
    assert free_starts(day, kind, NOW + MINUTE)[0] == NOW + timedelta(minutes=60)


def test_buffers_widen_both_meetings_and_may_lie_outside_hours() -> None:
    morning = replace(BERLIN, working_hours=week((540, 660)))
    buffered = replace(DEMO, buffer_before=15, buffer_after=15)
    assert starts(morning, buffered) == ["09:00", "09:30", "10:00", "10:30"]
    meeting = StandingMeeting(at("2026-06-01T10:00+02:00"), at("2026-06-01T10:30+02:00"), 0, 10)
    assert starts(replace(morning, meetings=(meeting,))) == ["09:00", "09:30"]
    assert starts(replace(morning, meetings=(meeting,)), buffered) == ["09:00"]
    assert starts(replace(morning, meetings=(replace(meeting, buffer_after=0),))) == [
        "09:00",
        "09:30",
        "10:30",
    ]


def test_foreign_busy_time_of_a_minute_takes_the_slot() -> None:
    busy = Busy(at("2026-06-01T09:59+02:00"), at("2026-06-01T10:00+02:00"))
    morning = replace(BERLIN, working_hours=week((540, 660)), busy=(busy,))
    assert starts(morning) == ["09:00", "10:00", "10:30"]


def test_a_full_day_is_the_hosts_own_day() -> None:
    late = replace(BERLIN, timezone="America/Los_Angeles", working_hours=week((540, 600), (1080, 1140)))
    evening = at("2026-06-01T18:00-07:00")  # already Tuesday in UTC
    full = replace(late, meetings=(StandingMeeting(evening, evening + timedelta(minutes=30)),))
    limited = replace(DEMO, daily_limit=1)
    found = free_starts(
        full,
        limited,
        at("2026-06-01T06:00-07:00"),
        (evening - timedelta(hours=10), evening + timedelta(days=1)),
    )
    assert {one.astimezone(ZoneInfo(late.timezone)).date() for one in found} == {date(2026, 6, 2)}


def test_time_off_is_whole_local_days_both_included() -> None:
    away = replace(BERLIN, working_hours=week((540, 570)), time_off=((date(2026, 6, 2), date(2026, 6, 3)),))
    found = free_starts(away, DEMO, NOW, (NOW, NOW + timedelta(days=5)))
    assert [one.day for one in found] == [1, 4, 5]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_who_is_open_around_the_clock_keeps_one_grid_whenever_one_looks(zone: str) -> None:
    host = replace(BERLIN, timezone=zone, working_hours=AROUND_THE_CLOCK)
    kind = replace(DEMO, slot_interval=35, duration=5, minimum_notice=0, horizon_days=60)
    first = free_starts(host, kind, NOW)
    later = free_starts(host, kind, NOW + timedelta(days=41))
    both = [one for one in first if one >= NOW + timedelta(days=41)]
    assert both == [one for one in later if one <= NOW + timedelta(days=60)]
    assert {later - one for one, later in pairwise(first)} == {timedelta(minutes=35)}


def test_a_team_offers_each_start_once_with_all_who_are_free() -> None:
    ann = replace(BERLIN, working_hours=week((540, 630)))
    bob = replace(ann, key="bob", working_hours=week((570, 630)))
    nine = at("2026-06-01T09:00+02:00")
    half = timedelta(minutes=30)
    assert team_slots([ann, bob], DEMO, NOW, (NOW, NOW + timedelta(hours=12))) == (
        Slot(nine, nine + half, ("ann",)),
        Slot(nine + half, nine + 2 * half, ("ann", "bob")),
        Slot(nine + 2 * half, nine + 3 * half, ("ann", "bob")),
    )


def test_a_single_start_is_free_exactly_when_it_is_offered() -> None:
    host = replace(BERLIN, working_hours=week((540, 660)))
    offered = set(free_starts(host, DEMO, NOW, (NOW, NOW + timedelta(days=1))))
    asked = [NOW + timedelta(minutes=one) for one in range(0, 600, 1)]
    assert [one for one in asked if is_free(host, DEMO, NOW, one)] == sorted(offered)


def test_no_hours_or_no_room_means_no_free_time() -> None:
    never = replace(BERLIN, key="never", working_hours=((),) * 7)
    booked_up = replace(BERLIN, key="full", busy=(Busy(NOW, NOW + timedelta(days=20)),))
    hosts = {host.key: host for host in (BERLIN, never, booked_up)}
    find = free_time_finder(hosts, {"demo": DEMO}, NOW)
    assert [find(key, "demo") for key in hosts] == [True, False, False]
    assert not has_free_time(BERLIN, replace(DEMO, duration=485), NOW)


def test_a_window_that_ends_before_it_begins_has_no_slots() -> None:
    assert free_starts(BERLIN, DEMO, NOW, (NOW + timedelta(days=2), NOW)) == ()


def test_a_window_has_its_beginning_and_not_its_end() -> None:
    nine = at("2026-06-01T09:00+02:00")
    host = replace(BERLIN, working_hours=week((540, 660)))
    assert free_starts(host, DEMO, NOW, (nine, nine + timedelta(minutes=30))) == (nine,)


def test_a_buffer_reaches_over_midnight() -> None:
    midnight = at("2026-06-02T00:00Z")
    busy = Busy(midnight - timedelta(minutes=10), midnight - timedelta(minutes=5))
    host = replace(BERLIN, timezone="UTC", working_hours=AROUND_THE_CLOCK, busy=(busy,))
    window = (midnight, midnight + timedelta(minutes=31))
    half_past = midnight + timedelta(minutes=30)
    assert free_starts(host, replace(DEMO, buffer_before=10), NOW, window) == (half_past,)
    assert free_starts(host, replace(DEMO, buffer_before=5), NOW, window) == (midnight, half_past)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CLOCK_CHANGES), weeks(), st.integers(-700, 300), st.integers(1, 900))
def test_open_ticks_are_the_open_minutes_wherever_one_begins_to_look(
    change: tuple[str, datetime], hours: WeekHours, ahead: int, count: int
) -> None:
    zone, around = change
    first = tick_at(around) + ahead
    host = replace(BERLIN, timezone=zone, working_hours=hours)
    walked = [place for place in range(count) if open_minute(host, moment_of(first + place))]
    assert list(positions(open_bits(zone, hours, (), first, count))) == walked


@given(st.integers(0, 2**80), st.integers(1, 12))
def test_bit_runs_and_grids_are_what_a_walk_finds(bits: int, length: int) -> None:
    places = [place for place in range(100) if bits >> place & 1]
    assert list(positions(bits)) == places
    lit = set(places)
    assert list(positions(runs_of(bits, length))) == [
        one for one in places if lit.issuperset(range(one, one + length))
    ]
    assert set(positions(within_reach(bits, length))) == {
        one for one in range(100) if lit & set(range(one, one + length))
    }
    walked, began = [], None
    for place in range(100):
        began = None if place not in lit else place if began is None else began
        if began is not None and (place - began) % length == 0:
            walked.append(place)
    assert list(positions(grid(bits, length))) == walked


def test_an_interval_claims_every_tick_it_touches() -> None:
    start = datetime(1970, 1, 1, 0, 10, tzinfo=UTC)
    assert list(ticks(start, start + timedelta(minutes=10))) == [2, 3]
    assert list(ticks(start, start + timedelta(minutes=10), 5, 10)) == [1, 2, 3, 4, 5]
    assert list(ticks(start - MINUTE, start + timedelta(minutes=11))) == [1, 2, 3, 4]
    assert (tick_at(start + MINUTE), tick_from(start + MINUTE), moment_of(2)) == (2, 3, start)
    assert [tick_from(start + timedelta(microseconds=one)) for one in (-1, 0, 1)] == [2, 2, 3]
