"""Booking: who gets it, what is written with it, and what nobody can do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.utils import timezone

from distro.due.models import DueWork
from distro.testing.factories import (
    make_host,
    make_meeting_type,
    make_router,
    make_submission,
    make_team,
    make_workspace,
    next_ten,
)
from routing.actions.book import AlreadyBooked, Booked, SlotTaken, book
from routing.actions.change import Refused, cancel, cancel_by_prospect
from routing.actions.slots import find_submission, offered_slots
from routing.models import (
    DayPlace,
    LedgerEntry,
    LedgerReason,
    Mail,
    Meeting,
    Router,
    Status,
    Submission,
    TeamMember,
    Tick,
)


def a_router(hosts: int = 1, weights: tuple[int, ...] = (), **kind: object) -> Router:
    workspace = make_workspace()
    team = make_team(workspace, [make_host(workspace) for _ in range(hosts)], weights)
    return make_router(workspace, default_team=team, meeting_type=make_meeting_type(workspace, **kind))


def book_at(submission: Submission, start: datetime) -> Booked:
    return book(submission, start=start, timezone="UTC", guests=[], notes="", now=timezone.now())


@pytest.mark.django_db
def test_a_booking_writes_all_that_hangs_on_it() -> None:
    submission = make_submission(a_router(buffer_after=10))
    booked = book(
        submission,
        start=next_ten(),
        timezone="Europe/Berlin",
        guests=["guest@initech.test"],
        notes="Bring slides",
        now=timezone.now(),
    )
    meeting = booked.meeting
    assert booked.created
    assert (meeting.status, meeting.end - meeting.start) == (Status.SCHEDULED, timedelta(minutes=30))
    assert meeting.title.endswith("with Pat Lee")
    assert Tick.objects.filter(meeting=meeting, host=meeting.host).count() == 8
    assert DayPlace.objects.get(meeting=meeting).ordinal == 1
    turn = LedgerEntry.objects.get(meeting=meeting)
    assert (turn.team, turn.turns, turn.reason) == (submission.target_team, 1, LedgerReason.ASSIGNMENT)
    readers = set(Mail.objects.values_list("kind", "to"))
    assert readers == {
        ("booked_prospect", submission.prospect.email),
        ("booked_guest", "guest@initech.test"),
        ("booked_host", meeting.host.email),
    }
    due = Counter(DueWork.objects.values_list("kind", flat=True))
    assert (due["routing.mail"], due["routing.complete"]) == (3, 1)


@pytest.mark.django_db
def test_the_same_time_again_finds_the_meeting_and_another_does_not() -> None:
    submission = make_submission(a_router())
    first = book_at(submission, next_ten())
    again = book_at(submission, next_ten())
    assert (again.meeting, again.created) == (first.meeting, False)
    with pytest.raises(AlreadyBooked):
        book_at(submission, next_ten() + timedelta(hours=1))
    assert Meeting.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "shift", [timedelta(minutes=7), timedelta(hours=13), timedelta(days=30), timedelta(days=-30)]
)
def test_what_is_no_free_slot_is_answered_with_the_next_free_ones(shift: timedelta) -> None:
    with pytest.raises(SlotTaken) as fault:
        book_at(make_submission(a_router()), next_ten() + shift)
    assert len(fault.value.slots) == 10
    assert Meeting.objects.count() == 0


@pytest.mark.django_db
def test_turns_follow_the_weights() -> None:
    router = a_router(2, weights=(2, 1))
    heavy = router.default_team.members.get(weight=2).host
    for place in range(6):
        book_at(make_submission(router), next_ten() + timedelta(minutes=30 * place))
    turns = Counter(Meeting.objects.values_list("host", flat=True))
    assert turns[heavy.pk] == 4


@pytest.mark.django_db
def test_founders_of_a_team_take_turns_from_the_first_booking_on() -> None:
    router = a_router(3)
    for place in range(6):
        book_at(make_submission(router), next_ten() + timedelta(minutes=30 * place))
    hosts = list(Meeting.objects.order_by("start").values_list("host", flat=True))
    assert len(set(hosts[:3])) == 3
    assert hosts[:3] == hosts[3:]


@pytest.mark.django_db
def test_who_joins_starts_at_par() -> None:
    router = a_router(1)
    for place in range(4):
        book_at(make_submission(router), next_ten() + timedelta(minutes=30 * place))
    newcomer = make_host(router.workspace)
    TeamMember.objects.create(team=router.default_team, host=newcomer, position=9)
    for place in range(4, 8):
        book_at(make_submission(router), next_ten() + timedelta(minutes=30 * place))
    joined = LedgerEntry.objects.get(reason=LedgerReason.JOINED)
    assert (joined.host, joined.turns) == (newcomer, 4)
    assert Meeting.objects.filter(host=newcomer).count() == 2


@pytest.mark.django_db
def test_a_daily_limit_closes_the_day_and_the_next_host_takes_over() -> None:
    router = a_router(2, daily_limit=1)
    first = book_at(make_submission(router), next_ten()).meeting
    second = book_at(make_submission(router), next_ten() + timedelta(hours=1)).meeting
    assert first.host != second.host
    with pytest.raises(SlotTaken):
        book_at(make_submission(router), next_ten() + timedelta(hours=2))


@pytest.mark.django_db
def test_cancelling_frees_the_time_gives_the_turn_back_and_lets_the_link_book_anew() -> None:
    submission = make_submission(a_router())
    meeting = book_at(submission, next_ten()).meeting
    cancel(meeting, "No time")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.cancel_reason, meeting.version) == (Status.CANCELLED, "No time", 2)
    assert (Tick.objects.count(), DayPlace.objects.count()) == (0, 0)
    assert sum(LedgerEntry.objects.values_list("turns", flat=True)) == 0
    assert Mail.objects.filter(kind__startswith="cancelled").count() == 2
    again = book_at(submission, next_ten())
    assert again.created and again.meeting != meeting


@pytest.mark.django_db
def test_cancelling_twice_tells_nobody_twice_and_a_past_meeting_is_not_the_prospects_to_cancel() -> None:
    meeting = book_at(make_submission(a_router()), next_ten()).meeting
    with pytest.raises(Refused):
        cancel_by_prospect(meeting, "", meeting.end + timedelta(minutes=1))
    cancel(meeting, "")
    mails = Mail.objects.count()
    assert cancel(meeting, "").status == Status.CANCELLED
    assert Mail.objects.count() == mails


@pytest.mark.django_db
def test_links_that_are_unknown_or_too_old_find_nothing() -> None:
    submission = make_submission(a_router())
    assert find_submission(submission.booking_token) == submission
    assert find_submission("x" * 43) is None
    Submission.objects.update(created_at=timezone.now() - timedelta(days=15))
    assert find_submission(submission.booking_token) is None
    book_at(submission, next_ten())
    assert find_submission(submission.booking_token) == submission


@pytest.mark.django_db
def test_offered_days_are_those_of_the_visitors_clock() -> None:
    submission = make_submission(a_router())
    day = next_ten().date()
    tokyo = ZoneInfo("Asia/Tokyo")
    slots = offered_slots(submission, day, day, tokyo, timezone.now())
    assert {slot.start.astimezone(tokyo).date() for slot in slots} == {day}
    assert slots[-1].start == datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC)


def run_together(calls: list[object]) -> list[object]:
    """Run the calls in threads released at once; what each returned or raised."""
    results: list[object] = []
    start = Barrier(len(calls))

    def run(call: object) -> None:
        start.wait()
        try:
            results.append(call())  # type: ignore[operator]
        except Exception as fault:
            results.append(fault)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_a_race_for_overlapping_times_books_each_host_once() -> None:
    router = a_router(3, slot_interval=5, buffer_before=5, buffer_after=10)
    starts = [next_ten() + timedelta(minutes=5 * (number % 4)) for number in range(24)]
    submissions = [make_submission(router) for _ in starts]
    pairs = list(zip(submissions, starts, strict=True))
    results = run_together([lambda pair=pair: book_at(*pair) for pair in pairs])
    booked = [result for result in results if isinstance(result, Booked)]
    assert len(booked) == 3, results
    assert len({result.meeting.host_id for result in booked}) == 3
    assert all(isinstance(result, (Booked, SlotTaken)) for result in results), results


@pytest.mark.django_db(transaction=True)
def test_a_double_click_books_once() -> None:
    submission = make_submission(a_router(3))
    results = run_together([lambda: book_at(submission, next_ten())] * 10)
    assert Counter(type(result) for result in results) == {Booked: 10}, results
    assert sum(result.created for result in results if isinstance(result, Booked)) == 1
    assert Meeting.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_bookings_keep_the_shares() -> None:
    router = a_router(3, weights=(2, 1, 1))
    starts = [next_ten() + timedelta(minutes=30 * number) for number in range(12)]
    pairs = [(make_submission(router), start) for start in starts]
    results = run_together([lambda pair=pair: book_at(*pair) for pair in pairs])
    assert all(isinstance(result, Booked) for result in results), results
    turns = Counter(Meeting.objects.values_list("host__memberships__weight", flat=True))
    assert turns[2] == 6, (turns, connection.vendor)
