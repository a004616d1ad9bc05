"""A worker that is killed at any moment loses nothing and writes nothing twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from crm_sync.models import SyncRun
from distro.testing.programs import Program, start_worker
from distro.testing.waiting import wait_for
from e2e.outside import Org, free_times, post
from routing.models import Meeting, Workspace

# A dead worker's work is taken over after the lease: short here, so that twenty deaths do not take an hour.
QUICK = {"SYNC_LEASE": "3", "SYNC_CALL_TIMEOUT": "1.5"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("bookings", "kills"), [(10, 4), pytest.param(50, 20, marks=pytest.mark.chaos)], ids=["few", "many"]
)
def test_deaths_lose_nothing(
    connected: Workspace, org: Org, worker: Program, bookings: int, kills: int
) -> None:
    worker.stop()
    moments = random.Random(20261125)
    crew = start_worker("mortal", **QUICK)
    deaths = 0
    for number in range(bookings):
        book_one(number)
        if number * kills // bookings != (number + 1) * kills // bookings:
            time.sleep(moments.uniform(0, 0.6))
            crew.kill()
            deaths += 1
            crew = start_worker("mortal", **QUICK)
    assert deaths == kills
    wait_for(nothing_due, "everything is told", seconds=120)
    crew.stop()
    assert Counter(org_ids(org, "Lead", "Distro_Prospect_Id__c").values()) == {1: bookings}
    assert org_ids(org, "Event", "Distro_Meeting_Id__c") == Counter(
        str(uuid) for uuid in Meeting.objects.values_list("uuid", flat=True)
    )
    assert_owners(org)


def book_one(number: int) -> None:
    answers = {"email": f"p{number}@many.example", "last_name": f"Person {number}", "company": "Many"}
    submitted = post("/r/journey-demo/submissions", {"answers": answers})
    slots = free_times(submitted["booking_url"])
    path = submitted["booking_url"].removeprefix(settings.BASE_URL)
    post(f"{path}book", {"start": slots[number]["start"], "timezone": "UTC"})


def nothing_due() -> bool:
    states = set(SyncRun.objects.values_list("state", flat=True))
    assert "needs_person" not in states and "needs_reconnecting" not in states, SyncRun.objects.values()
    return states == {"done"} and not SyncRun.objects.filter(due_at__gt=timezone.now()).exists()


def org_ids(org: Org, sobject: str, field: str) -> Counter[str]:
    return Counter(record[field] for record in org.records(sobject) if record[field])


def assert_owners(org: Org) -> None:
    """Every Lead and its Event belong to the host who got the meeting."""
    users: dict[str, Any] = {user["Id"]: user["Email"] for user in org.records("User")}
    events = {record["Distro_Meeting_Id__c"]: record for record in org.records("Event")}
    leads = {record["Id"]: record for record in org.records("Lead")}
    for meeting in Meeting.objects.select_related("host"):
        event = events[str(meeting.uuid)]
        assert users[event["OwnerId"]] == meeting.host.email
        assert users[leads[event["WhoId"]]["OwnerId"]] == meeting.host.email
