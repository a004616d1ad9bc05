"""A key opens its own workspace; at every address there is, another's rows are answered as what does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from crm_sync.models import SyncRun
from distro.rest.v1 import api
from distro.testing.factories import (
    make_host,
    make_meeting,
    make_router,
    make_run,
    make_submission,
    make_workspace,
)
from routing.models import Meeting, Submission, Workspace
from routing.tests.api_client import BASE, Program, fault_of

pytestmark = pytest.mark.django_db
ABSENT = {
    "submission": "00000000-0000-4000-8000-000000000000",
    "meeting": "00000000-0000-4000-8000-000000000000",
    "run": "999999999",
    "key": "no-such-router",
}
# A body with which the operation would do something, were it one's own row.
BODIES: dict[str, Any] = {
    "reschedule_meeting": {"start": "2030-01-07T10:00:00Z"},
    "simulate_submission": {"answers": {"email": "a@b.example", "last_name": "x"}},
}
OPERATIONS = [
    (method, path, operation["operationId"])
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method, operation in methods.items()
]
ABOUT_ONE = [one for one in OPERATIONS if "{" in one[1]]
LISTS = [one[1] for one in OPERATIONS if "{" not in one[1]]


def ids_in(workspace: Workspace) -> dict[str, str]:
    """One of everything that an address can name."""
    submission = make_submission(make_router(workspace))
    meeting = make_meeting(submission, make_host(workspace))
    run = make_run(meeting, state="needs_person")
    return {
        "submission": str(submission.uuid),
        "meeting": str(meeting.uuid),
        "run": str(run.pk),
        "key": submission.router.key,
    }


def ask(program: Program, method: str, path: str, name: str) -> Any:
    where = path.removeprefix(BASE)
    return program.get(where) if method == "get" else program.post(where, BODIES.get(name))


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Meeting, Submission, SyncRun)]


@pytest.mark.parametrize(("method", "path", "name"), ABOUT_ONE)
def test_a_foreign_row_is_answered_as_one_that_does_not_exist(method, path, name):
    program, foreign = Program(make_workspace()), ids_in(make_workspace())
    before = rows()
    answers = [ask(program, method, path.format(**ids), name) for ids in (foreign, ABSENT)]
    assert [fault_of(answer) for answer in answers] == [(404, "not-found")] * 2
    assert answers[0].content == answers[1].content
    assert rows() == before


@pytest.mark.parametrize(("method", "path", "name"), ABOUT_ONE)
def test_the_same_address_is_found_by_its_own_workspace(method, path, name):
    program = Program(make_workspace())
    answer = ask(program, method, path.format(**ids_in(program.workspace)), name)
    assert answer.status_code in (200, 409), answer.content


@pytest.mark.parametrize("path", LISTS)
def test_lists_have_nothing_foreign(path):
    program, other = Program(make_workspace()), Program(make_workspace())
    ids_in(program.workspace), ids_in(other.workspace)
    own, foreign = (one.get(path.removeprefix(BASE)).json()["items"] for one in (program, other))
    assert len(own) == len(foreign) == 1
    assert own != foreign
