"""Meetings in the API: their shape, and each action by the lifecycle table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm_sync.models import RunKind
from distro.testing.factories import (
    make_host,
    make_link,
    make_meeting,
    make_meeting_type,
    make_router,
    make_run,
    make_step,
    make_submission,
    make_team,
    make_workspace,
    next_ten,
)
from routing.actions.book import book
from routing.models import Meeting

from .api_client import Program, fault_of

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def program() -> Program:
    return Program(make_workspace())


def booked(program: Program, hosts: int = 2, hours: int = 0) -> Meeting:
    workspace = program.workspace
    team = make_team(workspace, [make_host(workspace) for _ in range(hosts)])
    router = make_router(workspace, default_team=team, meeting_type=make_meeting_type(workspace))
    start = next_ten() + timedelta(hours=hours)
    submission = make_submission(router)
    return book(submission, start=start, timezone="UTC", guests=[], notes="", now=timezone.now()).meeting


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_meeting_has_these_keys(program):
    router = make_router(program.workspace, key="pricing")
    host = make_host(program.workspace, email="ann@acme.example", name="Ann")
    submission = make_submission(router, meeting_type=make_meeting_type(program.workspace, name="Demo"))
    meeting = make_meeting(submission, host, start=DAY, meeting_url="https://meet.example/ann")
    Meeting.objects.update(created_at=DAY)
    told: dict[str, Any] = {
        "meeting": str(meeting.uuid),
        "submission": str(submission.uuid),
        "router": "pricing",
        "meeting_type": "Demo",
        "status": "Scheduled",
        "no_show": False,
        "start": "2026-03-02T09:30:00Z",
        "end": "2026-03-02T10:00:00Z",
        "created_at": "2026-03-02T09:30:00Z",
        "host": {"email": "ann@acme.example", "name": "Ann"},
        "email": submission.prospect.email,
        "location": "Remote",
        "meeting_url": "https://meet.example/ann",
        "salesforce": {"event": None, "person": None, "object": None},
        "runs": [],
    }
    assert program.get(f"meetings/{meeting.uuid}").json() == told
    assert program.get("meetings").json() == {"items": [told], "next": None}


def test_what_there_is_not_is_null(program):
    submission = make_submission(make_router(program.workspace))
    meeting = make_meeting(submission, make_host(program.workspace), location="", meeting_url="")
    told = program.get(f"meetings/{meeting.uuid}").json()
    assert (told["location"], told["meeting_url"]) == (None, None)


def test_records_and_runs_are_the_meetings_own(program):
    submission = make_submission(make_router(program.workspace))
    meeting = make_meeting(submission, make_host(program.workspace))
    person = make_link(meeting.prospect, object="Contact")
    event = make_link(meeting=meeting)
    make_run(submission)
    run = make_run(meeting)
    owner = make_run(meeting, kind=RunKind.OWNER)
    other = make_meeting(make_submission(submission.router), meeting.host)
    make_run(other)
    told = program.get(f"meetings/{meeting.uuid}").json()
    assert told["salesforce"] == {
        "event": event.record_id,
        "person": person.record_id,
        "object": "Contact",
    }
    assert [one["id"] for one in told["runs"]] == [owner.pk, run.pk]
    told_of_other = next(
        one for one in program.get("meetings").json()["items"] if one["meeting"] == str(other.uuid)
    )
    assert told_of_other["salesforce"] == {"event": None, "person": None, "object": None}


@pytest.mark.parametrize("count", [3, 30])
def test_a_list_costs_the_same_whatever_its_length(program, count):
    program.get("meetings")
    router, host = make_router(program.workspace), make_host(program.workspace)
    for _ in range(count):
        meeting = make_meeting(make_submission(router), host)
        make_link(meeting.prospect)
        make_link(meeting=meeting)
        make_step(make_run(meeting))
    with CaptureQueriesContext(connection) as queries:
        assert len(program.get("meetings").json()["items"]) == count
    assert len(queries) == 6


LIFE = [
    # what was done before, the action, its body, what comes of it
    ([], "complete", None, "Completed"),
    ([], "complete", {}, "Completed"),
    ([], "complete", {"undo": False}, "Completed"),
    ([], "no-show", None, "No Show"),
    ([], "complete", {"undo": True}, 409),
    ([], "no-show", {"undo": True}, 409),
    ([], "cancel", None, "Cancelled"),
    ([], "cancel", {"reason": "Ill."}, "Cancelled"),
    (["complete"], "complete", None, "Completed"),
    (["complete"], "no-show", None, "No Show"),
    (["complete"], "complete", {"undo": True}, "Scheduled"),
    (["complete"], "cancel", None, 409),
    (["complete"], "reschedule", {"start": "2030-01-07T10:00:00Z"}, 409),
    (["complete"], "reassign", None, 409),
    (["no-show"], "complete", None, "Completed"),
    (["no-show"], "no-show", None, "No Show"),
    (["no-show"], "no-show", {"undo": True}, "Scheduled"),
    (["no-show"], "cancel", None, 409),
    (["no-show"], "reschedule", {"start": "2030-01-07T10:00:00Z"}, 409),
    (["no-show"], "reassign", None, 409),
    (["complete", "no-show"], "no-show", {"undo": True}, "Completed"),
    (["cancel"], "cancel", None, "Cancelled"),
    (["cancel"], "complete", None, 409),
    (["cancel"], "no-show", None, 409),
    (["cancel"], "complete", {"undo": True}, 409),
    (["cancel"], "reschedule", {"start": "2030-01-07T10:00:00Z"}, 409),
    (["cancel"], "reassign", None, 409),
]


@pytest.mark.parametrize(("before", "action", "body", "comes"), LIFE)
def test_actions_follow_the_lifecycle_table(program, before, action, body, comes):
    meeting = booked(program)
    for step in before:
        assert program.post(f"meetings/{meeting.uuid}/{step}").status_code == 200
    standing = program.get(f"meetings/{meeting.uuid}").json()
    answer = program.post(f"meetings/{meeting.uuid}/{action}", body)
    after = program.get(f"meetings/{meeting.uuid}").json()
    if comes == 409:
        assert fault_of(answer) == (409, "wrong-state")
        assert answer.json()["detail"].startswith(("A meeting that is", "There is nothing to undo"))
        assert after == standing
    else:
        assert (answer.status_code, answer.json()) == (200, after)
        assert (after["status"], after["no_show"]) == (comes, comes == "No Show")


def test_the_reason_is_kept(program):
    meeting = booked(program)
    program.post(f"meetings/{meeting.uuid}/cancel", {"reason": "  Ill.\r\nSorry. "})
    assert Meeting.objects.get().cancel_reason == "Ill.\nSorry."


def test_a_meeting_moves_to_another_free_time_of_its_host(program):
    meeting = booked(program)
    start = meeting.start + timedelta(hours=2)
    local = start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    told = program.post(f"meetings/{meeting.uuid}/reschedule", {"start": local}).json()
    assert (told["status"], told["start"], told["end"]) == (
        "Rescheduled",
        iso(start),
        iso(start + timedelta(minutes=30)),
    )
    assert told["host"]["email"] == meeting.host.email


def test_a_time_that_is_not_free_is_answered_with_some_that_are(program):
    meeting = booked(program, hosts=1)
    taken = book(
        make_submission(meeting.router),
        start=meeting.start + timedelta(hours=1),
        timezone="UTC",
        guests=[],
        notes="",
        now=timezone.now(),
    ).meeting
    for start in (taken.start, taken.start + timedelta(minutes=7), timezone.now() - timedelta(days=3)):
        answer = program.post(f"meetings/{meeting.uuid}/reschedule", {"start": iso(start)})
        assert fault_of(answer) == (409, "slot-taken")
        slots = answer.json()["slots"]
        assert len(slots) == 10
        assert set(slots[0]) == {"start", "end"}
        assert iso(taken.start) not in [slot["start"] for slot in slots]
    answer = program.post(f"meetings/{meeting.uuid}/reschedule", slots[0] | {"end": None})
    assert answer.status_code == 422
    answer = program.post(f"meetings/{meeting.uuid}/reschedule", {"start": slots[0]["start"]})
    assert answer.json()["start"] == slots[0]["start"]


def test_a_meeting_goes_to_the_next_in_line_or_to_whom_is_named(program):
    meeting = booked(program)
    other = program.workspace.hosts.exclude(pk=meeting.host_id).get()
    named = make_host(program.workspace, email="Cleo@acme.example", working=False)
    where = f"meetings/{meeting.uuid}/reassign"
    assert program.post(where).json()["host"]["email"] == other.email
    told = program.post(where, {"host": " cleo@ACME.example"}).json()
    assert (told["host"]["email"], told["status"]) == (named.email, "Scheduled")
    assert program.post(where, {"host": None}).json()["host"]["email"] != named.email


def test_reassigning_is_refused_where_nobody_can_take_it(program):
    meeting = booked(program, hosts=1)
    answer = program.post(f"meetings/{meeting.uuid}/reassign")
    assert fault_of(answer) == (409, "wrong-state")
    assert answer.json()["detail"] == "nobody else of the team is free at that time."


def refused_hosts(program: Program) -> list[Any]:
    return [
        make_host(active=True).email,
        make_host(program.workspace, active=False).email,
        make_host(program.workspace, archived_at=timezone.now()).email,
        "nobody@acme.example",
        "no address",
        "",
        "\x00",
        "a" * 300,
        7,
        ["ann@acme.example"],
    ]


def test_only_an_active_host_of_the_workspace_can_be_named(program):
    meeting = booked(program)
    for named in refused_hosts(program):
        answer = program.post(f"meetings/{meeting.uuid}/reassign", {"host": named})
        assert fault_of(answer) == (422, "invalid"), named
        assert set(answer.json()["errors"]) == {"host"}, named
    assert Meeting.objects.get(pk=meeting.pk).host == meeting.host
