"""Which record is used, and what is written to it."""

from __future__ import annotations

import pytest

from crm_sync.models import RecordLink
from crm_sync.sandbox import control_records
from crm_sync.sandbox.conversion import convert, merge
from crm_sync.sandbox.customizing import AssignmentRule, DuplicateRule
from crm_sync.tests.sync.told import ANN, BOB, EMAIL, SAM, Told
from distro.testing.factories import make_distribution_rule
from routing.models import FormField

pytestmark = pytest.mark.django_db


def map_field(told: Told, key: str, overwrite: str = "if_blank", **crm_fields: str) -> None:
    FormField.objects.update_or_create(
        form=told.router.form,
        key=key,
        defaults={"crm_fields": crm_fields, "overwrite": overwrite, "position": 50},
    )


def test_an_existing_contact_is_updated_as_each_mapping_says(told: Told) -> None:
    map_field(told, "title", "if_blank", Contact="Title")
    map_field(told, "phone", "always", Contact="Phone")
    map_field(told, "department", "if_blank", Contact="Department")
    map_field(told, "lead_source", "on_create", Contact="LeadSource")
    found = told.add("Contact", LastName="Old", Email=EMAIL, Title="CEO", Phone="1")
    told.submit(
        answers={"title": "Clerk", "phone": "2", "department": "Sales", "lead_source": "Web", "last_name": ""}
    )
    told.work()
    contact = told.record("Contact")
    wanted = {"Title": "CEO", "Phone": "2", "Department": "Sales", "LeadSource": None, "LastName": "Old"}
    assert {name: contact[name] for name in wanted} == wanted
    assert contact["Distro_Prospect_Id__c"] == str(told.prospect().uuid)
    assert (told.link().object, told.link().record_id, told.link().created_by_us) == ("Contact", found, False)
    assert told.records("Lead", Email=EMAIL) == []


def test_blank_answers_never_erase(told: Told) -> None:
    map_field(told, "phone", "always", Contact="Phone")
    told.add("Contact", LastName="Old", Email=EMAIL, Phone="1")
    told.submit(answers={"phone": ""})
    told.work()
    assert told.record("Contact")["Phone"] == "1"


def test_an_unconverted_lead_is_used(told: Told) -> None:
    found = told.add("Lead", LastName="Old", Company="Initrode", Email=EMAIL.upper())
    told.submit()
    told.work()
    assert [one["Id"] for one in told.records("Lead") if str(one["Email"]).lower() == EMAIL] == [found]
    assert told.link().record_id == found


def test_a_contact_goes_before_a_lead(told: Told) -> None:
    told.add("Lead", LastName="Old", Company="Initrode", Email=EMAIL)
    contact = told.add("Contact", LastName="Old", Email=EMAIL)
    told.submit()
    told.work()
    assert told.link().record_id == contact


def test_a_converted_lead_is_followed_to_its_contact(told: Told) -> None:
    lead = told.add("Lead", LastName="Old", Company="Initrode", Email=EMAIL)
    row = told.org.store.find(lead)
    assert row
    ids = convert(told.org, row, told.user("sam@acme.example"))
    told.change("Contact", ids["contact"], Email="other@initrode.example")
    told.submit()
    told.work()
    assert told.link().record_id == ids["contact"]


def test_a_lead_converted_after_it_was_linked_is_followed(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    row = told.org.store.find(told.link().record_id)
    assert row
    ids = convert(told.org, row, told.user("sam@acme.example"))
    told.cancel(meeting)
    told.work()
    assert told.runs()["meeting"] == "done"
    assert told.link().record_id == ids["contact"]
    assert told.record("Contact")["Distro_Meeting_Status__c"] == "Cancelled"
    assert told.event["Distro_Meeting_Status__c"] == "Cancelled"


def test_a_contact_is_created_where_the_router_says_so(told: Told) -> None:
    told.router.create_as = "contact"
    told.router.save()
    told.submit(answers={"last_name": ""})
    told.work()
    contact = told.record("Contact")
    assert (contact["LastName"], contact["FirstName"]) == ("pat", "Pat")


def test_nothing_is_created_where_the_router_does_not_want_it(told: Told) -> None:
    told.router.create_record = False
    told.router.save()
    told.book(told.submit())
    told.work()
    assert told.records("Lead", Email=EMAIL) == []
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "waiting"}
    assert told.event["WhoId"] is None
    assert told.event["Description"] == f"Pat Lee <{EMAIL}>"
    told.wait()
    assert told.runs()["owner"] == "done"


@pytest.mark.parametrize(
    ("email", "company"), [("kim@initrode.example", "initrode.example"), ("kim@gmail.com", "[not provided]")]
)
def test_a_missing_company_is_the_domain_but_not_of_free_mail(told: Told, email: str, company: str) -> None:
    told.submit(email, answers={"company": "", "last_name": ""})
    told.work()
    lead = told.record("Lead", email)
    assert (lead["Company"], lead["LastName"]) == (company, "kim")


def test_a_rules_own_values_are_written_created_or_found(told: Told) -> None:
    fields = {"Lead": {"Rating": "Hot", "LeadSource": "{utm.source}", "Description": "{router}: {company}"}}
    rule = make_distribution_rule(told.router, set_fields=fields)
    told.submit(distribution_rule=rule, utm={"source": "ads"})
    told.work()
    lead = told.record("Lead")
    assert (lead["Rating"], lead["LeadSource"], lead["Description"]) == ("Hot", "ads", "Inbound: Initrode")


def test_a_rules_value_that_names_the_host_is_written_with_the_booking(told: Told) -> None:
    rule = make_distribution_rule(told.router, set_fields={"Lead": {"Title": "for {host}"}})
    submission = told.submit(distribution_rule=rule)
    told.work()
    assert told.record("Lead")["Title"] is None
    told.book(submission)
    told.work()
    assert told.record("Lead")["Title"] == "for Ann Archer"


def test_a_text_longer_than_its_field_is_cut_and_the_run_says_so(told: Told) -> None:
    told.submit(answers={"first_name": "x" * 60})
    told.work()
    assert told.record("Lead")["FirstName"] == "x" * 40
    assert told.run("person").notes == ["Lead.FirstName was cut to 40 characters"]


def test_two_submissions_of_one_person_make_one_record(told: Told) -> None:
    told.submit()
    told.submit(answers={"company": "Other", "first_name": "Kim"})
    told.work()
    lead = told.record("Lead")
    assert (lead["Company"], lead["FirstName"]) == ("Initrode", "Pat")
    assert [one.state for one in told.prospect().sync_runs.all()] == ["done", "done"]
    assert len(told.calls()) == 2


def test_a_person_deleted_in_salesforce_is_created_again_only_by_a_new_submission(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    first = told.link().record_id
    control_records.remove(told.org, "Lead", first, query={}, body={})
    told.cancel(meeting)
    told.work()
    assert told.runs()["meeting"] == "done"
    assert told.records("Lead", Email=EMAIL) == []
    assert not RecordLink.objects.filter(prospect=told.prospect()).exists()
    told.submit()
    told.work()
    assert told.record("Lead")["Id"] != first


def test_a_deleted_event_stays_deleted_with_a_note(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    control_records.remove(told.org, "Event", told.event["Id"], query={}, body={})
    told.move(meeting)
    told.work()
    assert told.records("Event") == []
    assert told.run("meeting").notes == ["The Event was deleted in Salesforce and stays deleted"]
    assert told.record("Lead")["Distro_Meeting_Status__c"] == "Rescheduled"


def test_a_record_that_a_duplicate_rule_returns_is_used_if_its_address_is_equal(told: Told) -> None:
    told.org.rules.duplicate.append(DuplicateRule("Lead", "block", ("Email",), ("Lead",)))
    submission = told.submit(looked=True)
    found = told.add("Lead", LastName="Quick", Company="Initrode", Email=EMAIL)
    told.work()
    assert submission.sync_runs.get().state == "done"
    assert told.link().record_id == found
    assert len(told.records("Lead", Email=EMAIL)) == 1


@pytest.mark.parametrize(
    ("action", "policy", "state"),
    [("alert", "create", "done"), ("alert", "review", "needs_person"), ("block", "create", "needs_person")],
)
def test_a_duplicate_with_another_address_is_passed_or_needs_a_person(
    told: Told, action: str, policy: str, state: str
) -> None:
    told.org.rules.duplicate.append(DuplicateRule("Lead", action, ("LastName",), ("Lead",)))
    told.add("Lead", LastName="Lee", Company="Initrode", Email="other@initrode.example")
    told.router.duplicates = policy
    told.router.save()
    told.submit()
    told.work()
    assert told.runs() == {"person": state}
    assert len(told.records("Lead", Email=EMAIL)) == (1 if state == "done" else 0)


def test_a_merged_record_is_followed(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    winner = told.add("Lead", LastName="Winner", Company="Initrode", Email="other@initrode.example")
    master, loser = told.org.store.find(winner), told.org.store.find(told.link().record_id)
    assert master and loser
    merge(told.org, master, [loser], told.user(SAM))
    told.cancel(meeting)
    told.work()
    assert told.runs()["meeting"] == "done"
    assert told.link().record_id == winner
    assert told.record("Lead", "other@initrode.example")["Distro_Meeting_Status__c"] == "Cancelled"


def test_the_owner_of_a_merged_record_is_its_winners(told: Told) -> None:
    told.book(told.submit())
    told.work()
    winner = told.add("Lead", LastName="Winner", Company="Initrode", Email="other@initrode.example")
    master, loser = told.org.store.find(winner), told.org.store.find(told.link().record_id)
    assert master and loser
    merge(told.org, master, [loser], told.user(SAM))
    told.wait()
    assert told.record("Lead", "other@initrode.example")["OwnerId"] == told.user(ANN)


@pytest.mark.parametrize(("rules", "owner"), [(True, BOB), (False, "integration@acme.example")])
def test_assignment_rules_run_for_new_leads_unless_the_router_says_no(
    told: Told, rules: bool, owner: str
) -> None:
    told.org.rules.assignment.append(AssignmentRule(told.user(BOB)))
    told.router.assignment_rules = rules
    told.router.save()
    told.book(told.submit())
    told.work()
    assert told.record("Lead")["OwnerId"] == told.user(owner)
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
