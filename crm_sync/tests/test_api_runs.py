"""Runs in the API: their shape, their states, Retry and Ignore."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm_sync.models import RunState, StepState, SyncRun
from distro.due.models import DueWork
from distro.testing.factories import (
    make_connection,
    make_host,
    make_meeting,
    make_router,
    make_run,
    make_step,
    make_submission,
    make_workspace,
)
from routing.tests.api_client import Program, fault_of

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 2, 9, 30, 5, 999999, tzinfo=UTC)


@pytest.fixture
def program() -> Program:
    return Program(make_workspace())


def run_in(program: Program, **values) -> SyncRun:
    return make_run(make_submission(make_router(program.workspace)), **values)


def test_a_run_has_these_keys(program):
    submission = make_submission(make_router(program.workspace))
    meeting = make_meeting(submission, make_host(program.workspace))
    run = make_run(
        meeting,
        state="needs_person",
        attempts=2,
        due_at=MOMENT,
        error_code="REQUIRED_FIELD_MISSING",
        error_message="Phone is missing",
        error_remedy="Fill in Phone.",
        notes=["Company was cut."],
        left_out=["Lead.Rating"],
    )
    make_step(
        run, action="find", object="Contact, Lead", state="done", at=MOMENT, fields={"Email": "a@b.example"}
    )
    make_step(
        run,
        object="Event",
        record_id="00U000000000001AAA",
        state="failed",
        code="REQUIRED_FIELD_MISSING",
        at=MOMENT,
        fields={"Subject": "Demo"},
    )
    told = {
        "id": run.pk,
        "kind": "meeting",
        "state": "needs_person",
        "submission": str(submission.uuid),
        "meeting": str(meeting.uuid),
        "attempts": 2,
        "due_at": "2026-03-02T09:30:05Z",
        "error": {
            "code": "REQUIRED_FIELD_MISSING",
            "message": "Phone is missing",
            "remedy": "Fill in Phone.",
        },
        "notes": ["Company was cut."],
        "left_out": ["Lead.Rating"],
        "steps": [
            {
                "action": "find",
                "object": "Contact, Lead",
                "id": None,
                "fields": {"Email": "a@b.example"},
                "state": "done",
                "code": None,
                "at": "2026-03-02T09:30:05Z",
            },
            {
                "action": "create",
                "object": "Event",
                "id": "00U000000000001AAA",
                "fields": {"Subject": "Demo"},
                "state": "failed",
                "code": "REQUIRED_FIELD_MISSING",
                "at": "2026-03-02T09:30:05Z",
            },
        ],
    }
    assert program.get(f"sync/runs/{run.pk}").json() == told
    assert program.get("sync/runs").json() == {"items": [told], "next": None}


def test_what_there_is_not_is_null_and_what_has_no_answer_yet_is_no_step(program):
    run = run_in(program)
    make_step(run, state=StepState.STARTED)
    told = program.get(f"sync/runs/{run.pk}").json()
    assert (told["meeting"], told["error"], told["steps"]) == (None, None, [])


def test_the_list_can_be_of_one_state_and_is_newest_first(program):
    runs = {state: [run_in(program, state=state) for _ in range(2)] for state in RunState.values}
    for state, made in runs.items():
        listed = program.get("sync/runs", {"state": state}).json()["items"]
        assert [one["id"] for one in listed] == [run.pk for run in reversed(made)]
    whole = program.get("sync/runs").json()["items"]
    assert [one["id"] for one in whole] == sorted((one["id"] for one in whole), reverse=True)
    assert len(whole) == 12


def test_pages_of_one_state_follow_one_another(program):
    made = [run_in(program, state=state) for state in ("done", "ignored") * 3]
    first = program.get("sync/runs", {"state": "done", "limit": 2}).json()
    second = program.get("sync/runs", {"state": "done", "limit": 2, "cursor": first["next"]}).json()
    listed = [one["id"] for one in first["items"] + second["items"]]
    assert listed == [run.pk for run in reversed(made) if run.state == "done"]
    assert second["next"] is None


@pytest.mark.parametrize("state", ["", "finished", "DONE", "done,ignored"])
def test_an_unknown_state_is_422(program, state):
    answer = program.get("sync/runs", {"state": state})
    assert fault_of(answer) == (422, "invalid")
    assert answer.json()["errors"] == {
        "state": [
            "This must be 'waiting', 'running', 'done', 'needs_person', 'needs_reconnecting' or 'ignored'."
        ]
    }


@pytest.mark.parametrize("count", [3, 30])
def test_a_list_costs_the_same_whatever_its_length(program, count):
    program.get("sync/runs")
    for _ in range(count):
        make_step(run_in(program))
    with CaptureQueriesContext(connection) as queries:
        assert len(program.get("sync/runs").json()["items"]) == count
    assert len(queries) == 3


@pytest.mark.parametrize("state", [state for state in RunState.values if state != "done"])
@pytest.mark.parametrize(("action", "then"), [("retry", "waiting"), ("ignore", "ignored")])
def test_what_is_not_done_can_be_tried_again_or_left(program, state, action, then):
    make_connection(program.workspace)
    run = run_in(program, state=state)
    answer = program.post(f"sync/runs/{run.pk}/{action}")
    assert (answer.status_code, answer.json()["state"]) == (200, then)
    assert answer.json() == program.get(f"sync/runs/{run.pk}").json()
    assert DueWork.objects.filter(kind="crm.drain").exists()


@pytest.mark.parametrize("action", ["retry", "ignore"])
def test_what_is_done_can_be_neither(program, action):
    run = run_in(program, state=RunState.DONE)
    answer = program.post(f"sync/runs/{run.pk}/{action}")
    assert fault_of(answer) == (409, "wrong-state")
    assert answer.json()["detail"].startswith("This run is done already")
    run.refresh_from_db()
    assert run.state == RunState.DONE


@pytest.mark.parametrize("id", ["0", "999999999", "9" * 40, "-1", "x", "1.5", "²", "%00"])
def test_what_is_unknown_is_404(program, id):
    assert fault_of(program.get(f"sync/runs/{id}")) == (404, "not-found")
