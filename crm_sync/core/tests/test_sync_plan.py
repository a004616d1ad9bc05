"""What is planned for a person, an Event and an owner, from plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm_sync.core.matching import Found, Person, choose_person
from crm_sync.core.owner import OwnerChoice, OwnerFacts, choose_owner, known_beforehand
from crm_sync.core.plan import OrgValues, plan_event, plan_person
from crm_sync.core.shapes import FieldShape
from crm_sync.core.steps import PERSON
from crm_sync.core.wanted import Mapped, MeetingWanted, NewRecord, ProspectWanted, SubmissionWanted

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ORG = OrgValues()
WITHOUT = OrgValues(extension_fields=False)
MEETING = MeetingWanted(
    2, "m-uuid", "Demo with Pat", NOON, NOON.replace(hour=13), NOON, location="Remote", url="https://meet.example",
    type_name="Demo", router_name="Inbound", host_user="005d00000000007AAA",
)  # fmt: skip
ANSWERS = {"Lead": (Mapped("LastName", "Lee"), Mapped("Title", "Clerk"), Mapped("Phone", "2", "always"))}
SUBMISSION = SubmissionWanted(1, "Inbound", answers=ANSWERS)
PROSPECT = ProspectWanted("p-uuid", "pat@x.example", "Pat Lee", submissions=(SUBMISSION,))


def test_a_new_lead_is_an_upsert_that_serves_all_runs() -> None:
    step = plan_person(replace(PROSPECT, meetings=(MEETING,)), None, ORG).step
    assert step
    assert (step.action, step.key_field, step.key, step.runs) == (
        "create",
        "Distro_Prospect_Id__c",
        "p-uuid",
        (1, 2),
    )
    assert step.fields == {
        "LastName": "Lee", "Title": "Clerk", "Phone": "2", "Email": "pat@x.example", "Company": "x.example",
        "Distro_Router_Name__c": "Inbound", "Distro_Meeting_Type__c": "Demo",
        "Distro_Meeting_Date__c": "2026-12-01T12:00:00Z", "Distro_Meeting_Status__c": "Scheduled",
        "Distro_No_Show__c": False, "Distro_Meeting_Created_At__c": "2026-12-01T12:00:00Z",
    }  # fmt: skip
    assert {"LastName", "Email", "Company"} & step.optional == set()


def test_without_our_fields_it_is_a_plain_creation() -> None:
    step = plan_person(PROSPECT, None, WITHOUT).step
    assert step and (step.key_field, step.key) == ("", "")


def test_assignment_rules_are_passed_by_only_when_the_router_says_so() -> None:
    wanted = replace(SUBMISSION, new_record=NewRecord(assignment_rules=False))
    step = plan_person(replace(PROSPECT, submissions=(wanted,)), None, ORG).step
    assert step and step.headers == {"Sforce-Auto-Assign": "FALSE"}
    ruled = plan_person(PROSPECT, None, ORG).step
    assert ruled and ruled.headers == {}


def test_answers_are_left_alone_where_the_router_says_so_but_not_on_creation() -> None:
    wanted = replace(PROSPECT, submissions=(replace(SUBMISSION, update=False),))
    found = plan_person(wanted, Person("Lead", "00Q", {"Distro_Prospect_Id__c": "p-uuid"}), ORG).step
    assert found and found.fields == {"Distro_Router_Name__c": "Inbound"}
    made = plan_person(wanted, None, ORG).step
    assert made and made.fields["Title"] == "Clerk"


def test_of_two_submissions_the_first_fills_blanks_and_the_last_has_its_always() -> None:
    later = {
        "Lead": (Mapped("Title", "Boss"), Mapped("Phone", "3", "always"), Mapped("Fax", "4", "on_create"))
    }
    wanted = replace(PROSPECT, submissions=(SUBMISSION, replace(SUBMISSION, run=3, answers=later)))
    for person in (None, Person("Lead", "00Q", {"LastName": "Lee"})):
        step = plan_person(wanted, person, ORG).step
        assert step and (step.fields["Title"], step.fields["Phone"], "Fax" in step.fields) == (
            "Clerk",
            "3",
            False,
        )
        assert step.runs == (1, 3)


def test_a_change_to_an_older_meeting_touches_its_event_alone() -> None:
    older = replace(MEETING, is_latest=False, event_id="00Ud00000000001AAA", status="Completed")
    person = Person("Lead", "00Q", was_read=False)
    assert plan_person(replace(PROSPECT, submissions=(), meetings=(older,)), person, ORG).step is None


def test_a_new_event() -> None:
    step = plan_event(MEETING, PROSPECT, PERSON, ORG).step
    assert step
    assert (step.key_field, step.key, step.optional >= {"OwnerId", "Distro_Meeting_Status__c"}) == (
        "Distro_Meeting_Id__c", "m-uuid", True
    )  # fmt: skip
    assert step.fields == {
        "Subject": "Demo with Pat", "StartDateTime": "2026-12-01T12:00:00Z", "EndDateTime": "2026-12-01T13:00:00Z",
        "Location": "Remote", "WhoId": PERSON, "OwnerId": "005d00000000007AAA", "ShowAs": "Busy",
        "IsReminderSet": False, "Distro_Meeting_Type__c": "Demo", "Distro_No_Show__c": False,
        "Distro_Canceled__c": False, "Distro_Router_Name__c": "Inbound", "Distro_Meeting_Status__c": "Scheduled",
        "Distro_Meeting_URL__c": "https://meet.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "show_as", "no_show", "canceled"),
    [("Rescheduled", "Busy", False, False), ("Completed", "Busy", False, False), ("No Show", "Busy", True, False),
     ("Cancelled", "Free", False, True)],
)  # fmt: skip
def test_a_change_to_an_event_leaves_its_subject_alone(
    status: str, show_as: str, no_show: bool, canceled: bool
) -> None:
    linked = replace(MEETING, status=status, event_id="00Ud00000000001AAA", event_owner=MEETING.host_user)
    step = plan_event(linked, PROSPECT, "00Q", ORG).step
    assert step and step.record_id == "00Ud00000000001AAA"
    wanted = {"ShowAs": show_as, "Distro_No_Show__c": no_show, "Distro_Canceled__c": canceled}
    assert {name: step.fields[name] for name in wanted} == wanted
    assert {"Subject", "WhoId", "OwnerId", "Description", "Location"} & set(step.fields) == set()


def test_without_our_fields_status_and_link_have_their_place_in_the_text() -> None:
    step = plan_event(replace(MEETING, status="Cancelled"), PROSPECT, "", WITHOUT).step
    assert step
    assert step.fields["Subject"] == "Cancelled: Demo with Pat"
    assert step.fields["Description"] == "Pat Lee <pat@x.example>\nMeeting link: https://meet.example"
    assert {"Distro_Meeting_Status__c", "Distro_Meeting_URL__c"} & set(step.fields) == set()
    back = plan_event(replace(MEETING, event_id="00Ud00000000001AAA"), PROSPECT, "", WITHOUT).step
    assert back and back.fields["Subject"] == "Demo with Pat"


def test_an_org_whose_describe_lacks_the_key_gets_no_upsert() -> None:
    org = OrgValues({"Event": {"subject": FieldShape("Subject")}})
    planned = plan_event(MEETING, PROSPECT, PERSON, org)
    assert planned.step and planned.step.key_field == ""
    assert "Event.Distro_Canceled__c" in planned.left_out


def person(name: str, number: int, **fields: object) -> Person:
    values = {"Email": "pat@x.example", "LastModifiedDate": f"2026-01-0{number}T00:00:00.000+0000"} | fields
    return Person(name, f"{number:015d}AAA", values)


@pytest.mark.parametrize(
    ("contacts", "leads", "linked", "expected"),
    [
        ([], [], "", Found()),
        ([1, 2], [3], "", 2),
        ([], [3, 4], "", 4),
        ([1], [3], f"{3:015d}AAA", 3),
        ([1], [3], f"{9:015d}AAA", 1),
    ],
)
def test_who_the_person_is(contacts: list[int], leads: list[int], linked: str, expected: object) -> None:
    found = choose_person(
        [person("Contact", one) for one in contacts], [person("Lead", one) for one in leads],
        email="pat@x.example", prospect_id="p", linked_id=linked,
    )  # fmt: skip
    assert found == expected or (found.person and int(found.person.id[:15])) == expected


def test_a_converted_lead_is_followed_only_when_nobody_else_is_there() -> None:
    converted = person("Lead", 3, IsConverted=True, ConvertedContactId=f"{7:015d}AAA")
    common = {"email": "pat@x.example", "prospect_id": "p"}
    assert choose_person([], [converted], **common) == Found(follow=f"{7:015d}AAA")
    found = choose_person([], [converted, person("Lead", 1)], **common).person
    assert found and int(found.id[:15]) == 1


def test_our_own_mark_goes_before_an_address() -> None:
    ours = person("Lead", 1, Email="new@x.example", Distro_Prospect_Id__c="P")
    found = choose_person([], [ours, person("Lead", 2)], email="pat@x.example", prospect_id="p").person
    assert found == ours


HOST, OTHER, US = "005d00000000007AAA", "005d00000000008AAA", "005d00000000009AAA"
FACTS = OwnerFacts("Lead", OTHER, owner_name="Bob", seen_before=OTHER, changed_by=US, connected_user=US)
CHANGED = replace(FACTS, seen_before=US, changed_by=OTHER, changed_by_name="Sam")


@pytest.mark.parametrize(
    ("policy", "facts", "expected"),
    [
        ("true", FACTS, OwnerChoice(True)),
        ("leads", FACTS, OwnerChoice(True)),
        ("true", replace(FACTS, owner_id=HOST), OwnerChoice(False)),
        (
            "true",
            CHANGED,
            OwnerChoice(False, "Sam changed the owner in Salesforce meanwhile, and that stands"),
        ),
        ("true", replace(CHANGED, changed_by_type="AutomatedProcess"), OwnerChoice(True)),
        ("true", replace(CHANGED, changed_by_active=False), OwnerChoice(True)),
        ("true", replace(CHANGED, changed_by=US), OwnerChoice(True)),
        ("true", replace(CHANGED, seen_before=""), OwnerChoice(True)),
        ("unowned", FACTS, OwnerChoice(False, "The record belongs to Bob already, and stays so")),
        ("unowned", replace(FACTS, owner_id="00Gd00000000001AAA"), OwnerChoice(True)),
        ("unowned", replace(FACTS, owner_active=False), OwnerChoice(True)),
        ("unowned", replace(FACTS, owner_id=US), OwnerChoice(True)),
    ],
)
def test_who_becomes_the_owner(policy: str, facts: OwnerFacts, expected: OwnerChoice) -> None:
    assert choose_owner(policy, HOST, facts) == expected


@pytest.mark.parametrize(
    ("policy", "object_name", "host", "expected"),
    [
        ("true", "Contact", HOST, None),
        ("leads", "Lead", HOST, None),
        ("false", "Lead", HOST, "The router leaves owners alone"),
        ("leads", "Contact", HOST, "The router changes the owner of Leads alone, and this is a Contact"),
        ("true", "Lead", "", "The owner stays: Salesforce has no user x for Ann"),
    ],
)
def test_what_needs_no_look_at_the_record(
    policy: str, object_name: str, host: str, expected: str | None
) -> None:
    choice = known_beforehand(policy, object_name, host, "Salesforce has no user x for Ann")
    assert choice == (None if expected is None else OwnerChoice(False, expected))
