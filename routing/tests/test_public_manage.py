"""/m/TOKEN/: the meeting, cancelling it, its calendar file."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from distro.testing.factories import make_meeting, make_router, make_submission, make_workspace, next_ten
from routing.actions.book import book
from routing.models import Meeting, Status
from routing.views.wording import iso

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def meeting() -> Meeting:
    submission = make_submission(make_router(make_workspace()))
    booked = book(
        submission,
        start=next_ten(),
        timezone="Europe/Berlin",
        guests=["a@b.example"],
        notes="<i>",
        now=timezone.now(),
    )
    return booked.meeting


def make_past(meeting: Meeting, **ago: int) -> None:
    end = timezone.now() - timedelta(**ago)
    Meeting.objects.filter(pk=meeting.pk).update(start=end - timedelta(minutes=30), end=end)


def page_of(client: Client, meeting: Meeting) -> str:
    answer = client.get(f"/m/{meeting.manage_token}/", headers=BROWSER)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_the_meeting_and_what_can_be_done(client: Client, meeting: Meeting) -> None:
    page = page_of(client, meeting)
    for text in (
        "Your meeting is booked",
        meeting.host.name,
        "11:00 AM",
        "Berlin",
        "a@b.example",
        "&lt;i&gt;",
    ):
        assert text in page
    stamp = f"{meeting.start:%Y%m%dT%H%M%SZ}"
    assert f"dates={stamp}%2F" in page and "outlook.office.com" in page and "calendar.ics" in page
    assert "?step=cancel" in page and "/book" not in page


def test_cancelling_answers_with_the_meeting(client: Client, meeting: Meeting) -> None:
    answer = client.post(
        f"/m/{meeting.manage_token}/cancel", {"reason": "Ill"}, content_type="application/json"
    )
    told = answer.json()
    assert (answer.status_code, told["status"], told["start"]) == (200, "Cancelled", iso(meeting.start))
    assert set(told) == {"meeting", "status", "start", "end", "host", "location", "meeting_url", "manage_url"}
    meeting.refresh_from_db()
    assert (meeting.status, meeting.cancel_reason) == (Status.CANCELLED, "Ill")


def test_cancelling_needs_no_body(client: Client, meeting: Meeting) -> None:
    answer = client.generic("POST", f"/m/{meeting.manage_token}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "Cancelled")


def test_a_browser_cancels_by_a_form(client: Client, meeting: Meeting) -> None:
    path = f"/m/{meeting.manage_token}/"
    assert f'action="{path}cancel"' in client.get(f"{path}?step=cancel", headers=BROWSER).content.decode()
    meeting.refresh_from_db()
    assert meeting.status == Status.SCHEDULED
    answer = client.post(f"{path}cancel", {"reason": ""}, headers=BROWSER | {"Origin": "http://testserver"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"http://testserver{path}")
    page = page_of(client, meeting)
    assert "This meeting was cancelled" in page and f"/b/{meeting.submission.booking_token}/" in page


def test_a_reason_too_long_is_said_beside_it(client: Client, meeting: Meeting) -> None:
    answer = client.post(f"/m/{meeting.manage_token}/cancel", {"reason": "r" * 1001}, headers=BROWSER)
    assert answer.status_code == 422
    assert "at most 1000 characters" in answer.content.decode()


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
def test_what_does_not_stand_is_not_cancelled(client: Client, meeting: Meeting, status: Status) -> None:
    Meeting.objects.update(status=status)
    answer = client.post(f"/m/{meeting.manage_token}/cancel")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "meeting-closed")
    page = client.post(f"/m/{meeting.manage_token}/cancel", headers=BROWSER)
    assert (page.status_code, page.headers["Content-Type"]) == (409, "text/html; charset=utf-8")


def test_a_meeting_that_is_over_still_shows_and_cannot_be_cancelled(client: Client, meeting: Meeting) -> None:
    make_past(meeting, minutes=1)
    page = page_of(client, meeting)
    assert "This meeting is over" in page and "?step=cancel" not in page and "Book again" not in page
    assert client.post(f"/m/{meeting.manage_token}/cancel").status_code == 409


def test_the_link_dies_30_days_after_the_end(client: Client, meeting: Meeting) -> None:
    make_past(meeting, days=29)
    assert client.get(f"/m/{meeting.manage_token}/").status_code == 200
    make_past(meeting, days=31)
    for path in ("", "calendar.ics"):
        assert client.get(f"/m/{meeting.manage_token}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("status", "shown"), [(Status.SCHEDULED, "CONFIRMED"), (Status.CANCELLED, "CANCELLED")]
)
def test_the_calendar_file(client: Client, meeting: Meeting, status: Status, shown: str) -> None:
    Meeting.objects.update(status=status)
    answer = client.get(f"/m/{meeting.manage_token}/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(calendar, icalendar.Calendar)
    entry = calendar.events[0]
    assert (str(entry["STATUS"]), entry.start) == (shown, meeting.start)


def test_reading_changes_nothing(client: Client) -> None:
    meeting = make_meeting()
    before = Meeting.objects.values().get(pk=meeting.pk)
    for path in ("", "?step=cancel", "calendar.ics", "cancel"):
        client.get(f"/m/{meeting.manage_token}/{path}", headers=BROWSER)
    assert Meeting.objects.values().get(pk=meeting.pk) == before
