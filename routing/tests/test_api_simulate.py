"""Simulate in the API tells exactly what the command tells, of routers of the key's workspace."""

from __future__ import annotations

import pytest
from django.utils import timezone

from distro.testing.factories import make_host, make_router, make_team, make_workspace
from routing.models import Prospect, Submission
from routing.simulation import find_router, read_received, simulate

from .api_client import Program, fault_of

pytestmark = pytest.mark.django_db
ANSWERS = {"email": "pat@initech.example", "last_name": "Lee", "employees": 40}

WHOLE = {"timezone": "Europe/Berlin", "utm": {"utm_source": "news"}, "source_url": "https://x.example"}


@pytest.fixture
def program() -> Program:
    workspace = make_workspace()
    hosts = [make_host(workspace), make_host(workspace)]
    make_router(workspace, key="pricing", default_team=make_team(workspace, hosts, (2, 1)))
    return Program(workspace)


@pytest.mark.parametrize("more", [{}, WHOLE])
def test_the_story_is_the_commands_and_leaves_nothing(program, more):
    told = program.post("routers/pricing/simulate", {"answers": ANSWERS, **more}).json()
    received = read_received({"answers": ANSWERS, **more})
    assert told == simulate(find_router("pricing"), received, timezone.now()).as_json()
    assert told["outcome"] == "book"
    assert len(told["first_slots"]) == 5
    assert [one["weight"] for one in told["standing"]] == [2, 1]
    assert (Submission.objects.count(), Prospect.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"answers": {}}, ["email", "last_name"]),
        ({"answers": ANSWERS | {"employees": "many"}}, ["employees"]),
        ({"answers": ANSWERS, "timezone": "Mars/Base"}, ["timezone"]),
        ({"answers": ANSWERS, "utm": "news"}, ["utm"]),
        ({"answers": "none"}, ["answers"]),
        ({"answers": ANSWERS, "guests": []}, ["guests"]),
        ({}, ["answers"]),
    ],
)
def test_what_a_form_would_refuse_is_refused(program, body, names):
    answer = program.post("routers/pricing/simulate", body)
    assert fault_of(answer) == (422, "invalid")
    assert list(answer.json()["errors"]) == names
