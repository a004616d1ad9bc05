"""Every fault of the public web, as JSON and as a page; nothing malformed is answered with a 5xx or leaves a row."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from distro.testing.factories import make_meeting, make_router, make_submission
from routing.models import Meeting, Router, Submission

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
GOOD = {"email": "a@b.example", "last_name": "x"}


@pytest.fixture
def router() -> Router:
    return make_router()


def check_problem(answer, status: int, slug: str) -> None:
    told = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, told["status"]) == (status, status)
    assert told["type"].endswith(f"/{slug}")
    assert told["title"]


@pytest.mark.parametrize(
    "path",
    [
        "/r/unknown/",
        "/b/unknown/",
        "/b/unknown/slots",
        "/m/unknown/",
        "/m/unknown/calendar.ics",
        "/m/unknown/slots",
        "/h/unknown/",
        "/r/%00/",
        "/b/ü/",
        "/m/" + "a" * 500 + "/",
    ],
)
def test_what_is_unknown_is_404_for_programs_and_people(client: Client, path: str) -> None:
    check_problem(client.get(path), 404, "not-found")
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address" in page.content.decode()


def test_an_inactive_or_archived_router_is_unknown(client: Client, router: Router) -> None:
    Router.objects.update(active=False)
    assert client.get(f"/r/{router.key}/").status_code == 404
    check_problem(client.post(f"/r/{router.key}/submissions", GOOD), 404, "not-found")


def test_dead_and_unknown_links_look_alike(client: Client) -> None:
    submission = make_submission()
    Submission.objects.update(created_at="2020-01-01T00:00:00Z")
    for headers in ({}, BROWSER):
        dead = client.get(f"/b/{submission.booking_token}/", headers=headers)
        unknown = client.get("/b/unknown/", headers=headers)
        assert (dead.status_code, dead.content, dict(dead.headers)) == (
            404,
            unknown.content,
            dict(unknown.headers),
        )


@pytest.mark.parametrize(
    ("path", "methods", "allow"),
    [
        ("/r/{router}/", ["POST", "PUT", "DELETE"], "GET, HEAD, OPTIONS"),
        ("/r/{router}/submissions", ["GET", "HEAD", "PATCH"], "OPTIONS, POST"),
        ("/b/{booking}/", ["POST"], "GET, HEAD, OPTIONS"),
        ("/b/{booking}/slots", ["POST"], "GET, HEAD, OPTIONS"),
        ("/b/{booking}/book", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/b/{booking}/message", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/m/{manage}/", ["POST"], "GET, HEAD, OPTIONS"),
        ("/m/{manage}/slots", ["POST"], "GET, HEAD, OPTIONS"),
        ("/m/{manage}/reschedule", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/h/{host}/", ["POST"], "GET, HEAD, OPTIONS"),
        ("/h/{host}/complete", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/h/{host}/no-show", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/h/{host}/undo", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/m/{manage}/cancel", ["GET", "HEAD"], "OPTIONS, POST"),
        ("/m/{manage}/calendar.ics", ["POST"], "GET, HEAD, OPTIONS"),
    ],
)
def test_a_wrong_method_is_405_with_what_is_allowed(
    client: Client, router: Router, path: str, methods: list[str], allow: str
) -> None:
    meeting = make_meeting(make_submission(router))
    path = path.format(
        router=router.key,
        booking=meeting.submission.booking_token,
        manage=meeting.manage_token,
        host=meeting.host_token,
    )
    for method in methods:
        answer = client.generic(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "slug"),
    [
        (b"", JSON, 400, "unreadable-body"),
        (b"{", JSON, 400, "unreadable-body"),
        (b"[]", JSON, 400, "unreadable-body"),
        (b"null", JSON, 400, "unreadable-body"),
        (b"\xff\xfe", JSON, 400, "unreadable-body"),
        (b'{"answers": {"email": "\\ud800"}}', JSON, 400, "unreadable-body"),
        (b'{"answers": {"employees": NaN}}', JSON, 400, "unreadable-body"),
        (b'{"answers": {"employees": 1e999}}', JSON, 400, "unreadable-body"),
        (b'{"answers": {"employees": ' + b"9" * 5000 + b"}}", JSON, 400, "unreadable-body"),
        (b"[" * 30000, JSON, 400, "unreadable-body"),
        (b'{"answers": []}', JSON, 422, "invalid"),
        (b'{"answers": "x"}', JSON, 422, "invalid"),
        (b"{}", JSON, 422, "invalid"),
        (b'{"answers": {"email": "a@b.example", "last_name": "a\\u0000b"}}', JSON, 422, "invalid"),
        (b'{"answers": {"email": ["a@b.example"], "last_name": {}}}', JSON, 422, "invalid"),
        (b'{"answers": {"email": "a@b.example", "last_name": "x", "employees": true}}', JSON, 422, "invalid"),
        (
            b'{"answers": {"email": "a@b.example", "last_name": "x"}, "timezone": "Mars/Base"}',
            JSON,
            422,
            "invalid",
        ),
        (
            b'{"answers": {"email": "a@b.example", "last_name": "x"}, "timezone": "../UTC"}',
            JSON,
            422,
            "invalid",
        ),
        (b'{"answers": {"email": "a@b.example", "last_name": "x"}, "timezone": 3}', JSON, 422, "invalid"),
        (b'{"answers": {"email": "a@b.example", "last_name": "x"}, "utm": [1]}', JSON, 422, "invalid"),
        (
            b'{"answers": {"email": "a@b.example", "last_name": "x"}, "utm": {"source": {}}}',
            JSON,
            422,
            "invalid",
        ),
        (
            b'{"answers": {"email": "a@b.example", "last_name": "x"}, "utm": {"s\\u0000": "y"}}',
            JSON,
            422,
            "invalid",
        ),
        (
            b'{"answers": {"email": "a@b.example", "last_name": "x"}, "source_url": "\\u0000"}',
            JSON,
            422,
            "invalid",
        ),
        (b'{"answers": {"email": "a@b.example", "last_name": "x"}, "source_url": {}}', JSON, 422, "invalid"),
        (b" " * (64 * 1024 + 1), JSON, 413, "too-large"),
        (b"email=" + b"a" * 64 * 1024, FORM, 413, "too-large"),
        (b"<a/>", "application/xml", 415, "unsupported-media-type"),
        (b"email=a%40b.example", "text/plain", 415, "unsupported-media-type"),
        (b"x", "", 415, "unsupported-media-type"),
        (b"", "", 400, "unreadable-body"),
        (b"email=%FF%00&last_name=x", FORM, 422, "invalid"),
        (b"email=a%40b.example&last_name=x", FORM + "; charset=latin-1", 400, "unreadable-body"),
        (b"&".join(b"a%d=1" % number for number in range(600)), FORM, 400, "unreadable-body"),
        (b"--x\r\n", "multipart/form-data", 400, "unreadable-body"),
        (b"--x\r\ngarbage", "multipart/form-data; boundary=x", 422, "invalid"),
    ],
)
def test_a_malformed_submission_is_refused(
    client: Client, router: Router, body: bytes, content_type: str, status: int, slug: str
) -> None:
    # The client leaves the type of an empty body out, unless it is told twice.
    answer = client.generic("POST", f"/r/{router.key}/submissions", body, CONTENT_TYPE=content_type)
    check_problem(answer, status, slug)
    assert ("errors" in answer.json()) == (status == 422)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    "status_of", [(b"x", "text/plain", 415), (b"a" * 70000, FORM, 413), (b"x", "multipart/form-data", 400)]
)
def test_browsers_are_told_on_a_page(
    client: Client, router: Router, status_of: tuple[bytes, str, int]
) -> None:
    body, content_type, status = status_of
    answer = client.generic(
        "POST", f"/r/{router.key}/submissions", body, content_type=content_type, headers=BROWSER
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2026-12-01",
        "to=2026-12-01",
        "from=x&to=y",
        "from=2026-12-02&to=2026-12-01",
        "from=2026-12-01&to=2027-02-01",
        "from=2026-02-30&to=2026-03-01",
        "from=2026-12-01&to=2026-12-02&timezone=Mars/Base",
        "from=20261201&to=20261202",
        "from=2026-12-01&to=2026-12-02&timezone=%00",
        "from=%D9%A2026-12-01&to=2026-12-02",
    ],
)
def test_unreadable_questions_for_slots_are_422(client: Client, query: str) -> None:
    token = make_submission().booking_token
    check_problem(client.get(f"/b/{token}/slots?{query}"), 422, "invalid")


@pytest.mark.parametrize(
    "query",
    ["from=0001-01-01&to=0001-01-02", "from=9999-12-30&to=9999-12-31", "from=2020-01-01&to=2020-03-02"],
)
def test_days_far_away_are_readable_and_empty(client: Client, query: str) -> None:
    answer = client.get(f"/b/{make_submission().booking_token}/slots?{query}")
    assert (answer.status_code, answer.json()["slots"]) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        "month=x",
        "month=9999-12",
        "month=0001-01",
        "day=9999-12-31",
        "day=0001-01-01",
        "start=x",
        "start=9999-12-31T23:59:59-14:00",
        "start=0001-01-01T00:00:00Z",
        "timezone=Mars/Base",
        "timezone=%00",
        "show=zones&search=%00%FF",
        "month=2026-13&day=&start=",
    ],
)
def test_the_booking_page_makes_the_best_of_a_strange_address(client: Client, query: str) -> None:
    assert client.get(f"/b/{make_submission().booking_token}/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("start", None), ("start", 5), ("start", "soon"), ("start", "2026-12-08T09:30:00"), ("start", "2026-12-08"),
        ("start", "0001-01-01T00:00:00+14:00"), ("start", ["2026-12-08T09:30:00Z"]),
        ("timezone", "Mars/Base"), ("timezone", 5), ("timezone", "Europe"), ("timezone", {}),
        ("guests", ["nobody"]), ("guests", [5]), ("guests", {}), ("guests", 5), ("guests", "a@b.example, nobody"),
        ("guests", [f"g{number}@b.example" for number in range(11)]), ("guests", ["a@b.example\r\nBcc: x@y.example"]),
        ("notes", "n" * 2001), ("notes", "a\0b"), ("notes", []),
    ],
)  # fmt: skip
def test_a_malformed_booking_is_refused(client: Client, member: str, value: object) -> None:
    body = {"start": "2026-12-08T09:30:00Z", "timezone": "Europe/Berlin", member: value}
    answer = client.post(f"/b/{make_submission().booking_token}/book", body, content_type=JSON)
    check_problem(answer, 422, "invalid")
    assert list(answer.json()["errors"]) == [member]
    assert Meeting.objects.count() == 0


@pytest.mark.parametrize("reason", ["r" * 1001, "a\0b", 5, []])
def test_a_malformed_cancellation_is_refused(client: Client, reason: object) -> None:
    meeting = make_meeting()
    answer = client.post(f"/m/{meeting.manage_token}/cancel", {"reason": reason}, content_type=JSON)
    check_problem(answer, 422, "invalid")
    meeting.refresh_from_db()
    assert meeting.status == "Scheduled"


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "https://www.acme.example"])
def test_bookings_and_cancellations_come_from_our_own_pages_or_servers(client: Client, origin: str) -> None:
    meeting = make_meeting(make_submission())
    meeting.workspace.allowed_origins = ["https://www.acme.example"]
    meeting.workspace.save()
    for path in (f"/b/{meeting.submission.booking_token}/book", f"/m/{meeting.manage_token}/cancel"):
        answer = client.post(path, json.dumps({}), content_type=JSON, headers={"Origin": origin})
        check_problem(answer, 403, "origin-not-allowed")
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_problems_type_explains_itself(client: Client) -> None:
    assert "This time is no longer free" in client.get("/problems/slot-taken").content.decode()
    assert client.get("/problems/unheard-of").status_code == 404
