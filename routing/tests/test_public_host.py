"""/h/TOKEN/: what a host says of a meeting with one click from their mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from distro.testing.factories import make_host, make_router, make_submission, make_workspace, next_ten
from routing.actions.book import book
from routing.models import Mail, Meeting, Status
from routing.views.wording import iso

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def meeting() -> Meeting:
    workspace = make_workspace()
    host = make_host(workspace, timezone="Asia/Tokyo", name="Ann Archer")
    submission = make_submission(make_router(workspace, default_host=host))
    start = next_ten().replace(hour=3)
    now = timezone.now()
    return book(submission, start=start, timezone="UTC", guests=[], notes="", now=now).meeting


def make_past(meeting: Meeting, **ago: int) -> None:
    end = timezone.now() - timedelta(**ago)
    Meeting.objects.filter(pk=meeting.pk).update(start=end - timedelta(minutes=30), end=end)


def page_of(client: Client, meeting: Meeting) -> str:
    answer = client.get(f"/h/{meeting.host_token}/", headers=BROWSER)
    assert answer.status_code == 200
    return answer.content.decode()


def offered(client: Client, meeting: Meeting) -> list[str]:
    """The actions that the page has a form for."""
    page = page_of(client, meeting)
    return [name for name in ("complete", "no-show", "undo") if f"/h/{meeting.host_token}/{name}" in page]


def test_the_link_is_in_the_hosts_mail_alone(meeting: Meeting) -> None:
    texts = dict(Mail.objects.values_list("kind", "text"))
    assert f"/h/{meeting.host_token}/" in texts["booked_host"]
    assert "/h/" not in texts["booked_prospect"]


def test_the_page_shows_the_meeting_on_the_hosts_clock(client: Client, meeting: Meeting) -> None:
    page = page_of(client, meeting)
    for text in ("12:00 PM", "Tokyo", "Pat Lee", meeting.prospect.email, "Initech"):
        assert text in page
    assert meeting.manage_token not in page


def test_before_the_start_it_asks_once_more(client: Client, meeting: Meeting) -> None:
    assert "It has not begun. Mark it as a no-show all the same?" in page_of(client, meeting)
    make_past(meeting, minutes=1)
    page = page_of(client, meeting)
    assert "Did the meeting take place?" in page and "It has not begun" not in page


@pytest.mark.parametrize(
    ("status", "before", "actions"),
    [
        (Status.SCHEDULED, "", ["complete", "no-show"]),
        (Status.RESCHEDULED, "", ["complete", "no-show"]),
        (Status.COMPLETED, Status.SCHEDULED, ["no-show", "undo"]),
        (Status.COMPLETED, "", ["no-show"]),
        (Status.NO_SHOW, Status.RESCHEDULED, ["complete", "undo"]),
        (Status.CANCELLED, "", []),
    ],
)
def test_the_page_offers_what_the_lifecycle_has(
    client: Client, meeting: Meeting, status: Status, before: str, actions: list[str]
) -> None:
    Meeting.objects.update(status=status, status_before=before)
    assert offered(client, meeting) == actions


@pytest.mark.parametrize(("action", "status"), [("complete", "Completed"), ("no-show", "No Show")])
def test_a_click_is_carried_out_and_can_be_taken_back(
    client: Client, meeting: Meeting, action: str, status: str
) -> None:
    make_past(meeting, minutes=1)
    path = f"/h/{meeting.host_token}/"
    for name, after in ((action, status), ("undo", "Scheduled")):
        answer = client.post(f"{path}{name}", headers=BROWSER | {"Origin": "http://testserver"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"http://testserver{path}")
        assert Meeting.objects.get().status == after


def test_a_program_is_answered_with_the_meeting(client: Client, meeting: Meeting) -> None:
    told = client.post(f"/h/{meeting.host_token}/no-show").json()
    assert (told["meeting"], told["status"], told["start"]) == (
        str(meeting.uuid),
        "No Show",
        iso(meeting.start),
    )
    # The prospect's own link is not among them.
    assert set(told) == {"meeting", "status", "start", "end", "host", "location", "meeting_url"}
    again = client.post(f"/h/{meeting.host_token}/no-show")
    assert (again.status_code, Meeting.objects.get().version) == (200, 2)


@pytest.mark.parametrize(
    ("status", "action"),
    [(Status.SCHEDULED, "undo"), (Status.CANCELLED, "complete"), (Status.CANCELLED, "no-show")],
)
def test_what_the_lifecycle_lacks_is_refused_in_words(
    client: Client, meeting: Meeting, status: Status, action: str
) -> None:
    Meeting.objects.update(status=status)
    path = f"/h/{meeting.host_token}/{action}"
    answer = client.post(path)
    told = answer.json()
    assert (answer.status_code, told["type"].rpartition("/")[2]) == (409, "meeting-closed")
    page = client.post(path, headers=BROWSER)
    assert page.status_code == 409
    assert told["detail"] in page.content.decode() and meeting.title in page.content.decode()
    assert Meeting.objects.get().status == status


def test_reading_changes_nothing(client: Client, meeting: Meeting) -> None:
    before = Meeting.objects.values().get()
    for path in ("", "complete", "no-show", "undo", "?action=complete"):
        client.get(f"/h/{meeting.host_token}/{path}", headers=BROWSER)
        client.head(f"/h/{meeting.host_token}/{path}", headers=BROWSER)
    assert Meeting.objects.values().get() == before


def test_the_link_dies_30_days_after_the_end(client: Client, meeting: Meeting) -> None:
    make_past(meeting, days=29)
    assert client.get(f"/h/{meeting.host_token}/").status_code == 200
    make_past(meeting, days=31)
    for method, path in (("GET", ""), ("POST", "complete")):
        dead = client.generic(method, f"/h/{meeting.host_token}/{path}")
        unknown = client.generic(method, f"/h/unknown/{path}")
        assert (dead.status_code, dead.content, dict(dead.headers)) == (
            404,
            unknown.content,
            dict(unknown.headers),
        )


def test_the_three_links_of_a_meeting_open_one_page_each(client: Client, meeting: Meeting) -> None:
    tokens = {"b": meeting.submission.booking_token, "m": meeting.manage_token, "h": meeting.host_token}
    for page in tokens:
        opened = [
            name for name, token in tokens.items() if client.get(f"/{page}/{token}/").status_code == 200
        ]
        assert opened == [page]


@pytest.mark.parametrize("origin", ["null", "https://www.acme.example"])
def test_clicks_come_from_our_own_page_or_servers(client: Client, meeting: Meeting, origin: str) -> None:
    meeting.workspace.allowed_origins = ["https://www.acme.example"]
    meeting.workspace.save()
    answer = client.post(f"/h/{meeting.host_token}/complete", headers={"Origin": origin})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "origin-not-allowed")
    assert Meeting.objects.get().status == Status.SCHEDULED
