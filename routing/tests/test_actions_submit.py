"""Submitting: what is kept, what is decided, and what it costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from distro.testing.factories import (
    make_distribution_rule,
    make_host,
    make_meeting_type,
    make_ownership_rule,
    make_router,
    make_team,
    make_workspace,
)
from routing.actions.submit import InvalidAnswers, Received, submit
from routing.models import Outcome, Prospect, Router, Submission

pytestmark = pytest.mark.django_db

ANSWERS = {"email": "Pat@Initech.example", "last_name": "Lee", "company": "Initech", "employees": 40}


def test_the_default_team_gets_a_submission_that_no_rule_wants() -> None:
    router = make_router()
    submission = submit(router, Received(ANSWERS, timezone="Europe/Berlin", utm={"source": "ad"}))
    assert submission.outcome == Outcome.BOOK
    assert submission.target_team == router.default_team
    assert submission.prospect and submission.prospect.email == "pat@initech.example"
    assert submission.decision["rule"]["kind"] == "default"
    assert (submission.timezone, submission.utm) == ("Europe/Berlin", {"source": "ad"})


def test_a_rule_may_turn_a_prospect_away() -> None:
    router = make_router()
    when = {"all": [{"field": "employees", "op": "lt", "value": 50}]}
    rule = make_distribution_rule(router, when=when, assign_redirect="https://www.example.test/self-serve")
    submission = submit(router, Received(ANSWERS))
    assert (submission.outcome, submission.redirect_url) == (
        "redirect",
        "https://www.example.test/self-serve",
    )
    assert submission.distribution_rule == rule


def test_one_prospect_per_address_and_workspace() -> None:
    router, other = make_router(), make_router()
    for to in (router, router, other):
        submit(to, Received(ANSWERS))
    assert Submission.objects.count() == 3
    assert Prospect.objects.filter(email="pat@initech.example").count() == 2


def test_faulty_answers_keep_nothing() -> None:
    with pytest.raises(InvalidAnswers) as fault:
        submit(make_router(), Received({"email": "nobody", "employees": "many"}))
    assert set(fault.value.errors) == {"email", "last_name", "employees"}
    assert (Submission.objects.count(), Prospect.objects.count()) == (0, 0)


def test_spam_is_kept_without_a_prospect() -> None:
    submission = submit(make_router(), Received({"email": "a\x00b", "x": "y" * 999}, spam=True))
    assert (submission.outcome, submission.prospect, submission.answers["email"]) == ("spam", None, "ab")


def test_without_a_connection_an_ownership_rule_says_so_and_routing_goes_on() -> None:
    router = make_router()
    make_ownership_rule(router, name="Contact owner")
    submission = submit(router, Received(ANSWERS))
    first, last = submission.decision["trace"]
    assert submission.outcome == "book"
    assert (first["name"], first["matched"], last["kind"]) == ("Contact owner", False, "default")
    assert "not connected" in first["why"]


def queries_of(router: Router) -> int:
    router = Router.objects.select_related("workspace", "form").get(pk=router.pk)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        submit(router, Received(ANSWERS))
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_rules_hosts_and_fields() -> None:
    small, large = make_router(), make_router(workspace := make_workspace())
    for number in range(12):
        make_team(workspace, [make_host(workspace) for _ in range(3)])
        when = {"all": [{"field": "employees", "op": "gt", "value": 1000 + number}]}
        make_distribution_rule(large, when=when, position=number)
    assert queries_of(large) == queries_of(small)


def test_a_rules_own_meeting_type_is_offered() -> None:
    router = make_router()
    longer = make_meeting_type(router.workspace, duration=60)
    make_distribution_rule(router, assign_team=router.default_team, meeting_type=longer)
    submission = submit(router, Received(ANSWERS))
    assert (submission.meeting_type, submission.target_team) == (longer, router.default_team)
