"""What public answers carry: no cookie, frames for the workspace's sites alone, no caches, HEAD."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from distro.testing.factories import (
    make_distribution_rule,
    make_meeting,
    make_router,
    make_submission,
    make_user,
    make_workspace,
    next_ten,
)
from routing.models import Meeting
from routing.views.wording import iso

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}
SITES = ["https://www.acme.example", "http://127.0.0.1:8100"]


@pytest.fixture
def meeting() -> Meeting:
    return make_meeting(
        make_submission(make_router(make_workspace(allowed_origins=[*SITES, "x; script-src *"])))
    )


def pages(meeting: Meeting) -> list[str]:
    booking, manage = meeting.submission.booking_token, meeting.manage_token
    return [
        f"/r/{meeting.router.key}/",
        f"/b/{booking}/",
        f"/b/{booking}/slots?from=2026-12-01&to=2026-12-02",
        f"/m/{manage}/",
        f"/m/{manage}/calendar.ics",
    ]


def test_nobody_frames_the_hosts_page(client: Client, meeting: Meeting) -> None:
    for page, status in ((f"/h/{meeting.host_token}/", 200), ("/h/unknown/", 404)):
        answer = client.get(page, headers=BROWSER)
        assert (answer.status_code, policy_of(answer)["frame-ancestors"]) == (status, ["'none'"])
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def policy_of(answer) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


def test_the_workspaces_sites_may_frame_its_pages(client: Client, meeting: Meeting) -> None:
    for page in pages(meeting):
        answer = client.get(page, headers=BROWSER)
        assert (answer.status_code, policy_of(answer)["frame-ancestors"]) == (200, ["'self'", *SITES])
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_scripts_and_styles_come_from_files_alone(client: Client, meeting: Meeting) -> None:
    for page in pages(meeting):
        answer = client.get(page, headers=BROWSER)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        text = answer.content.decode()
        assert "<style" not in text and " style=" not in text and " onclick=" not in text


def test_a_form_may_lead_where_its_router_redirects(client: Client) -> None:
    router = make_router(default_redirect="https://a.example/thanks?x=1")
    make_distribution_rule(router, assign_redirect="http://b.example:8080/y")
    answer = client.get(f"/r/{router.key}/")
    assert policy_of(answer)["form-action"] == ["'self'", "http://b.example:8080", "https://a.example"]


def test_links_are_kept_out_of_caches(client: Client, meeting: Meeting) -> None:
    for page in pages(meeting)[1:]:
        assert client.get(page).headers["Cache-Control"] == "no-store"


def test_head_answers_where_get_does(client: Client, meeting: Meeting) -> None:
    for page in pages(meeting):
        answer = client.head(page, headers=BROWSER)
        assert (answer.status_code, answer.content) == (200, b"")


def test_no_public_answer_sets_or_varies_by_a_cookie(meeting: Meeting) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    other = make_submission(meeting.router)
    answers = [client.get(page, headers=BROWSER) for page in [*pages(meeting), "/b/unknown/"]]
    form = {"email": "a@b.example", "last_name": "x"}
    answers.append(client.post(f"/r/{meeting.router.key}/submissions", form, headers=BROWSER))
    answers.append(
        client.post(f"/b/{other.booking_token}/book", {"start": iso(next_ten(8))}, headers=BROWSER)
    )
    answers.append(client.post(f"/b/{other.booking_token}/message", {"text": "x"}, headers=BROWSER))
    form = {"start": iso(next_ten() + timedelta(hours=1))}
    answers.append(client.post(f"/m/{meeting.manage_token}/reschedule", form, headers=BROWSER))
    answers.append(client.post(f"/m/{meeting.manage_token}/cancel", headers=BROWSER))
    answers.append(client.get(f"/h/{meeting.host_token}/", headers=BROWSER))
    standing = make_meeting(make_submission(meeting.router), start=next_ten(9))
    answers.append(client.post(f"/h/{standing.host_token}/complete", headers=BROWSER))
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200] * 5 + [404] + [303] * 5 + [200, 303]
    for answer in answers:
        assert not answer.cookies
        assert "Cookie" not in answer.headers["Vary"]


def test_options_says_what_an_address_does(client: Client, meeting: Meeting) -> None:
    answer = client.options(f"/b/{meeting.submission.booking_token}/")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert "Access-Control-Allow-Origin" not in answer.headers
