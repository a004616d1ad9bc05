"""Simulate against an org: it finds whom the sync finds, foresees what the sync writes, and writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm_sync.models import ObjectDescription, SalesforceConnection, SyncStep, UserMapping
from crm_sync.sandbox import control_faults
from crm_sync.sandbox.conversion import convert
from crm_sync.tests.sync.told import ANN, BOB, EMAIL, INTEGRATION, SAM, Told
from distro.testing.factories import (
    make_distribution_rule,
    make_host,
    make_ownership_rule,
    make_team,
)
from routing.actions.book import book
from routing.actions.submit import Received, submit
from routing.models import Router
from routing.simulation import find_router, read_received, simulate
from routing.tests.untouched import tables

pytestmark = pytest.mark.django_db
ANSWERS = {"email": EMAIL, "first_name": "Pat", "last_name": "Lee", "company": "Initrode", "employees": 40}
NOT_KNOWN_YET = ("WhoId", "Distro_Prospect_Id__c", "AccountId")


@pytest.fixture(autouse=True)
def ann_works(told: Told) -> None:
    for day in range(5):
        told.ann.working_hours.create(weekday=day, start_minute=540, end_minute=1020)


def story(told: Told, **answers: Any) -> dict[str, Any]:
    router = find_router(told.router.key)
    return simulate(router, read_received(ANSWERS | answers), timezone.now()).as_json()


def writes_of(told: Told) -> Any:
    return control_faults.writes(told.org, query={}, body=None)


def shapes(planned: list[dict[str, Any]]) -> list[tuple[str, str, str, str | None]]:
    return [(one["when"], one["action"], one["object"], one["id"]) for one in planned]


def change_router(told: Told, **values: Any) -> None:
    Router.objects.filter(pk=told.router.pk).update(**values)


def test_a_known_contact_whose_owner_is_a_host(told: Told) -> None:
    make_ownership_rule(told.router, name="Contact owner")
    bob = make_host(told.workspace, name="Bob Brook", email=BOB)
    contact = told.add("Contact", LastName="Old", Email=EMAIL, OwnerId=told.user(BOB))
    told_of = story(told)
    assert told_of["rule"] == {"kind": "ownership", "name": "Contact owner"}
    assert (told_of["candidates"], told_of["next_host"], told_of["standing"]) == ([bob.email], BOB, [])
    assert told_of["why_next"] == "Bob Brook owns the Contact with this e-mail."
    assert told_of["person"] == {"object": "Contact", "id": contact, "owner": BOB}
    assert shapes(told_of["planned"]) == [
        ("on submission", "update", "Contact", contact),
        ("on booking", "update", "Contact", contact),
        ("on booking", "create", "Event", None),
    ]
    first, _, event = (one["fields"] for one in told_of["planned"])
    assert first == {
        "FirstName": "Pat",
        "Distro_Router_Name__c": "Inbound",
        "Distro_Prospect_Id__c": None,
    }
    assert (event["WhoId"], event["OwnerId"]) == (contact, told.user(BOB))
    assert event["StartDateTime"] == told_of["first_slots"][0]["start"]


def test_somebody_new(told: Told) -> None:
    told_of = story(told)
    assert told_of["person"] is None
    assert shapes(told_of["planned"]) == [
        ("on submission", "create", "Lead", None),
        ("on booking", "update", "Lead", None),
        ("on booking", "create", "Event", None),
        ("30 s after booking", "update", "Lead", None),
    ]
    assert told_of["planned"][0]["fields"] == {
        "Email": EMAIL,
        "FirstName": "Pat",
        "LastName": "Lee",
        "Company": "Initrode",
        "NumberOfEmployees": 40,
        "Distro_Router_Name__c": "Inbound",
    }
    assert told_of["planned"][3]["fields"] == {"OwnerId": told.user(ANN)}


def test_somebody_turned_away_is_told_of_once(told: Told) -> None:
    rule = {"set_fields": {"Lead": {"Rating": "Cold"}}, "assign_message": "Thank you."}
    make_distribution_rule(told.router, name="Away", **rule)
    (only,) = story(told)["planned"]
    assert (only["when"], only["object"], only["fields"]["Rating"]) == ("on submission", "Lead", "Cold")


def test_where_nobody_has_time_nothing_is_booked(told: Told) -> None:
    told.ann.working_hours.all().delete()
    told_of = story(told)
    assert (told_of["next_host"], told_of["first_slots"]) == (None, [])
    assert shapes(told_of["planned"]) == [("on submission", "create", "Lead", None)]


def test_in_strict_rotation_the_next_host_is_the_events_owner(told: Told) -> None:
    bob = make_host(told.workspace, name="Bob Brook", email=BOB)
    team = make_team(told.workspace, [told.ann, bob], [1, 5])
    change_router(told, default_host=None, default_team=team, rotation="strict")
    told_of = story(told)
    assert (told_of["candidates"], told_of["next_host"]) == ([ANN, BOB], BOB)
    assert told_of["planned"][2]["fields"]["OwnerId"] == told.user(BOB)


@pytest.mark.parametrize("known", ["nobody", "contact", "lead"])
@pytest.mark.parametrize("create_as", ["lead", "contact"])
def test_what_is_foreseen_is_what_the_sync_then_writes(told: Told, known: str, create_as: str) -> None:
    change_router(told, create_as=create_as, create_account=True)
    make_distribution_rule(
        told.router,
        assign_message="",
        assign_host=told.ann,
        set_fields={
            name: {"Description": "By {router}", "Title": "Met {host}"} for name in ("Lead", "Contact")
        },
    )
    if known == "contact":
        told.add("Contact", LastName="Old", Email=EMAIL, OwnerId=told.user(SAM))
    if known == "lead":
        told.add("Lead", LastName="Old", Company="Old", Email=EMAIL, OwnerId=told.user(SAM))
    foreseen = story(told)
    submission = submit(find_router(told.router.key), Received(ANSWERS))
    told.work()
    start = datetime.fromisoformat(foreseen["first_slots"][0]["start"])
    book(submission, start=start, timezone="UTC", guests=[], notes="", now=timezone.now())
    told.work()
    told.wait()
    done = SyncStep.objects.filter(action__in=["create", "update"], state="done").order_by("pk")
    sent = [(one.action, one.object, one.fields) for one in done]
    expected = [(one["action"], one["object"], one["fields"]) for one in foreseen["planned"]]
    assert [told_apart(*one) for one in expected] == [told_apart(*one) for one in sent]
    person = foreseen["person"]
    assert person is None or person == {
        "object": told.link().object,
        "id": told.link().record_id,
        "owner": SAM,
    }


def told_apart(action: str, name: str, fields: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """A write without what can only be known once it is made."""
    moved = ("Distro_Meeting_Created_At__c", *NOT_KNOWN_YET)
    return action, name, {key: key if key in moved else value for key, value in fields.items()}


def test_a_contact_to_come_goes_under_an_account_to_come(told: Told) -> None:
    change_router(told, create_as="contact", create_account=True)
    account, contact = story(told)["planned"][:2]
    assert account == {
        "when": "on submission",
        "action": "create",
        "object": "Account",
        "id": None,
        "fields": {"Name": "Initrode", "Website": "initrode.example"},
    }
    assert contact["object"] == "Contact" and contact["fields"]["AccountId"] is None


def test_a_contact_to_come_goes_under_the_account_of_its_domain(told: Told) -> None:
    change_router(told, create_as="contact", create_account=True)
    account = told.add("Account", Name="Initrode", Website="www.initrode.example")
    contact = story(told)["planned"][0]
    assert (contact["object"], contact["fields"]["AccountId"]) == ("Contact", account)


def test_where_no_record_may_be_created_the_event_stands_alone(told: Told) -> None:
    change_router(told, create_record=False)
    (event,) = story(told)["planned"]
    assert (event["when"], event["object"]) == ("on booking", "Event")
    assert event["fields"]["Description"] == f"Pat Lee <{EMAIL}>" and "WhoId" not in event["fields"]


def test_a_converted_lead_is_followed_to_its_contact(told: Told) -> None:
    lead = told.add("Lead", LastName="Old", Company="Initrode", Email=EMAIL)
    ids = convert(told.org, told.org.store.find(lead), told.user(SAM))
    told.change("Contact", ids["contact"], Email="other@initrode.example")
    assert story(told)["person"]["id"] == ids["contact"]


@pytest.mark.parametrize("marked", [True, False])
def test_somebody_who_was_here_before_is_found_by_what_we_wrote(told: Told, marked: bool) -> None:
    told.workspace.extension_fields = marked
    told.workspace.save()
    told.submit()
    told.work()
    known = told.link().record_id
    told.change("Lead", known, Email="other@initrode.example")
    told_of = story(told)
    assert (told_of["person"]["id"], told_of["person"]["owner"]) == (known, INTEGRATION)
    assert str(told.prospect().uuid) not in str(told_of["planned"][0]["fields"])


@pytest.mark.parametrize(
    ("policy", "owner", "changes"),
    [
        ("true", BOB, True),
        ("true", ANN, False),
        ("false", BOB, False),
        ("leads", BOB, True),
        ("unowned", BOB, False),
        ("unowned", INTEGRATION, True),
        ("unowned", "gone@acme.example", True),
    ],
)
def test_the_owner_changes_as_the_policy_says(told: Told, policy: str, owner: str, changes: bool) -> None:
    change_router(told, update_owner=policy, owner_delay=90)
    lead = told.add("Lead", LastName="Old", Company="I", Email=EMAIL, OwnerId=told.user(owner))
    told_of = story(told)
    assert told_of["person"]["owner"] == owner
    owned = [one for one in told_of["planned"] if "after booking" in one["when"]]
    expected = [("90 s after booking", "update", "Lead", lead)] if changes else []
    assert shapes(owned) == expected


def test_a_queue_has_no_address(told: Told) -> None:
    (queue,) = told.records("Group", Name="Inbound queue")
    told.add("Lead", LastName="Old", Company="I", Email=EMAIL, OwnerId=queue["Id"])
    assert story(told)["person"]["owner"] is None


@pytest.mark.parametrize("known", [True, False])
def test_nothing_is_written_anywhere(told: Told, known: bool) -> None:
    make_ownership_rule(told.router)
    make_distribution_rule(told.router, when={"field": "lead.Nothing__c", "op": "equals", "value": "x"})
    if known:
        told.add("Contact", LastName="Old", Email=EMAIL, OwnerId=told.user(ANN))
    SalesforceConnection.objects.update(lookup_failures=2, api_used=1)
    ObjectDescription.objects.filter(object="Event").delete()
    ObjectDescription.objects.update(described_at=timezone.now() - timedelta(days=3))
    before, written = tables(), writes_of(told)
    assert story(told)["planned"] != []
    assert (tables(), writes_of(told)) == (before, written)
    assert UserMapping.objects.count() == 0


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"error_code": "QUERY_TIMEOUT"}])
def test_an_org_that_does_not_answer_leaves_the_person_open_and_nothing_behind(
    told: Told, fault: dict[str, Any]
) -> None:
    make_ownership_rule(told.router, name="Contact owner")
    told.fault(path="composite", times=None, **fault)
    before = tables()
    for _ in range(4):
        told_of = story(told)
        assert (told_of["outcome"], told_of["person"], told_of["planned"]) == ("book", None, [])
        assert "could not be looked up" in told_of["trace"][0]["why"]
    assert tables() == before


def test_it_looks_while_the_live_path_does_not(told: Told) -> None:
    make_ownership_rule(told.router, name="Contact owner")
    told.add("Contact", LastName="Old", Email=EMAIL, OwnerId=told.user(ANN))
    SalesforceConnection.objects.update(
        lookup_resting_until=timezone.now() + timedelta(seconds=30),
        resting_until=timezone.now() + timedelta(minutes=5),
    )
    assert story(told)["rule"]["kind"] == "ownership"
    assert told.connection.lookup_resting_until > datetime.now(UTC)


def test_a_field_that_is_gone_from_the_org_is_no_obstacle(told: Told) -> None:
    told.add("Contact", LastName="Old", Email=EMAIL, OwnerId=told.user(ANN))
    row = ObjectDescription.objects.get(object="Contact")
    row.fields["Gone__c"] = row.fields["Title"] | {"name": "Gone__c"}
    row.save()
    told.router.form.fields.filter(key="company").update(crm_fields={"Contact": "Gone__c"})
    when = {"field": "contact.Gone__c", "op": "equals", "value": "x"}
    make_distribution_rule(told.router, name="Old", when=when)
    before = tables()
    told_of = story(told)
    assert told_of["person"] is not None
    assert told_of["trace"][0]["matched"] is False
    assert "Gone__c" not in told_of["planned"][0]["fields"]
    assert tables() == before


@pytest.mark.parametrize("state", ["broken", "disconnected"])
def test_without_a_working_connection_nothing_is_foreseen(told: Told, state: str) -> None:
    SalesforceConnection.objects.update(state=state)
    assert (story(told)["person"], story(told)["planned"]) == (None, [])
    assert told.calls() == []
