"""Submissions in the API: their shapes, pages that stay what they are, and the decision told again in full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from distro.testing.factories import (
    make_distribution_rule,
    make_host,
    make_meeting,
    make_router,
    make_run,
    make_submission,
    make_team,
    make_workspace,
)
from routing.actions.submit import Received, submit
from routing.models import Router, Submission

from .api_client import Program

pytestmark = pytest.mark.django_db
ANSWERS = {"email": "Pat@Initech.example", "last_name": "Lee", "employees": 40}
MORNING = datetime(2026, 3, 2, 7, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def program() -> Program:
    return Program(make_workspace())


def router_of(program: Program) -> Router:
    """Whoever has 1,000 employees goes to Ann; everybody else to the team of Ann and Bob."""
    ann = make_host(program.workspace, email="ann@acme.example", name="Ann")
    bob = make_host(program.workspace, email="bob@acme.example", name="Bob")
    router = make_router(
        program.workspace, key="pricing", default_team=make_team(program.workspace, [ann, bob])
    )
    large = {"field": "employees", "op": "gte", "value": 1000}
    make_distribution_rule(router, name="Large", when=large, assign_host=ann)
    return router


def submissions(program: Program, count: int, **values) -> list[Submission]:
    """So many, the newest first."""
    router = make_router(program.workspace)
    made = [make_submission(router, **values) for _ in range(count)]
    for place, row in enumerate(made):
        Submission.objects.filter(pk=row.pk).update(created_at=MORNING + timedelta(minutes=place // 2))
    return made[::-1]


def uuids(items: list[dict]) -> list[str]:
    return [item["submission"] for item in items]


def test_an_item_of_the_list_has_these_keys(program):
    submission = make_submission(make_router(program.workspace, key="pricing"))
    Submission.objects.update(created_at=MORNING)
    first, second = make_meeting(submission, status="Cancelled"), make_meeting(submission)
    assert program.get("submissions").json() == {
        "items": [
            {
                "submission": str(submission.uuid),
                "router": "pricing",
                "email": submission.prospect.email,
                "created_at": "2026-03-02T07:30:15Z",
                "outcome": "book",
                "meetings": [str(first.uuid), str(second.uuid)],
            }
        ],
        "next": None,
    }


def test_one_alone_has_answers_decision_and_runs_too(program):
    submission = submit(router_of(program), Received(ANSWERS))
    run = make_run(submission)
    told = program.get(f"submissions/{submission.uuid}").json()
    (listed,) = program.get("submissions").json()["items"]
    assert {key: told[key] for key in listed} == listed
    assert set(told) - set(listed) == {"answers", "decision", "runs"}
    assert told["answers"] == submission.answers
    assert told["answers"]["last_name"] == "Lee"
    assert told["decision"] == {
        "rule": {"kind": "default", "name": None},
        "trace": [
            {
                "kind": "distribution",
                "name": "Large",
                "matched": False,
                "why": told["decision"]["trace"][0]["why"],
                "conditions": [
                    {"field": "employees", "op": "gte", "value": 1000, "actual": 40, "holds": False}
                ],
            },
            {
                "kind": "default",
                "name": None,
                "matched": True,
                "why": told["decision"]["trace"][1]["why"],
                "conditions": [],
            },
        ],
        "candidates": ["ann@acme.example", "bob@acme.example"],
    }
    assert [one["id"] for one in told["runs"]] == [run.pk]


def test_the_trace_is_told_in_full_until_the_rules_are_others(program):
    router = router_of(program)
    both = {"all": [{"field": "employees", "op": "lt", "value": 1}, {"field": "company", "op": "is_empty"}]}
    make_distribution_rule(router, name="Two", when=both, position=1)
    submission = submit(router, Received(ANSWERS))

    def told_of_two() -> int:
        trace = program.get(f"submissions/{submission.uuid}").json()["decision"]["trace"]
        return len(next(entry for entry in trace if entry["name"] == "Two")["conditions"])

    assert told_of_two() == 2
    make_distribution_rule(router, name="Three", position=2)
    assert told_of_two() == 1


def test_spam_is_told_by_its_outcome_and_was_not_routed(program):
    submission = submit(router_of(program), Received({"email": "bot@spam.example"}, spam=True))
    told = program.get(f"submissions/{submission.uuid}").json()
    assert (told["outcome"], told["email"]) == ("spam", None)
    assert told["decision"] == {"rule": None, "trace": [], "candidates": []}


def test_pages_follow_one_another_newest_first_with_nothing_twice(program):
    rows = submissions(program, 7)
    seen, cursor, sizes = [], None, []
    while True:
        page = program.get("submissions", {"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += uuids(page["items"])
        sizes.append(len(page["items"]))
        make_submission(rows[0].router)  # what comes meanwhile shifts nothing
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [str(row.uuid) for row in rows]
    assert sizes == [3, 3, 1]


def test_a_page_that_ends_with_the_list_has_no_next(program):
    submissions(program, 3)
    assert program.get("submissions", {"limit": 3}).json()["next"] is None
    assert program.get("submissions", {"limit": 2}).json()["next"] is not None


def test_fifty_unless_another_limit_is_given(program):
    submissions(program, 51)
    assert len(program.get("submissions").json()["items"]) == 50
    assert len(program.get("submissions", {"limit": 200}).json()["items"]) == 51


@pytest.mark.parametrize("count", [3, 30])
def test_a_list_costs_the_same_whatever_its_length(program, count):
    program.get("submissions")
    for row in submissions(program, count):
        make_meeting(row)
    with CaptureQueriesContext(connection) as queries:
        assert len(program.get("submissions").json()["items"]) == count
    assert len(queries) == 3
