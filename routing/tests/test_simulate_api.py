"""Simulate over the API: the command's story, for the key's own workspace alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from crm_sync.tests.sync.told import ANN, EMAIL, Told, sync_org, told_workspace  # noqa: F401 - fixtures
from distro.testing.factories import make_distribution_rule, make_ownership_rule, make_router
from routing.api_keys import create_key
from routing.models import Router, Workspace
from routing.simulation import find_router, read_received, simulate
from routing.tests.untouched import tables

pytestmark = pytest.mark.django_db
ANSWERS = {"email": EMAIL, "last_name": "Lee", "employees": 40}


def post(workspace: Workspace, key: str, body: Any) -> HttpResponse:
    bearer = {"Authorization": f"Bearer {create_key(workspace, 'tests')}"}
    path = f"/api/v1/routers/{key}/simulate"
    return Client().post(path, json.dumps(body), content_type="application/json", headers=bearer)


def told_by_python(router: Router) -> dict[str, Any]:
    found = find_router(router.key)
    assert found
    return simulate(found, read_received(ANSWERS), datetime.now(UTC)).as_json()


def without_now(story: dict[str, Any]) -> dict[str, Any]:
    for write in story["planned"]:
        write["fields"].pop("Distro_Meeting_Created_At__c", None)
    return story


def test_it_tells_what_the_command_tells(told: Told) -> None:
    for day in range(5):
        told.ann.working_hours.create(weekday=day, start_minute=540, end_minute=1020)
    make_ownership_rule(told.router, name="Lead owner", object="lead")
    when = {"field": "employees", "op": "between", "value": [1000, 2000]}
    make_distribution_rule(told.router, name="Enterprise", when=when)
    told.add("Contact", LastName="Old", Email=EMAIL, OwnerId=told.user(ANN))
    answer = post(told.workspace, told.router.key, {"answers": ANSWERS})
    assert answer.status_code == 200
    story = answer.json()
    assert len(story["first_slots"]) == 5 and len(story["planned"]) == 3 and story["person"]["owner"] == ANN
    assert without_now(story) == without_now(told_by_python(told.router))
    assert list(story) == list(told_by_python(told.router))


def test_nothing_is_written_but_when_the_key_was_used() -> None:
    router = make_router()
    bearer = {"Authorization": f"Bearer {create_key(router.workspace, 'tests')}"}
    path = f"/api/v1/routers/{router.key}/simulate"
    before = tables()
    body = json.dumps({"answers": ANSWERS})
    answer = Client().post(path, body, content_type="application/json", headers=bearer)
    after = tables()
    assert answer.status_code == 200
    assert {name for name in before if before[name] != after[name]} <= {"routing.ApiKey"}


def test_another_workspaces_router_is_as_unknown_as_none() -> None:
    router = make_router()
    for key in (make_router().key, "nothing"):
        assert post(router.workspace, key, {"answers": ANSWERS}).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["answers"]),
        ({"answers": []}, ["answers"]),
        ({"answers": {"email": "nobody"}}, ["email", "last_name"]),
        ({"answers": ANSWERS, "timezone": 5, "utm": "x"}, ["timezone", "utm"]),
    ],
)
def test_a_body_that_does_not_fit_is_told_by_field(body: Any, fields: list[str]) -> None:
    router = make_router()
    answer = post(router.workspace, router.key, body)
    assert answer.status_code == 422
    assert sorted(answer.json()["errors"]) == fields
