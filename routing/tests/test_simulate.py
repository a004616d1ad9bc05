"""Simulate: the live path's own decision, host and times, told without a trace of it being left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from distro.testing.factories import (
    make_distribution_rule,
    make_host,
    make_ledger_entry,
    make_meeting,
    make_ownership_rule,
    make_router,
    make_submission,
    make_team,
    make_time_off,
    make_workspace,
)
from routing.actions.book import book
from routing.actions.slots import slots_between
from routing.actions.submit import InvalidAnswers, Received, submit
from routing.models import Host, Router
from routing.simulation import find_router, read_received, simulate
from routing.tests.untouched import tables

pytestmark = pytest.mark.django_db

ANSWERS = {"email": "Pat@Initech.example", "last_name": "Lee", "company": "Initech", "employees": 40}
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def simulated(router: Router, body: dict[str, Any] = ANSWERS, now: datetime = MONDAY) -> dict[str, Any]:
    found = find_router(router.key)
    return simulate(found, read_received(body), now).as_json()


def two_hosts(weights: tuple[int, ...] = (), **router: Any) -> tuple[Router, Host, Host]:
    """A router whose default team is Ann, from 9 to 17, and Bob, from 9 to 17."""
    workspace = make_workspace()
    ann = make_host(workspace, name="Ann", email="ann@example.test")
    bob = make_host(workspace, name="Bob", email="bob@example.test")
    return make_router(workspace, default_team=make_team(workspace, [ann, bob], weights), **router), ann, bob


def be_away(host: Host, days: int = 60) -> None:
    make_time_off(host, first_day=date(2026, 3, 1), last_day=date(2026, 3, 1) + timedelta(days=days))


def test_the_whole_story_of_a_submission_that_the_default_gets() -> None:
    router, _, _ = two_hosts((2, 1))
    when = {"all": [{"field": "employees", "op": "gte", "value": 1000}]}
    make_distribution_rule(router, name="Enterprise", when=when)
    starts = [MONDAY + timedelta(hours=1, minutes=30 * step) for step in range(1, 6)]
    assert simulated(router) == {
        "outcome": "book",
        "redirect_url": None,
        "message": None,
        "rule": {"kind": "default", "name": None},
        "trace": [
            {
                "kind": "distribution",
                "name": "Enterprise",
                "matched": False,
                "why": "employees is 40, but the rule wants it to be at least 1000",
                "conditions": [
                    {"field": "employees", "op": "gte", "value": 1000, "actual": 40, "holds": False}
                ],
            },
            {
                "kind": "default",
                "name": None,
                "matched": True,
                "why": "no rule before it matched",
                "conditions": [],
            },
        ],
        "candidates": ["ann@example.test", "bob@example.test"],
        "next_host": "ann@example.test",
        "why_next": "Ann is next: nobody has had a turn yet, and weight, then the order in the team decide.",
        "standing": [
            {"host": "ann@example.test", "weight": 2, "turns": 0, "shortfall": 0},
            {"host": "bob@example.test", "weight": 1, "turns": 0, "shortfall": 0},
        ],
        "first_slots": [
            {"start": f"{one:%FT%TZ}", "end": f"{one + timedelta(minutes=30):%FT%TZ}"} for one in starts
        ],
        "person": None,
        "planned": [],
    }


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            {"assign_message": "Not for you."},
            {"outcome": "message", "message": "Not for you.", "redirect_url": None},
        ),
        (
            {"assign_redirect": "https://www.example.test/help"},
            {"outcome": "redirect", "message": None, "redirect_url": "https://www.example.test/help"},
        ),
    ],
)
def test_somebody_who_is_turned_away(target: dict[str, str], expected: dict[str, Any]) -> None:
    router, _, _ = two_hosts()
    make_distribution_rule(router, name="Away", **target)
    story = simulated(router)
    assert {name: story[name] for name in expected} == expected
    assert story["rule"] == {"kind": "distribution", "name": "Away"}
    nothing: dict[str, Any] = {
        "candidates": [],
        "standing": [],
        "first_slots": [],
        "next_host": None,
        "why_next": None,
    }
    assert {name: story[name] for name in nothing} == nothing


def test_where_nobody_has_a_free_time_there_is_nobody_next() -> None:
    router, ann, bob = two_hosts()
    be_away(ann)
    be_away(bob)
    story = simulated(router)
    assert (story["outcome"], story["candidates"], story["next_host"], story["why_next"]) == (
        "book",
        [],
        None,
        None,
    )
    assert story["first_slots"] == []
    assert [one["host"] for one in story["standing"]] == [ann.email, bob.email]
    assert "offers to leave a message" in story["trace"][-1]["why"]


@pytest.mark.parametrize(("rotation", "first"), [("flexible", 9), ("strict", 14)])
def test_strict_rotation_offers_the_next_hosts_times_alone(rotation: str, first: int) -> None:
    router, ann, bob = two_hosts(rotation=rotation)
    router.workspace.rotation_reset = "never"
    router.workspace.save()
    make_ledger_entry(router.workspace, host=ann, team=router.default_team, turns=3)
    bob.working_hours.update(start_minute=14 * 60)
    story = simulated(router)
    assert (story["candidates"], story["next_host"]) == ([ann.email, bob.email], bob.email)
    assert story["first_slots"][0]["start"] == f"2026-03-02T{first:02}:00:00Z"


def test_one_who_is_passed_over_for_want_of_time_is_named() -> None:
    router, ann, bob = two_hosts((3, 1))
    be_away(ann)
    story = simulated(router)
    assert (story["candidates"], story["next_host"]) == ([bob.email], bob.email)
    assert story["why_next"].endswith(" Ann, whose turn it would be, has no free time to offer.")


def test_a_host_named_by_a_rule_stands_alone_with_their_own_turns() -> None:
    router, ann, _ = two_hosts()
    router.workspace.rotation_reset = "never"
    router.workspace.save()
    make_distribution_rule(router, name="Ann's", assign_host=ann)
    for _ in range(2):
        make_ledger_entry(router.workspace, host=ann, team=None)
    make_ledger_entry(router.workspace, host=ann, team=router.default_team)
    story = simulated(router)
    assert story["standing"] == [{"host": ann.email, "weight": 1, "turns": 2, "shortfall": 0}]
    assert (story["next_host"], story["why_next"]) == (ann.email, "Ann is the only one to choose from.")


def test_a_whole_body_brings_where_the_visitor_came_from() -> None:
    router, _, _ = two_hosts()
    when = {"field": "utm.source", "op": "equals", "value": "ad"}
    make_distribution_rule(router, name="Ads", when=when)
    whole = {"answers": ANSWERS, "utm": {"utm_source": "ad"}, "timezone": "Europe/Berlin"}
    assert simulated(router, whole)["rule"] == {"kind": "distribution", "name": "Ads"}
    assert simulated(router, ANSWERS)["rule"] == {"kind": "default", "name": None}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"email": "nobody", "employees": "many"}, {"email", "last_name", "employees"}),
        ({"answers": {"last_name": "Lee"}}, {"email"}),
        ({"answers": ANSWERS, "timezone": "Mars/Base", "utm": []}, {"timezone", "utm"}),
        ({"answers": [ANSWERS]}, {"email", "last_name"}),
    ],
)
def test_answers_that_do_not_fit_are_named_by_field(body: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(InvalidAnswers) as fault:
        simulated(make_router(), body)
    assert set(fault.value.errors) == fields


def test_a_router_that_is_switched_off_can_be_tried_and_an_archived_one_cannot() -> None:
    router = make_router(active=False)
    assert simulated(router)["outcome"] == "book"
    assert find_router(router.key, router.workspace) == router
    assert find_router(router.key, make_workspace()) is None
    Router.objects.update(archived_at=MONDAY)
    assert find_router(router.key) is None


@pytest.mark.parametrize("rotation", ["flexible", "strict"])
def test_what_was_simulated_is_what_then_happens(rotation: str) -> None:
    router, ann, _ = two_hosts((1, 2), rotation=rotation)
    make_meeting(make_submission(router), ann)
    now = datetime.now(UTC)
    before = simulated(router, now=now)
    submission = submit(router, Received(ANSWERS))
    slots = slots_between(submission, now, now + timedelta(days=15), now)
    starts = [datetime.fromisoformat(one["start"]) for one in before["first_slots"]]
    assert [slot.start for slot in slots[:5]] == starts
    assert submission.decision["trace"][-1]["why"] == before["trace"][-1]["why"]
    booked = book(submission, start=starts[0], timezone="UTC", guests=[], notes="", now=now)
    assert booked.meeting.host.email == before["next_host"]


@pytest.mark.parametrize("rotation", ["flexible", "strict"])
def test_nothing_is_written(rotation: str) -> None:
    router, _, bob = two_hosts(rotation=rotation)
    make_ownership_rule(router)
    make_submission(router)
    make_ledger_entry(router.workspace, host=bob, team=router.default_team)
    before = tables()
    simulated(router)
    assert tables() == before


def queries_of(router: Router) -> int:
    with CaptureQueriesContext(connection) as seen:
        simulated(router)
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_rules_hosts_and_fields() -> None:
    small, large = make_router(), make_router(workspace := make_workspace())
    make_ownership_rule(small)
    for number in range(12):
        make_team(workspace, [make_host(workspace) for _ in range(3)])
        when = {"all": [{"field": "employees", "op": "gt", "value": 1000 + number}]}
        make_distribution_rule(large, when=when, position=number)
        make_ownership_rule(large, position=number)
    assert (queries_of(small), queries_of(large)) == (23, 23)
