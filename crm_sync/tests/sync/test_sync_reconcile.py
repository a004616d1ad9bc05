"""`manage.py reconcile`: what differs in Salesforce is printed, and written again."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm_sync.models import RecordLink
from crm_sync.sandbox import control_records
from crm_sync.sandbox.customizing import Predicate, ValidationRule
from crm_sync.tests.sync.told import ANN, BOB, EMAIL, Told
from routing.models import FormField, Meeting, Submission

pytestmark = pytest.mark.django_db


def reconcile(told: Told, *arguments: str) -> list[str]:
    out = StringIO()
    call_command("reconcile", told.workspace.slug, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def written(told: Told) -> None:
    """Two bookings and a submission that was never booked, all written."""
    for email in (EMAIL, "kim@initrode.example"):
        told.book(told.submit(email))
    told.submit("never@initrode.example")
    told.work()
    told.wait()
    told.forget_calls()


def test_where_nothing_differs_it_reads_and_writes_nothing(told: Told) -> None:
    assert reconcile(told) == ["nothing differed"]
    assert [one.method for one in told.calls()] == ["GET", "GET"]


def test_what_somebody_changed_is_printed_and_repaired(told: Told) -> None:
    lead = told.record("Lead")["Id"]
    event = RecordLink.objects.get(meeting__prospect__email=EMAIL).record_id
    told.change("Lead", lead, Distro_Meeting_Status__c="Cancelled")
    told.change("Event", event, Distro_Meeting_Status__c="Completed", OwnerId=told.user(BOB))
    never = told.record("Lead", "never@initrode.example")["Id"]
    told.change("Lead", never, Distro_Router_Name__c="Other", FirstName="Corrected")
    FormField.objects.filter(key="first_name").update(overwrite="always")
    assert sorted(reconcile(told)) == sorted([
        f"Event {event} of {EMAIL}: Distro_Meeting_Status__c is 'Completed' in Salesforce, 'Scheduled' here",
        f"Event {event} of {EMAIL}: OwnerId is '{told.user(BOB)}' in Salesforce, '{told.user(ANN)}' here",
        f"Lead {lead} of {EMAIL}: Distro_Meeting_Status__c is 'Cancelled' in Salesforce, 'Scheduled' here",
        f"Lead {never} of never@initrode.example: Distro_Router_Name__c is 'Other' in Salesforce, 'Inbound' here",
        "4 differed, all repaired.",
    ])  # fmt: skip
    assert told.record("Lead")["Distro_Meeting_Status__c"] == "Scheduled"
    repaired = told.record("Lead", "never@initrode.example")
    assert (repaired["Distro_Router_Name__c"], repaired["FirstName"]) == ("Inbound", "Corrected")
    assert reconcile(told) == ["nothing differed"]


def test_a_deleted_event_stays_deleted(told: Told) -> None:
    event = RecordLink.objects.get(meeting__prospect__email=EMAIL).record_id
    control_records.remove(told.org, "Event", event, query={}, body={})
    assert reconcile(told) == ["nothing differed"]
    assert len(told.records("Event")) == 1


def test_an_event_that_we_lost_sight_of_is_found_again(told: Told) -> None:
    RecordLink.objects.filter(meeting__prospect__email=EMAIL).delete()
    assert reconcile(told)[-1] == "1 differed, all repaired."
    assert len(told.records("Event")) == 2
    assert RecordLink.objects.filter(meeting__prospect__email=EMAIL).exists()


def test_what_cannot_be_repaired_is_an_exit_status(told: Told) -> None:
    told.change("Lead", told.record("Lead")["Id"], Distro_Meeting_Status__c="Cancelled")
    told.org.rules.validation.append(ValidationRule("Lead", "No.", (Predicate("Email", "equals", EMAIL),)))
    with pytest.raises(CommandError, match="1 differed, 1 could not be repaired"):
        reconcile(told)


def test_it_looks_as_far_back_as_it_is_told(told: Told) -> None:
    told.change("Lead", told.record("Lead")["Id"], Distro_Meeting_Status__c="Cancelled")
    long_ago = timezone.now() - timedelta(days=60)
    Meeting.objects.update(created_at=long_ago, start=long_ago, end=long_ago + timedelta(minutes=30))
    Submission.objects.update(created_at=long_ago)
    assert reconcile(told) == ["nothing differed"]
    differing = reconcile(told, "--days", "61")
    assert differing[-1] == f"{len(differing) - 1} differed, all repaired."
    assert told.record("Lead")["Distro_Meeting_Status__c"] == "Scheduled"


@pytest.mark.parametrize("slug", ["nobody", ""])
def test_an_unknown_workspace_is_named(told: Told, slug: str) -> None:
    with pytest.raises(CommandError, match="There is no workspace"):
        call_command("reconcile", slug)
