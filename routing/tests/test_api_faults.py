"""Every fault of the API is told as one, and its description can be read by programs and by people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from distro.rest.v1 import api
from distro.testing.factories import (
    make_host,
    make_meeting,
    make_member,
    make_router,
    make_submission,
    make_workspace,
)
from routing.models import Meeting

from .api_client import BASE, Program, fault_of

pytestmark = pytest.mark.django_db
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def program() -> Program:
    return Program(make_workspace())


@pytest.fixture
def meeting(program: Program) -> Meeting:
    return make_meeting(make_submission(make_router(program.workspace)), make_host(program.workspace))


def operations() -> list[tuple[str, str]]:
    """Every method and address that the description names."""
    paths = api.get_openapi_schema()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize("shown", [None, "", "Bearer", "Bearer distro_no", "Basic Zm9v", "distro_no"])
@pytest.mark.parametrize(("method", "path"), operations())
def test_nothing_is_told_without_a_key(method, path, shown):
    where = path.format(submission=UNKNOWN, meeting=UNKNOWN, run="1", key="pricing")
    headers = {} if shown is None else {"Authorization": shown}
    answer = Client().generic(method, where, b"{", "application/json", headers=headers)
    assert fault_of(answer) == (401, "no-key")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Distro"'


@pytest.mark.parametrize("where", ["submissions", "meetings", "sync/runs"])
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "!!!!"}, "cursor"),
        ({"cursor": "ü"}, "cursor"),
        ({"cursor": "MS4y" * 9}, "cursor"),
        ({"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS4x"}, "cursor"),
        ({"cursor": "MS45OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, "cursor"),
    ],
)
def test_a_list_cannot_be_asked_for_like_this(program, where, query, name):
    answer = program.get(where, query)
    assert fault_of(answer) == (422, "invalid")
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize("where", ["submissions/{}", "meetings/{}"])
@pytest.mark.parametrize("id", [UNKNOWN, "x", "1", "%00", "ü", "a" * 200])
def test_what_is_unknown_is_404(program, where, id):
    assert fault_of(program.get(where.format(id))) == (404, "not-found")


@pytest.mark.parametrize("where", ["", "nothing", "meetings/", "sync", "submissions/x/y"])
def test_an_address_that_nobody_answers_for_is_404(program, where):
    assert fault_of(program.get(where)) == (404, "not-found")


BODIES: list[tuple[str, Any, int, str]] = [
    ("reschedule", b"{", 400, "unreadable-body"),
    ("reschedule", b"\xff", 400, "unreadable-body"),
    ("reschedule", b'{"start": NaN}', 400, "unreadable-body"),
    ("reschedule", b"[" * 60_000, 400, "unreadable-body"),
    ("reschedule", b'{"start": "' + b"x" * 70_000 + b'"}', 413, "too-large"),
    ("reschedule", b"", 422, "body"),
    ("reschedule", [], 422, "body"),
    ("reschedule", "x", 422, "body"),
    ("reschedule", {}, 422, "start"),
    ("reschedule", {"start": None}, 422, "start"),
    ("reschedule", {"start": 7}, 422, "start"),
    ("reschedule", {"start": "tomorrow"}, 422, "start"),
    ("reschedule", {"start": "2030-01-07T10:00:00"}, 422, "start"),
    ("reschedule", {"start": "2030-01-07T10:00:00Z", "end": "x"}, 422, "end"),
    ("complete", {"undo": "yes"}, 422, "undo"),
    ("complete", {"undo": 1}, 422, "undo"),
    ("complete", {"undo": None}, 422, "undo"),
    ("complete", {"undoo": True}, 422, "undoo"),
    ("complete", [True], 422, "body"),
    ("complete", b"{", 400, "unreadable-body"),
    ("no-show", {"undo": "true"}, 422, "undo"),
    ("cancel", {"reason": 7}, 422, "reason"),
    ("cancel", {"reason": "x" * 1001}, 422, "reason"),
    ("cancel", {"reason": "\x00"}, 422, "reason"),
    ("reassign", {"host": 7}, 422, "host"),
    ("reassign", {"hosts": "a@b.example"}, 422, "hosts"),
]


@pytest.mark.parametrize(("action", "body", "status", "name"), BODIES)
def test_a_body_that_does_not_fit_changes_nothing(program, meeting, action, body, status, name):
    answer = program.post(f"meetings/{meeting.uuid}/{action}", body)
    assert fault_of(answer) == (status, name if status != 422 else "invalid")
    if status == 422:
        assert list(answer.json()["errors"]) == [name]
    assert Meeting.objects.values("status", "version").get() == {"status": "Scheduled", "version": 1}


def test_a_body_of_another_type_is_not_read(program, meeting):
    where = f"{BASE}meetings/{meeting.uuid}/complete"
    answer = program.client.post(where, {"undo": "true"}, headers=program.headers)
    assert fault_of(answer) == (415, "unsupported-media-type")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_that_is_not_meant_is_405(program, method):
    answer = program.client.generic(method, f"{BASE}meetings", headers=program.headers)
    assert fault_of(answer) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET"


def test_answers_set_no_cookie_are_kept_by_no_cache_and_name_no_origin(program, meeting):
    for answer in (
        program.get("meetings"),
        program.post(f"meetings/{meeting.uuid}/complete"),
        program.get(f"meetings/{UNKNOWN}"),
    ):
        assert not answer.cookies
        assert answer.headers["Cache-Control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]


def test_a_signed_in_member_without_a_key_is_nobody(program):
    client = Client()
    client.force_login(make_member(program.workspace).user)
    assert fault_of(client.get(f"{BASE}meetings")) == (401, "no-key")


def test_the_description_declares_every_answer_of_every_operation():
    description = Client().get(f"{BASE}openapi.json").json()
    assert description["openapi"].startswith("3.")
    assert description["components"]["securitySchemes"] == {"BearerKey": {"type": "http", "scheme": "bearer"}}
    for methods in description["paths"].values():
        for operation in methods.values():
            assert {"200", "401"} <= set(operation["responses"])
            assert operation["description"] and operation["summary"]
            for status, declared in operation["responses"].items():
                kind = "application/json" if status == "200" else "application/problem+json"
                assert list(declared["content"]) == [kind]
    assert len(description["paths"]) == 14


def test_every_shape_always_has_all_of_its_keys():
    shapes = api.get_openapi_schema()["components"]["schemas"]
    for name, shape in shapes.items():
        if name.endswith("Shape"):
            assert sorted(shape["required"]) == sorted(shape["properties"]), name


def test_the_page_for_people_asks_nobody_else_anything():
    answer = Client().get(f"{BASE}docs")
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "https://" not in page
    settings = page.partition('id="swagger-settings">')[2].partition("</script>")[0]
    assert json.loads(settings)["url"] == f"{BASE}openapi.json"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not answer.cookies
