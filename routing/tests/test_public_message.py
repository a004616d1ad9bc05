"""POST /b/TOKEN/message: the way out when no time suits."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from distro.testing.factories import (
    make_host,
    make_router,
    make_submission,
    make_team,
    make_workspace,
    next_ten,
)
from routing.actions.book import book
from routing.models import Mail, ProspectMessage, Submission

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}
JSON = "application/json"


@pytest.fixture
def submission() -> Submission:
    return make_submission(make_router(make_workspace(name="Acme Inc.")), timezone="Europe/Berlin")


def post_message(client: Client, submission: Submission, text: object, **headers: str):
    path = f"/b/{submission.booking_token}/message"
    return client.post(path, {"text": text}, content_type=JSON, headers=headers)


def page_of(client: Client, submission: Submission, query: str = "") -> str:
    answer = client.get(f"/b/{submission.booking_token}/{query}", headers=BROWSER)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_message_is_kept_and_told(client: Client, submission: Submission) -> None:
    answer = post_message(client, submission, "  Mondays,\r\nafter six.  ")
    assert (answer.status_code, answer.json()) == (201, {})
    assert ProspectMessage.objects.get().text == "Mondays,\nafter six."
    mail = Mail.objects.get()
    assert (mail.kind, mail.to) == ("message", submission.workspace.hosts.get().email)
    assert "Mondays,\nafter six." in mail.text


@pytest.mark.parametrize("text", [None, "", " \n ", 5, [], "t" * 5001, "a\0b"])
def test_what_is_no_message_is_refused(client: Client, submission: Submission, text: object) -> None:
    answer = post_message(client, submission, text)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["text"])
    assert (ProspectMessage.objects.count(), Mail.objects.count()) == (0, 0)


def test_5000_characters_fit(client: Client, submission: Submission) -> None:
    assert post_message(client, submission, "ü" * 5000).status_code == 201


def test_a_browser_writes_by_a_form_and_is_told_that_it_was_sent(
    client: Client, submission: Submission
) -> None:
    path = f"/b/{submission.booking_token}/"
    page = page_of(client, submission)
    assert "None suits?" in page and f'action="{path}message"' not in page
    assert f'action="{path}message"' in page_of(client, submission, "?step=message")
    answer = client.post(f"{path}message", {"text": "Mondays"}, headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"http://testserver{path}?step=sent")
    assert "Your message was sent" in page_of(client, submission, "?step=sent")


def test_nothing_is_confirmed_that_was_not_sent(client: Client, submission: Submission) -> None:
    make_submission(submission.router).messages.create(workspace=submission.workspace, text="Another's")
    assert "Your message was sent" not in page_of(client, submission, "?step=sent")


def test_a_browsers_faulty_message_is_kept_and_explained(client: Client, submission: Submission) -> None:
    form = {"text": "a\0<b>", "timezone": "Asia/Tokyo"}
    answer = client.post(f"/b/{submission.booking_token}/message", form, headers=BROWSER)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This has a character that cannot be used here." in page and "&lt;b&gt;</textarea>" in page
    assert "Tokyo" in page


def test_without_a_free_time_the_form_is_open(client: Client) -> None:
    workspace = make_workspace()
    team = make_team(workspace, [make_host(workspace, working=False)])
    submission = make_submission(make_router(workspace, default_team=team))
    page = page_of(client, submission)
    assert "There is no free time at the moment" in page
    assert f'action="/b/{submission.booking_token}/message"' in page


def test_after_the_booking_a_message_is_still_taken(client: Client, submission: Submission) -> None:
    book(submission, start=next_ten(), timezone="UTC", guests=[], notes="", now=timezone.now())
    assert post_message(client, submission, "See you").status_code == 201


@pytest.mark.parametrize("origin", ["null", "https://evil.example"])
def test_messages_come_from_our_own_pages_or_servers(
    client: Client, submission: Submission, origin: str
) -> None:
    assert post_message(client, submission, "x", Origin=origin).status_code == 403
    assert post_message(client, submission, "x", Origin="http://testserver").status_code == 201
