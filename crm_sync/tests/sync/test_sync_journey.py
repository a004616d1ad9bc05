"""From submission to owner: what stands in the org at each station, and what it cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm_sync.core.matching import read_moment
from crm_sync.core.shapes import written_moment
from crm_sync.models import UserMapping
from crm_sync.tests.sync.told import ANN, EMAIL, NEEDS, Told

pytestmark = pytest.mark.django_db


def test_a_new_prospect_becomes_a_lead(told: Told) -> None:
    submission = told.submit(answers={"employees": 40})
    told.work()
    lead = told.record("Lead")
    wanted = {
        "FirstName": "Pat",
        "LastName": "Lee",
        "Company": "Initrode",
        "NumberOfEmployees": 40,
        "Distro_Router_Name__c": "Inbound",
        "Distro_Prospect_Id__c": str(submission.prospect.uuid),
        "Distro_Meeting_Status__c": None,
    }
    assert {name: lead[name] for name in wanted} == wanted
    assert told.runs() == {"person": "done"}
    assert told.steps("person") == [("find", "Contact, Lead", "done"), ("create", "Lead", "done")]
    assert (told.link().record_id, told.link().created_by_us) == (lead["Id"], True)


def test_a_booking_writes_event_and_the_six_fields(told: Told) -> None:
    meeting = told.book(told.submit(), meeting_url="https://meet.example/ann")
    told.work()
    lead, event = told.record("Lead"), told.event
    start = meeting.start
    assert read_moment(event["StartDateTime"]) == start
    wanted = {
        "Subject": meeting.title,
        "Location": "Remote",
        "WhoId": lead["Id"],
        "OwnerId": told.user(ANN),
        "ShowAs": "Busy",
        "IsReminderSet": False,
        "Description": None,
        "Distro_Meeting_Type__c": meeting.meeting_type.name,
        "Distro_Meeting_Status__c": "Scheduled",
        "Distro_No_Show__c": False,
        "Distro_Canceled__c": False,
        "Distro_Router_Name__c": "Inbound",
        "Distro_Meeting_Id__c": str(meeting.uuid),
        "Distro_Meeting_URL__c": "https://meet.example/ann",
    }
    assert {name: event[name] for name in wanted} == wanted
    person = {name: lead[name] for name in lead if name.startswith("Distro_")}
    assert read_moment(person.pop("Distro_Meeting_Date__c")) == start
    assert written_moment(read_moment(person.pop("Distro_Meeting_Created_At__c"))) == written_moment(
        meeting.created_at
    )
    assert person == {
        "Distro_Meeting_Type__c": meeting.meeting_type.name,
        "Distro_Meeting_Status__c": "Scheduled",
        "Distro_No_Show__c": False,
        "Distro_Router_Name__c": "Inbound",
        "Distro_Prospect_Id__c": str(meeting.prospect.uuid),
    }
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "waiting"}


def test_the_host_becomes_the_owner_after_the_wait(told: Told) -> None:
    told.book(told.submit())
    told.work()
    assert told.record("Lead")["OwnerId"] != told.user(ANN)
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
    assert told.steps("owner") == [
        ("read", "Lead", "done"),
        ("update", "Lead", "done"),
        ("read", "Lead", "done"),
    ]
    assert told.runs()["owner"] == "done"


@pytest.mark.parametrize("together", [True, False])
def test_a_new_lead_with_everything_on_takes_five_calls_at_most(told: Told, together: bool) -> None:
    submission = told.submit(looked=True)
    assert len(told.calls()) == 1
    if not together:
        told.work()
    told.book(submission)
    told.work()
    told.wait()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "done"}
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
    assert len(told.calls()) == 5


def test_a_change_to_a_linked_meeting_takes_one_call(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    told.wait()
    UserMapping.objects.update(checked_at=timezone.now() - timedelta(days=30))
    told.forget_calls()
    told.move(meeting)
    told.work()
    assert len(told.calls()) == 1
    lead, event = told.record("Lead"), told.event
    assert read_moment(event["StartDateTime"]) == read_moment(lead["Distro_Meeting_Date__c"]) == meeting.start
    assert lead["Distro_Meeting_Status__c"] == event["Distro_Meeting_Status__c"] == "Rescheduled"
    told.forget_calls()
    told.cancel(meeting)
    told.work()
    assert len(told.calls()) == 1
    lead, event = told.record("Lead"), told.event
    assert lead["Distro_Meeting_Status__c"] == event["Distro_Meeting_Status__c"] == "Cancelled"
    assert (event["ShowAs"], event["Distro_Canceled__c"], event["Subject"]) == (
        "Free",
        True,
        meeting.title,
    )
    assert read_moment(event["StartDateTime"]) == meeting.start


def test_a_meeting_cancelled_before_its_owner_was_due_changes_no_owner(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    before = told.record("Lead")["OwnerId"]
    told.cancel(meeting)
    told.wait()
    assert told.record("Lead")["OwnerId"] == before
    assert told.runs()["owner"] == "done"
    assert told.run("owner").notes == [
        "The meeting was cancelled before its owner was due, so the owner stays"
    ]


def test_a_workspace_that_was_never_connected_writes_no_runs(told: Told) -> None:
    told.connection.delete()
    told.submit()
    assert told.runs() == {}


def test_an_existing_contact_takes_no_more_calls_than_a_new_lead(told: Told) -> None:
    told.router.update_owner = "leads"
    told.router.save()
    told.add("Contact", LastName="Lee", Email=EMAIL)
    submission = told.submit(looked=True)
    told.work()
    told.book(submission)
    told.work()
    told.wait()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "done"}
    assert len(told.calls()) == 4


def test_a_look_up_asks_the_database_little(told: Told, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0)
