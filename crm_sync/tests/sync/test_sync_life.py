"""The whole life of a meeting by routing's own actions: what Salesforce then has, and what each change costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from crm_sync.core.matching import read_moment
from crm_sync.tests.sync.told import BOB, EMAIL, Told
from distro.testing.factories import make_host, make_meeting_type, make_router, next_ten
from routing.actions.attendance import complete, complete_by_itself, mark_no_show, undo
from routing.actions.book import book
from routing.actions.change import cancel
from routing.actions.reassign import reassign
from routing.actions.reschedule import reschedule
from routing.models import Host, Meeting, Router, WorkingHours

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def router(told: Told) -> Router:
    """A router whose only host works all week, nine to five."""
    hours = [WorkingHours(host=told.ann, weekday=day, start_minute=540, end_minute=1020) for day in range(7)]
    WorkingHours.objects.bulk_create(hours)
    kind = make_meeting_type(told.workspace, name="Demo")
    return make_router(told.workspace, default_host=told.ann, meeting_type=kind, update_owner="true")


def booked(told: Told, router: Router, hours: int = 0) -> Meeting:
    submission = told.submit(router=router)
    start = next_ten() + timedelta(hours=hours)
    now = timezone.now()
    return book(submission, start=start, timezone="UTC", guests=[], notes="", now=now).meeting


def settled(told: Told, router: Router, hours: int = 0) -> Meeting:
    """A meeting of which Salesforce has everything, the owner included."""
    meeting = booked(told, router, hours)
    told.work()
    told.wait()
    told.forget_calls()
    return meeting


def state(told: Told) -> tuple[str, bool, str, bool]:
    """Status and No Show, of the person and of the Event."""
    lead, event = told.record("Lead"), told.event
    return (
        lead["Distro_Meeting_Status__c"],
        lead["Distro_No_Show__c"],
        event["Distro_Meeting_Status__c"],
        event["Distro_No_Show__c"],
    )


def told_in_one_call(told: Told, act: Callable[[], object]) -> None:
    told.forget_calls()
    act()
    told.work()
    assert len(told.calls()) == 1, told.calls()
    assert set(told.runs().values()) == {"done"}


def test_each_change_of_a_meeting_takes_one_call(told: Told, router: Router) -> None:
    meeting = settled(told, router)
    later = meeting.start + timedelta(minutes=60)
    told_in_one_call(told, lambda: reschedule(meeting, later, timezone.now()))
    assert state(told) == ("Rescheduled", False, "Rescheduled", False)
    assert read_moment(told.event["StartDateTime"]) == later
    told_in_one_call(told, lambda: mark_no_show(meeting))
    assert state(told) == ("No Show", True, "No Show", True)
    told_in_one_call(told, lambda: undo(meeting))
    assert state(told) == ("Rescheduled", False, "Rescheduled", False)
    told_in_one_call(told, lambda: complete(meeting))
    assert state(told) == ("Completed", False, "Completed", False)


def test_cancelling_keeps_times_and_subject(told: Told, router: Router) -> None:
    meeting = settled(told, router)
    before = told.event
    told_in_one_call(told, lambda: cancel(meeting, "No time"))
    after = told.event
    assert (after["ShowAs"], after["Distro_Canceled__c"]) == ("Free", True)
    for name in ("Subject", "StartDateTime", "EndDateTime"):
        assert after[name] == before[name]


def test_a_meeting_that_completes_by_itself_is_told(told: Told, router: Router) -> None:
    meeting = settled(told, router)
    due = meeting.end + timedelta(minutes=60)
    told_in_one_call(told, lambda: complete_by_itself(meeting, due))
    assert state(told)[0] == "Completed"


def test_a_change_to_an_older_meeting_touches_its_event_alone(told: Told, router: Router) -> None:
    older = settled(told, router)
    newer = settled(told, router, hours=2)
    lead = told.record("Lead")
    told_in_one_call(told, lambda: mark_no_show(older))
    events = {event["Distro_Meeting_Id__c"]: event for event in told.records("Event")}
    assert events[str(older.uuid)]["Distro_Meeting_Status__c"] == "No Show"
    assert events[str(newer.uuid)]["Distro_Meeting_Status__c"] == "Scheduled"
    now = told.record("Lead")
    assert (now["Distro_Meeting_Status__c"], now["Distro_No_Show__c"]) == ("Scheduled", False)
    assert now["Distro_Meeting_Date__c"] == lead["Distro_Meeting_Date__c"]


def test_booking_again_clears_the_no_show(told: Told, router: Router) -> None:
    first = settled(told, router)
    told_in_one_call(told, lambda: mark_no_show(first))
    now = timezone.now()
    again = book(
        first.submission,
        start=next_ten() + timedelta(hours=3),
        timezone="UTC",
        guests=[],
        notes="",
        now=now,
    )
    told.work()
    lead = told.record("Lead", EMAIL)
    assert again.created
    assert (lead["Distro_Meeting_Status__c"], lead["Distro_No_Show__c"]) == ("Scheduled", False)
    assert len(told.records("Event")) == 2


def test_a_reassignment_moves_the_events_owner_and_after_the_wait_the_persons(
    told: Told, router: Router
) -> None:
    meeting = settled(told, router)
    bob: Host = make_host(told.workspace, name="Bob Brook", email=BOB)
    reassign(meeting, bob, timezone.now())
    told.work()
    assert told.event["OwnerId"] == told.user(BOB)
    assert told.record("Lead")["OwnerId"] != told.user(BOB)
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(BOB)
    assert told.event["Distro_Meeting_Status__c"] == "Scheduled"
