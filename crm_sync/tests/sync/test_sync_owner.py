"""Who owns the record after the wait: the host, unless a person decided otherwise."""

from __future__ import annotations

import pytest

from crm_sync.tests.sync.told import ANN, BOB, EMAIL, INTEGRATION, SAM, Told
from distro.testing.factories import make_distribution_rule, make_host
from routing.models import Meeting

pytestmark = pytest.mark.django_db
AUTOMATION = "automation@acme.example"
QUEUE = "Inbound queue"


def booked(told: Told, **router: object) -> Meeting:
    for name, value in router.items():
        setattr(told.router, name, value)
    told.router.save()
    meeting = told.book(told.submit())
    told.work()
    return meeting


def queue_id(told: Told) -> str:
    (queue,) = told.records("Group", Name=QUEUE)
    return str(queue["Id"])


def test_a_persons_change_in_between_stands_and_is_reported(told: Told) -> None:
    booked(told)
    told.change("Lead", told.link().record_id, SAM, OwnerId=told.user(BOB))
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(BOB)
    assert told.run("owner").notes == [
        "Sam Standard changed the owner in Salesforce meanwhile, and that stands"
    ]


@pytest.mark.parametrize("by", [AUTOMATION, INTEGRATION])
def test_automations_change_in_between_does_not(told: Told, by: str) -> None:
    booked(told)
    told.change("Lead", told.link().record_id, by, OwnerId=queue_id(told))
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)


def test_a_persons_change_is_not_hidden_by_our_own_later_write(told: Told) -> None:
    meeting = booked(told)
    told.change("Lead", told.link().record_id, SAM, OwnerId=told.user(BOB))
    told.move(meeting)
    told.work()
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(BOB)
    assert told.run("owner").notes == [
        "Sam Standard changed the owner in Salesforce meanwhile, and that stands"
    ]


def test_a_persons_other_changes_do_not_matter(told: Told) -> None:
    booked(told)
    told.change("Lead", told.link().record_id, SAM, Title="CEO")
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)


def test_contacts_keep_their_owner_where_only_leads_change(told: Told) -> None:
    told.add("Contact", LastName="Lee", Email=EMAIL)
    booked(told, update_owner="leads")
    told.wait()
    assert told.record("Contact")["OwnerId"] == told.user(SAM)
    assert told.run("owner").notes == ["The router changes the owner of Leads alone, and this is a Contact"]


@pytest.mark.parametrize(
    ("owner", "expected"),
    [(QUEUE, ANN), (INTEGRATION, ANN), ("gone@acme.example", ANN), (BOB, BOB)],
)
def test_where_only_the_unowned_change(told: Told, owner: str, expected: str) -> None:
    owner_id = queue_id(told) if owner == QUEUE else told.user(owner)
    told.add("Lead", LastName="Lee", Company="Initrode", Email=EMAIL, OwnerId=owner_id)
    booked(told, update_owner="unowned")
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(expected)


def test_where_owners_are_left_alone_there_is_no_run(told: Told) -> None:
    rule = make_distribution_rule(told.router, update_owner="false")
    told.book(told.submit(distribution_rule=rule))
    told.work()
    assert told.runs() == {"person": "done", "meeting": "done"}


def test_the_owner_waits_for_the_event(told: Told) -> None:
    told.fault(path="composite", body_contains="/sobjects/Event", status=503, times=1)
    told.router.owner_delay = 0
    told.router.save()
    told.book(told.submit())
    told.work()
    assert told.runs()["meeting"] == "waiting"
    assert told.runs()["owner"] == "waiting"
    assert told.run("owner").attempts == 0
    told.wait()
    assert told.runs()["meeting"] == "done"
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)


def test_another_host_becomes_the_owner_after_the_same_wait(told: Told) -> None:
    meeting = booked(told)
    told.wait()
    bob = make_host(told.workspace, name="Bob Brook", email=BOB)
    told.tell(meeting, host=bob)
    told.work()
    assert told.event["OwnerId"] == told.user(BOB)
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(BOB)


def test_an_owner_that_cannot_be_read_or_written_needs_a_person(told: Told) -> None:
    booked(told)
    code = "INSUFFICIENT_ACCESS_OR_READONLY"
    told.fault(path="composite", body_contains="OwnerId", status=400, error_code=code)
    told.wait()
    run = told.run("owner")
    assert (run.state, run.error_code) == ("needs_person", code)
