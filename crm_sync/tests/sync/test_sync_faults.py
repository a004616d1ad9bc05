"""What goes wrong, sorted into the three kinds, and never dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm_sync.actions import Refused, ignore, retry
from crm_sync.models import ConnectionState, ObjectDescription, SalesforceConnection, SyncRun
from crm_sync.runs import resume_runs
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.tokens import mark_broken
from crm_sync.sandbox.customizing import Predicate, ValidationRule
from crm_sync.tests.sync.told import BOB, EMAIL, Told
from distro.testing.factories import make_host, make_router
from distro.testing.waiting import wait_for
from routing.models import FormField, Mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection_leads_to_one_record_and_one_event(told: Told, when: str) -> None:
    told.fault(method="POST", path="composite", body_contains="PATCH", drop=True, when=when)
    told.book(told.submit(looked=True))
    told.work()
    run = told.run("person")
    assert (run.state, run.error_code, run.attempts) == ("waiting", "CONNECTION_LOST", 1)
    assert run.due_at > timezone.now()
    told.wait()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "done"}
    assert len(told.records("Lead", Email=EMAIL)) == len(told.records("Event")) == 1


def test_a_time_out_after_the_write_makes_no_duplicate(told: Told, settings: object) -> None:
    settings.SYNC_CALL_TIMEOUT = 0.3  # type: ignore[attr-defined]
    told.fault(method="POST", path="composite", body_contains="PATCH", when="after", status=200, delay=1.0)
    told.book(told.submit(looked=True))
    told.work()
    assert told.run("meeting").error_code == "TIMEOUT"
    assert told.steps("meeting")[-1] == ("create", "Event", "failed")
    settings.SYNC_CALL_TIMEOUT = 30.0  # type: ignore[attr-defined]
    told.wait()
    assert told.runs()["meeting"] == "done"
    assert len(told.records("Lead", Email=EMAIL)) == len(told.records("Event")) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(503, None), (500, "UNABLE_TO_LOCK_ROW"), (400, "UNABLE_TO_LOCK_ROW"), (403, "REQUEST_LIMIT_EXCEEDED")],
)
def test_what_passes_by_itself_is_tried_again(told: Told, status: int, code: str | None) -> None:
    told.fault(path="composite", status=status, error_code=code)
    told.submit()
    told.work()
    run = told.run("person")
    assert (run.state, run.attempts, bool(run.error_code), bool(run.error_remedy)) == (
        "waiting",
        1,
        True,
        True,
    )
    told.wait()
    run = told.run("person")
    assert (run.state, run.attempts, run.error_code) == ("done", 2, "")


def test_a_refused_field_is_left_out_and_the_rest_written(told: Told) -> None:
    told.org.rules.validation.append(
        ValidationRule("Lead", "No such column 'NumberOfEmployees' on sobject of type Lead",
                       (Predicate("NumberOfEmployees", "present"),), code="INVALID_FIELD")
    )  # fmt: skip
    told.submit(answers={"employees": 40})
    told.work()
    run = told.run("person")
    assert (run.state, run.left_out) == ("done", ["Lead.NumberOfEmployees"])
    assert told.record("Lead")["NumberOfEmployees"] is None


def test_a_validation_rule_needs_a_person_and_retry_helps_once_it_is_gone(told: Told) -> None:
    rule = ValidationRule("Lead", "Say how many you are.", (Predicate("NumberOfEmployees"),))
    told.org.rules.validation.append(rule)
    told.book(told.submit())
    told.work()
    run = told.run("person")
    assert (run.state, run.error_code, run.error_message) == (
        "needs_person",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "Say how many you are.",
    )
    assert told.runs() == {"person": "needs_person", "meeting": "needs_person", "owner": "waiting"}
    assert told.records("Event") == []
    told.org.rules.validation.clear()
    retry(run)
    told.work()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "waiting"}
    assert told.event["WhoId"] == told.record("Lead")["Id"]


def test_a_meeting_booked_while_its_person_needs_somebody_waits_for_that(told: Told) -> None:
    told.org.rules.validation.append(ValidationRule("Lead", "No.", (Predicate("NumberOfEmployees"),)))
    submission = told.submit()
    told.work()
    told.book(submission)
    told.work()
    assert told.runs()["meeting"] == "needs_person"
    assert told.records("Event") == []
    ignore(told.run("person"))
    told.org.rules.validation.clear()
    retry(told.run("meeting"))
    told.work()
    assert told.runs()["meeting"] == "done"
    assert told.event["Description"] == f"Pat Lee <{EMAIL}>"


def test_one_broken_person_never_stops_the_others(told: Told) -> None:
    told.org.rules.validation.append(
        ValidationRule("Lead", "No.", (Predicate("Email", "equals", "bad@initrode.example"),))
    )
    for email in ("a@initrode.example", "bad@initrode.example", "c@initrode.example"):
        told.submit(email)
    told.work()
    states = [run.state for run in SyncRun.objects.order_by("pk")]
    assert states == ["done", "needs_person", "done"]


def test_done_runs_are_neither_retried_nor_ignored(told: Told) -> None:
    told.submit()
    told.work()
    for act in (retry, ignore):
        with pytest.raises(Refused):
            act(told.run("person"))


def test_a_host_whose_calendar_is_closed_leaves_the_event_to_the_connected_user(told: Told) -> None:
    told.org.rules.closed_calendars.add(told.user("ann@acme.example"))
    told.book(told.submit())
    told.work()
    assert told.event["OwnerId"] == told.connection.user_id
    assert told.run("meeting").left_out == ["Event.OwnerId"]


def test_a_host_who_is_no_user_is_booked_all_the_same_with_a_note(told: Told) -> None:
    stranger = make_host(told.workspace, name="Zed", email="zed@nowhere.example")
    told.book(told.submit(), stranger)
    told.work()
    told.wait()
    assert told.event["OwnerId"] == told.connection.user_id
    why = "Salesforce has no user zed@nowhere.example for Zed"
    assert told.run("meeting").notes == [f"The Event belongs to the connected user: {why}"]
    assert told.run("owner").notes == [f"The owner stays: {why}"]


def test_a_host_is_found_by_username_or_id(told: Told) -> None:
    bob = make_host(told.workspace, name="Bob", email="b@example.test", salesforce_user=told.user(BOB)[:15])
    told.book(told.submit(), bob)
    told.work()
    assert told.event["OwnerId"] == told.user(BOB)


def test_an_expired_session_is_refreshed_and_the_rotated_token_kept(told: Told) -> None:
    before = told.connection
    told.org.tokens.sessions.clear()
    told.submit()
    told.work()
    after = told.connection
    assert told.runs() == {"person": "done"}
    assert after.token_version == before.token_version + 1
    assert after.refresh_token != before.refresh_token
    told.org.tokens.sessions.clear()
    told.submit("next@initrode.example")
    told.work()
    assert told.connection.token_version == before.token_version + 2
    assert told.runs() == {"person": "done"}


def test_a_revoked_refresh_token_parks_everything_until_reconnecting(told: Told) -> None:
    told.submit("first@initrode.example")
    told.org.tokens.sessions.clear()
    good = told.connection.refresh_token
    SalesforceConnection.objects.update(refresh_token="5Aep861revoked")
    told.book(told.submit())
    told.work()
    assert told.connection.state == ConnectionState.BROKEN
    assert Mail.objects.get().to == told.workspace.members.get(role="owner").user.email
    assert set(SyncRun.objects.values_list("state", "error_code")) == {
        ("needs_reconnecting", "invalid_grant")
    }
    told.submit("later@initrode.example")
    told.work()
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"needs_reconnecting"}
    SalesforceConnection.objects.update(refresh_token=good, state=ConnectionState.CONNECTED)
    assert resume_runs(told.connection) == 5
    told.work()
    assert told.runs() == {"person": "done", "meeting": "done", "owner": "waiting"}
    assert len(told.records("Lead", Email=EMAIL)) == 1


def test_after_five_failures_in_a_row_the_org_is_left_alone(told: Told) -> None:
    for number in range(8):
        told.submit(f"p{number}@initrode.example", looked=True)
    told.forget_calls()
    told.fault(path="composite", drop=True, times=None)
    told.work()
    assert len(told.calls()) == 5
    resting = told.connection.resting_until
    assert resting and resting > timezone.now()
    told.org.faults.clear()
    told.wait()
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"done"}


def test_an_api_that_is_switched_off_parks_and_retry_tries_it_without_reconnecting(told: Told) -> None:
    told.org.rules.api_disabled = "API_DISABLED_FOR_ORG"
    told.submit()
    told.work()
    assert told.runs() == {"person": "needs_reconnecting"}
    told.org.rules.api_disabled = None
    retry(told.run("person"))
    told.work()
    assert told.runs() == {"person": "done"}
    assert told.connection.state == ConnectionState.CONNECTED


def test_a_look_up_that_finds_the_connection_broken_parks_what_waits(told: Told) -> None:
    told.submit()
    SalesforceConnection.objects.update(refresh_token="5Aep861revoked")
    told.org.tokens.sessions.clear()
    mark_broken(told.connection, SalesforceFault("invalid_grant", "expired access/refresh token"))
    told.work()
    run = told.run("person")
    assert (run.state, run.error_message) == ("needs_reconnecting", "expired access/refresh token")


def test_a_ghost_of_an_older_state_is_written_over_some_minutes_later(told: Told) -> None:
    meeting = told.book(told.submit())
    told.work()
    told.fault(
        method="POST",
        path="composite",
        body_contains="Rescheduled",
        when="late",
        status=503,
        apply_after=1.5,
    )
    told.move(meeting)
    told.work()
    told.cancel(meeting)
    told.work()
    assert told.event["Distro_Meeting_Status__c"] == "Cancelled"
    wait_for(lambda: told.event["Distro_Meeting_Status__c"] == "Rescheduled", "the ghost has written")
    verify_at = told.run("meeting").verify_at
    assert verify_at and verify_at > timezone.now() + timedelta(seconds=600)
    SyncRun.objects.filter(kind="meeting").update(verify_at=timezone.now())
    told.wait()
    assert told.event["Distro_Meeting_Status__c"] == "Cancelled"
    assert (told.run("meeting").state, told.run("meeting").verify_at) == ("done", None)


def test_an_object_that_the_user_may_not_see_is_named(told: Told) -> None:
    for one in told.org.store.live("ObjectPermissions"):
        if one["SobjectType"] == "Contact":
            told.change("ObjectPermissions", one["Id"], PermissionsRead=False)
    ObjectDescription.objects.all().delete()
    told.submit()
    told.work()
    run = told.run("person")
    assert (run.state, run.error_code) == ("needs_person", "INVALID_TYPE")
    assert run.error_message == "The connected user may not see the object Contact"


@pytest.mark.parametrize(
    ("code", "field", "state"),
    [
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Company", "done"),
        ("FIELD_INTEGRITY_EXCEPTION", "FirstName", "done"),
        ("INVALID_EMAIL_ADDRESS", "Email", "needs_person"),
        ("REQUIRED_FIELD_MISSING", "LastName", "needs_person"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", None, "needs_person"),
        ("SOMETHING_NEVER_HEARD_OF", None, "needs_person"),
    ],
)
def test_a_refusal_of_the_whole_call_is_read_like_one_of_the_record(
    told: Told, code: str, field: str | None, state: str
) -> None:
    told.add("Lead", LastName="Lee", Company="Initrode", Email=EMAIL)
    fields = [field] if field else None
    told.fault(path="composite", body_contains="PATCH", status=400, error_code=code, fields=fields)
    told.submit(answers={"company": "New", "first_name": "New"})
    FormField.objects.update(overwrite="always")
    told.work()
    run = told.run("person")
    assert (run.state, run.left_out) == (state, [f"Lead.{field}"] if state == "done" else [])
    assert run.error_code == ("" if state == "done" else code)


def test_a_mapping_that_makes_no_sense_stops_nobody_else(told: Told) -> None:
    broken = make_router(told.workspace, default_host=told.ann)
    FormField.objects.filter(form=broken.form, key="company").update(crm_fields={"Lead": 5})
    for email, router in (("a@initrode.example", broken), ("b@initrode.example", told.router)):
        told.submit(email, router=router)
    told.work()
    assert [run.state for run in SyncRun.objects.order_by("pk")] == ["waiting", "done"]
    run = SyncRun.objects.earliest("pk")
    assert (run.error_code, run.attempts) == ("DISTRO_FAULT", 1)
    SyncRun.objects.filter(pk=run.pk).update(attempts=7)
    told.wait()
    assert SyncRun.objects.earliest("pk").state == "needs_person"
