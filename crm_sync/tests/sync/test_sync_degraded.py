"""Orgs that have not, or not yet, Distro's own fields."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm_sync.models import ObjectDescription
from crm_sync.salesforce.provision import provision
from crm_sync.sandbox.org import Org
from crm_sync.tests.sync.told import EMAIL, Told, connect

pytestmark = pytest.mark.django_db


@pytest.fixture
def declined(local_org: Org) -> Told:
    """A workspace that declined the extension fields."""
    return connect(local_org, extension_fields=False)


def test_without_extension_fields_status_and_link_stand_in_the_text(declined: Told) -> None:
    meeting = declined.book(declined.submit(), meeting_url="https://meet.example/ann")
    declined.work()
    lead, event = declined.record("Lead"), declined.event
    assert lead["Distro_Meeting_Status__c"] == "Scheduled"
    assert (event["Subject"], event["Description"]) == (
        meeting.title,
        "Meeting link: https://meet.example/ann",
    )
    assert event["WhoId"] == lead["Id"]
    declined.cancel(meeting)
    declined.work()
    event = declined.event
    assert event["Subject"] == f"Cancelled: {meeting.title}"
    assert (event["Distro_Canceled__c"], event["ShowAs"]) == (True, "Free")
    assert declined.run("meeting").left_out == []


def test_without_extension_fields_distro_looks_before_it_writes_again(declined: Told) -> None:
    declined.fault(method="POST", path="composite", body_contains="sobjects/Lead", drop=True, when="after")
    declined.book(declined.submit())
    declined.work()
    assert declined.run("meeting").error_code == "CONNECTION_LOST"
    assert len(declined.records("Lead", Email=EMAIL)) == len(declined.records("Event")) == 1
    declined.wait()
    assert declined.runs()["meeting"] == "done"
    assert len(declined.records("Lead", Email=EMAIL)) == len(declined.records("Event")) == 1


def test_a_booking_does_not_wait_for_the_fields(local_org: Org) -> None:
    told = connect(local_org, provisioned=False)
    meeting = told.book(told.submit())
    told.work()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "waiting"}
    assert told.record("Lead")["Company"] == "Initrode"
    assert told.event["WhoId"] == told.record("Lead")["Id"]
    assert "Lead.Distro_Router_Name__c" in told.run("person").left_out
    assert "Event.Distro_Canceled__c" in told.run("meeting").left_out
    provision(told.connection)
    told.cancel(meeting)
    told.work()
    assert told.event["Distro_Meeting_Status__c"] == "Cancelled"
    assert told.run("meeting").left_out == []


def test_an_external_id_that_disappears_is_done_without(told: Told) -> None:
    for grant in told.org.store.live("FieldPermissions"):
        if grant["Field"] in ("Lead.Distro_Prospect_Id__c", "Event.Distro_Meeting_Id__c"):
            told.change("FieldPermissions", grant["Id"], PermissionsRead=False, PermissionsEdit=False)
    told.book(told.submit(looked=True))
    told.work()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "waiting"}
    assert len(told.records("Lead", Email=EMAIL)) == len(told.records("Event")) == 1
    assert "Lead.Distro_Prospect_Id__c" in told.run("person").left_out
    assert "Event.Distro_Meeting_Id__c" in told.run("meeting").left_out


def test_a_field_that_disappears_from_the_org_stops_nobody(told: Told) -> None:
    for grant in told.org.store.live("FieldPermissions"):
        if grant["Field"] == "Lead.Distro_No_Show__c":
            told.change("FieldPermissions", grant["Id"], PermissionsRead=False, PermissionsEdit=False)
    told.book(told.submit())
    told.work()
    assert told.runs()["person"] == "done"
    assert told.run("person").left_out == ["Lead.Distro_No_Show__c"]
    assert told.record("Lead")["Distro_Meeting_Status__c"] == "Scheduled"


def test_an_org_is_described_again_after_a_day(told: Told) -> None:
    ObjectDescription.objects.filter(object="Lead").update(described_at=timezone.now() - timedelta(hours=25))
    told.submit()
    told.work()
    told.work()
    assert [one.path.rpartition("/sobjects/")[2] for one in told.calls()][2:] == [
        f"{name}/describe" for name in ("Lead", "Contact", "Account", "Event")
    ]
    told.forget_calls()
    told.submit("next@initrode.example")
    told.work()
    assert len(told.calls()) == 2
