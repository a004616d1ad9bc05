"""Many prospects at once: few calls, and nobody's refusal is anybody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm_sync.models import RecordLink, SalesforceConnection, SyncRun, SyncStep
from crm_sync.sandbox.customizing import DuplicateRule, Predicate, ValidationRule
from crm_sync.sandbox.org import Org
from crm_sync.tests.sync.told import ANN, EMAIL, SAM, Told, connect
from routing.models import Meeting

pytestmark = pytest.mark.django_db


def book_many(told: Told, count: int, name: str = "p", **submission: object) -> list[Meeting]:
    return [told.book(told.submit(f"{name}{n}@many.example", **submission)) for n in range(count)]


def states(**values: object) -> dict[tuple[str, str], int]:
    """{(kind, state): how many}."""
    found: dict[tuple[str, str], int] = {}
    for key in SyncRun.objects.filter(**values).order_by("pk").values_list("kind", "state"):
        found[key] = found.get(key, 0) + 1
    return found


def ours(told: Told, name: str = "Lead") -> list[dict[str, object]]:
    return [one for one in told.records(name) if "@many.example" in str(one["Email"])]


def assert_in_step(told: Told, meetings: list[Meeting]) -> None:
    """Every prospect has one Lead, every meeting one Event of it, as our tables say."""
    leads = {one["Email"]: one for one in ours(told)}
    events = {one["Distro_Meeting_Id__c"]: one for one in told.records("Event")}
    assert len(leads) == len(ours(told)) == len(meetings)
    assert len(told.records("Event")) == len(events) == len(meetings)
    for meeting in meetings:
        lead, event = leads[meeting.prospect.email], events[str(meeting.uuid)]
        assert event["WhoId"] == lead["Id"] == RecordLink.objects.get(prospect=meeting.prospect).record_id
        assert event["Id"] == RecordLink.objects.get(meeting=meeting).record_id
        assert event["Distro_Meeting_Status__c"] == lead["Distro_Meeting_Status__c"] == meeting.status


def test_a_backlog_takes_a_handful_of_calls_owners_included(told: Told) -> None:
    meetings = book_many(told, 60)
    told.work()
    assert len(told.calls()) == 3  # a look, the persons, the Events
    assert {one["OwnerId"] for one in ours(told)} == {told.connection.user_id}
    told.wait()
    assert len(told.calls()) == 5  # the owners read, then written and read back
    assert states() == {("person", "done"): 60, ("meeting", "done"): 60, ("owner", "done"): 60}
    assert {one["OwnerId"] for one in ours(told)} == {told.user(ANN)}
    assert_in_step(told, meetings)
    assert told.steps("meeting") == [("find", "Contact, Lead", "done"), ("create", "Lead", "done"),
                                     ("create", "Event", "done")]  # fmt: skip
    assert told.steps("owner") == [
        ("read", "Lead", "done"),
        ("update", "Lead", "done"),
        ("read", "Lead", "done"),
    ]


def test_the_statements_of_a_batch_do_not_grow_with_it(told: Told) -> None:
    counts = []
    for number, size in enumerate((10, 40)):
        book_many(told, size, f"s{number}x")
        with CaptureQueriesContext(connection) as queries:
            told.work()
            told.wait()
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 5
    assert counts[0] < 160


def test_changes_to_many_linked_meetings_take_one_call(told: Told) -> None:
    meetings = book_many(told, 12)
    told.work()
    told.wait()
    told.forget_calls()
    for meeting in meetings:
        told.cancel(meeting)
    told.work()
    assert len(told.calls()) == 1
    assert_in_step(told, meetings)


def test_a_refused_record_spoils_nobody_elses(told: Told) -> None:
    told.org.rules.validation += [
        ValidationRule("Lead", "No.", (Predicate("Email", "equals", "p3@many.example"),)),
        ValidationRule("Lead", "No such column 'NumberOfEmployees' on sobject of type Lead",
                       (Predicate("NumberOfEmployees", "present"),), code="INVALID_FIELD"),
    ]  # fmt: skip
    good = book_many(told, 6)
    picky = told.submit("picky@many.example", answers={"employees": 40})
    told.work()
    bad = good.pop(3)
    assert states(prospect=bad.prospect) == {
        ("person", "needs_person"): 1,
        ("meeting", "needs_person"): 1,
        ("owner", "waiting"): 1,
    }
    assert picky.sync_runs.get().left_out == ["Lead.NumberOfEmployees"]
    assert states(state="done") == {("person", "done"): 6, ("meeting", "done"): 5}
    assert len(ours(told)) == 6
    # the look, the persons, then the Events together with the record that goes on without its field
    assert len([one for one in told.calls() if not one.path.endswith("/describe")]) == 3


def test_a_duplicate_found_in_a_batch_is_sent_alone_to_hear_which_record_it_is(told: Told) -> None:
    told.org.rules.duplicate.append(DuplicateRule("Lead", "block", ("Email",), ("Lead",)))
    submissions = [told.submit(f"p{n}@many.example", looked=True) for n in range(5)]
    found = told.add("Lead", LastName="Quick", Company="Initrode", Email="p2@many.example")
    told.work()
    assert states() == {("person", "done"): 5}
    assert told.link(submissions[2].prospect).record_id == found
    assert len(ours(told)) == 5


@pytest.mark.parametrize("written", ["Lead", "Event"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_for_many_that_gets_no_answer_is_repeated_by_fewer_without_duplicates(
    told: Told, when: str, written: str
) -> None:
    fault = told.fault(path="composite", body_contains=f'"type": "{written}"', drop=True, when=when)
    meetings = book_many(told, 10)
    told.work()
    assert (fault.hits, states()[("meeting", "done")]) == (1, 10)
    assert told.connection.failures_in_a_row == 0
    assert_in_step(told, meetings)
    assert SyncStep.objects.filter(state="failed", code="CONNECTION_LOST").exists()


def test_an_org_that_was_left_alone_is_asked_with_one_prospect_first(told: Told) -> None:
    book_many(told, 6)
    SalesforceConnection.objects.update(failures_in_a_row=7)
    told.fault(path="composite", status=503, times=None)
    told.work()
    assert sorted(SyncRun.objects.values_list("attempts", flat=True)) == [0] * 16 + [1, 1]
    told.org.faults.clear()
    told.forget_calls()
    told.wait()
    assert states()[("meeting", "done")] == 6
    assert len(told.calls()) == 4 + 5  # one alone, its owner included, and then the others together


def test_an_external_id_that_disappears_is_done_without_for_all(told: Told) -> None:
    for grant in told.org.store.live("FieldPermissions"):
        if grant["Field"] in ("Lead.Distro_Prospect_Id__c", "Event.Distro_Meeting_Id__c"):
            told.change("FieldPermissions", grant["Id"], PermissionsRead=False, PermissionsEdit=False)
    for n in range(6):
        told.book(told.submit(f"p{n}@many.example", looked=True))
    told.forget_calls()
    told.work()
    assert states() == {("person", "done"): 6, ("meeting", "done"): 6, ("owner", "waiting"): 6}
    assert len(ours(told)) == len(told.records("Event")) == 6
    assert SyncRun.objects.filter(kind="person").latest("pk").left_out == ["Lead.Distro_Prospect_Id__c"]
    describes = [one for one in told.calls() if one.path.endswith("/describe")]
    assert len(told.calls()) - len(describes) <= 7


def test_without_extension_fields_a_repeated_batch_looks_before_it_writes(local_org: Org) -> None:
    told = connect(local_org, extension_fields=False)
    fault = told.fault(path="composite", body_contains='"type": "Event"', drop=True, when="after")
    book_many(told, 12)  # repeated by three together
    told.work()
    assert fault.hits == 1
    assert len(ours(told)) == len(told.records("Event")) == 12
    assert states()[("meeting", "done")] == 12


def test_two_prospects_upon_one_record_do_not_meet_in_one_request(told: Told) -> None:
    meetings = book_many(told, 4)
    told.work()
    shared = told.link(meetings[0].prospect).record_id
    RecordLink.objects.filter(prospect=meetings[1].prospect).update(record_id=shared)
    for meeting in meetings:
        told.move(meeting)
    told.work()
    assert states()[("meeting", "done")] == 4
    assert {one["Distro_Meeting_Status__c"] for one in told.records("Event")} == {"Rescheduled"}


def test_found_and_new_persons_of_either_kind_go_together(told: Told) -> None:
    told.add("Contact", LastName="Old", Email="p0@many.example")
    told.add("Lead", LastName="Old", Company="Old", Email="p1@many.example")
    meetings = book_many(told, 4)
    told.work()
    assert states()[("meeting", "done")] == 4
    assert [one["Email"] for one in ours(told, "Contact")] == ["p0@many.example"]
    assert sorted(str(one["Email"]) for one in ours(told)) == [f"p{n}@many.example" for n in (1, 2, 3)]
    assert told.link(meetings[0].prospect).owner_id == told.user(SAM)
    assert len(told.calls()) == 3


def test_a_mail_address_and_its_prospect_stand_for_one_record_whatever_the_case(told: Told) -> None:
    found = told.add("Lead", LastName="Old", Company="Old", Email="P1@MANY.EXAMPLE")
    told.org.store.find(found)["Email"] = "P1@MANY.EXAMPLE"  # type: ignore[index]
    book_many(told, 3)
    told.work()
    assert len(ours(told)) == 2
    assert RecordLink.objects.get(prospect__email="p1@many.example").record_id == found


def test_a_persons_change_of_an_owner_is_kept_through_our_writes_for_many(told: Told) -> None:
    meetings = book_many(told, 3)
    told.work()
    changed = told.link(meetings[1].prospect).record_id
    told.change("Lead", changed, SAM, OwnerId=told.user(SAM))
    for meeting in meetings:
        told.move(meeting)
    told.work()
    told.wait()
    owners = {one["Email"]: one["OwnerId"] for one in ours(told)}
    assert owners["p1@many.example"] == told.user(SAM)
    assert {owners["p0@many.example"], owners["p2@many.example"]} == {told.user(ANN)}


def test_an_owner_who_is_refused_is_nobody_elses_refusal(told: Told) -> None:
    meetings = book_many(told, 4)
    told.work()
    rule = ValidationRule("Lead", "No.", (Predicate("Email", "equals", "p2@many.example"),))
    told.org.rules.validation.append(rule)
    told.wait()
    assert states(kind="owner") == {("owner", "done"): 3, ("owner", "needs_person"): 1}
    assert states(kind="owner", prospect=meetings[2].prospect) == {("owner", "needs_person"): 1}


def test_an_unanswered_owner_write_is_repeated(told: Told) -> None:
    book_many(told, 5)
    told.work()
    fault = told.fault(path="composite", body_contains="composite/sobjects", drop=True, when="after")
    told.wait()
    assert fault.hits == 1
    assert states(kind="owner") == {("owner", "done"): 5}
    assert {one["OwnerId"] for one in ours(told)} == {told.user(ANN)}


def test_a_batch_that_outlives_its_turn_is_finished_by_the_next(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_sync.turn.MOST", 3)
    monkeypatch.setattr("crm_sync.drain.MOST", 3)
    meetings = book_many(told, 8)
    told.work()
    told.wait()
    assert_in_step(told, meetings)
    assert SyncRun.objects.filter(due_at__gt=timezone.now() + timedelta(days=1)).count() == 0
    assert EMAIL not in {meeting.prospect.email for meeting in meetings}
