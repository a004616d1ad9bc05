"""/m/TOKEN/slots and /m/TOKEN/reschedule: where a meeting can move to, and moving it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
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
from routing.models import Mail, Meeting, Status, Submission, WorkingHours
from routing.views.wording import iso

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}
JSON = "application/json"
HOUR = timedelta(hours=1)


def booked_at(submission: Submission, start: datetime) -> Meeting:
    now = timezone.now()
    return book(submission, start=start, timezone="Europe/Berlin", guests=[], notes="", now=now).meeting


@pytest.fixture
def meeting() -> Meeting:
    workspace = make_workspace()
    team = make_team(workspace, [make_host(workspace), make_host(workspace)])
    return booked_at(make_submission(make_router(workspace, default_team=team)), next_ten())


def move(client: Client, meeting: Meeting, start: datetime, **headers: str):
    path = f"/m/{meeting.manage_token}/reschedule"
    return client.post(path, {"start": iso(start)}, content_type=JSON, headers=headers)


def post_form(client: Client, meeting: Meeting, **values: str):
    return client.post(f"/m/{meeting.manage_token}/reschedule", values, headers=BROWSER)


def page_of(client: Client, meeting: Meeting, query: str = "") -> str:
    answer = client.get(f"/m/{meeting.manage_token}/{query}", headers=BROWSER)
    assert answer.status_code == 200
    return answer.content.decode()


def starts_on(client: Client, meeting: Meeting, day: datetime, zone: str = "UTC") -> list[str]:
    query = {"from": f"{day.date()}", "to": f"{day.date()}", "timezone": zone}
    return [slot["start"] for slot in client.get(f"/m/{meeting.manage_token}/slots", query).json()["slots"]]


def test_the_hosts_own_free_times_are_offered(client: Client, meeting: Meeting) -> None:
    # The other host of the team is busy at eleven, which is no concern of this meeting's.
    other = booked_at(make_submission(meeting.router), next_ten() + HOUR)
    assert other.host != meeting.host
    half_hours = [next_ten() + timedelta(minutes=30) * step for step in range(-2, 14)]
    assert starts_on(client, meeting, next_ten()) == [
        iso(start) for start in half_hours if start != meeting.start
    ]


def test_the_answer_has_the_shape_of_a_bookings(client: Client, meeting: Meeting) -> None:
    path = f"/m/{meeting.manage_token}/slots?from={next_ten().date()}&to={next_ten().date()}"
    told = client.get(path).json()
    start = next_ten() - HOUR
    assert told["slots"][0] == {"start": iso(start), "end": iso(start + timedelta(minutes=30))}
    assert (told["duration"], told["timezone"]) == (30, "UTC")
    assert client.get(f"{path}&timezone=Mars/Base").status_code == 422
    assert client.get(f"/m/{meeting.manage_token}/slots?from=x").status_code == 422


@override_settings(BASE_URL="https://meet.example")
def test_a_meeting_moves_and_keeps_host_and_link(client: Client, meeting: Meeting) -> None:
    Mail.objects.all().delete()
    start = next_ten() + 2 * HOUR
    answer = move(client, meeting, start)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "meeting": str(meeting.uuid),
            "status": "Rescheduled",
            "start": iso(start),
            "end": iso(start + timedelta(minutes=30)),
            "host": {"name": meeting.host.name},
            "location": "Remote",
            "meeting_url": None,
            "manage_url": f"https://meet.example/m/{meeting.manage_token}/",
        },
    )
    assert set(Mail.objects.values_list("kind", flat=True)) == {"rescheduled_prospect", "rescheduled_host"}
    assert "Your meeting has a new time" in page_of(client, meeting)


def test_the_same_start_changes_nothing_and_tells_nobody(client: Client, meeting: Meeting) -> None:
    Mail.objects.all().delete()
    answer = move(client, meeting, meeting.start)
    assert (answer.status_code, answer.json()["status"]) == (200, "Scheduled")
    assert Mail.objects.count() == 0
    assert Meeting.objects.get().version == meeting.version


@pytest.mark.parametrize(
    "off", [timedelta(minutes=7), timedelta(days=300), timedelta(days=-30), timedelta(hours=14)]
)
def test_what_is_no_free_time_is_taken(client: Client, meeting: Meeting, off: timedelta) -> None:
    answer = move(client, meeting, next_ten() + off)
    told = answer.json()
    assert (answer.status_code, told["type"].rpartition("/")[2]) == (409, "slot-taken")
    assert len(told["slots"]) == 10 and set(told["slots"][0]) == {"start", "end"}
    assert move(client, meeting, datetime.fromisoformat(told["slots"][0]["start"])).status_code == 200


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:30Z", "0001-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_are_no_free_times(client: Client, meeting: Meeting, moment: str) -> None:
    for path in (f"/m/{meeting.manage_token}/reschedule", f"/b/{make_submission().booking_token}/book"):
        answer = client.post(path, {"start": moment}, content_type=JSON)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "slot-taken")


@pytest.mark.parametrize("start", [None, "soon", 5, "2026-12-08T09:30:00"])
def test_an_unreadable_start_is_refused(client: Client, meeting: Meeting, start: object) -> None:
    path = f"/m/{meeting.manage_token}/reschedule"
    answer = client.post(path, {"start": start}, content_type=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["start"])
    page = client.post(path, {"start": str(start)}, headers=BROWSER)
    assert page.status_code == 422
    assert "This must be a time such as" in page.content.decode()
    assert Meeting.objects.get().version == meeting.version


@pytest.mark.parametrize(
    ("status", "again"), [(Status.CANCELLED, True), (Status.NO_SHOW, True), (Status.COMPLETED, False)]
)
@override_settings(BASE_URL="https://meet.example")
def test_what_does_not_stand_is_not_moved(
    client: Client, meeting: Meeting, status: Status, again: bool
) -> None:
    Meeting.objects.update(status=status)
    answer = move(client, meeting, next_ten() + HOUR)
    told = answer.json()
    assert (answer.status_code, told["type"].rpartition("/")[2]) == (409, "meeting-closed")
    path = f"/b/{meeting.submission.booking_token}/"
    assert told["booking_url"] == (f"https://meet.example{path}" if again else None)
    page = post_form(client, meeting, start=iso(next_ten() + HOUR))
    assert (page.status_code, path in page.content.decode()) == (409, again)
    assert (path in page_of(client, meeting, "?step=reschedule")) == again
    assert Meeting.objects.get().start == meeting.start


def test_what_is_over_is_not_moved(client: Client, meeting: Meeting) -> None:
    end = timezone.now() - timedelta(minutes=1)
    Meeting.objects.update(start=end - timedelta(minutes=30), end=end)
    answer = move(client, meeting, next_ten() + HOUR)
    assert (answer.status_code, answer.json()["detail"]) == (409, "This meeting is over and cannot be moved.")
    assert Meeting.objects.get().status == Status.SCHEDULED


def test_the_page_goes_from_day_to_time_to_the_new_start(client: Client, meeting: Meeting) -> None:
    start = next_ten() + HOUR
    step = f"?step=reschedule&timezone=Europe%2FBerlin&month={start:%Y-%m}&day={start.date()}"
    assert "?step=reschedule" in page_of(client, meeting)
    days = page_of(client, meeting, f"?step=reschedule&month={start:%Y-%m}")
    assert 'data-step="day"' in days and step.replace("&", "&amp;") in days
    times = page_of(client, meeting, step)
    assert f'data-start="{iso(start)}"' in times and f'data-start="{iso(meeting.start)}"' not in times
    confirm = page_of(client, meeting, f"{step}&start={iso(start)}")
    assert "11:00 AM" in confirm and "12:00 PM" in confirm
    zones = page_of(client, meeting, f"{step}&show=zones&search=tokyo")
    assert 'name="step" value="reschedule"' in zones
    assert step.replace("Europe%2FBerlin", "Asia%2FTokyo").replace("&", "&amp;") in zones
    answer = post_form(client, meeting, start=iso(start), timezone="Europe/Berlin")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"http://testserver/m/{meeting.manage_token}/",
    )
    assert Meeting.objects.get().start == start


def test_a_time_that_went_is_said_and_the_day_stays(client: Client, meeting: Meeting) -> None:
    start = next_ten() + HOUR
    Submission.objects.update(target_team=None, target_host=meeting.host)
    booked_at(make_submission(meeting.router, target_team=None, target_host=meeting.host, pick=None), start)
    answer = post_form(client, meeting, start=iso(start), timezone="UTC")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This time is no longer free" in page and f'data-start="{iso(start + HOUR)}"' in page
    assert 'action="/b/' not in page


def test_without_another_free_time_the_meeting_stays(client: Client, meeting: Meeting) -> None:
    WorkingHours.objects.all().delete()
    assert "There is no other free time at the moment" in page_of(client, meeting, "?step=reschedule")


@pytest.mark.parametrize("origin", ["null", "https://evil.example"])
def test_moving_comes_from_our_own_pages_or_servers(client: Client, meeting: Meeting, origin: str) -> None:
    start = next_ten() + HOUR
    answer = move(client, meeting, start, Origin=origin)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "origin-not-allowed")
    assert move(client, meeting, start, Origin="http://testserver").status_code == 200


def test_a_page_costs_few_queries(client: Client, meeting: Meeting) -> None:
    with CaptureQueriesContext(connection) as queries:
        page_of(client, meeting, f"?step=reschedule&day={next_ten().date()}")
    assert len(queries) <= 8, [query["sql"] for query in queries]
