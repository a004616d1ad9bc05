"""/b/TOKEN/: the page, the free times, and booking them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from distro.testing.factories import (
    make_host,
    make_meeting_type,
    make_router,
    make_submission,
    make_team,
    make_workspace,
    next_ten,
)
from routing.actions.book import book
from routing.models import Meeting, Status, Submission
from routing.views.wording import iso

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def submission() -> Submission:
    return make_submission(make_router(make_workspace(name="Acme Inc.")), timezone="Europe/Berlin")


def post_book(client: Client, submission: Submission, start: datetime, **more):
    body = {"start": iso(start), "timezone": "Europe/Berlin"} | more
    return client.post(f"/b/{submission.booking_token}/book", body, content_type="application/json")


def slots(client: Client, submission: Submission, query: str) -> dict:
    return client.get(f"/b/{submission.booking_token}/slots?{query}").json()


def page_of(client: Client, submission: Submission, query: str = "", **headers: str) -> str:
    answer = client.get(f"/b/{submission.booking_token}/{query}", headers=BROWSER | headers)
    assert answer.status_code == 200
    return answer.content.decode()


# --- free times --------------------------------------------------------------------------------------------


def test_free_times_of_a_day_in_the_zone_asked_for(client: Client, submission: Submission) -> None:
    wednesday = next_ten().date() + timedelta(days=(2 - next_ten().weekday()) % 7)
    tuesday = wednesday - timedelta(days=1)
    told = slots(client, submission, f"from={wednesday}&to={wednesday}&timezone=Asia/Tokyo")
    # The host works 09:00 to 17:00 in UTC; Tokyo's Wednesday is from 15:00 to 15:00.
    assert told["slots"][0] == {"start": f"{tuesday}T15:00:00Z", "end": f"{tuesday}T15:30:00Z"}
    assert told["slots"][-1] == {"start": f"{wednesday}T14:30:00Z", "end": f"{wednesday}T15:00:00Z"}
    assert (told["duration"], told["timezone"], len(told["slots"])) == (30, "Asia/Tokyo", 4 + 12)


def test_the_zone_defaults_to_the_submissions_then_the_workspaces(
    client: Client, submission: Submission
) -> None:
    day = next_ten().date()
    assert slots(client, submission, f"from={day}&to={day}")["timezone"] == "Europe/Berlin"
    Submission.objects.update(timezone="")
    submission.workspace.timezone = "America/New_York"
    submission.workspace.save()
    assert slots(client, submission, f"from={day}&to={day}")["timezone"] == "America/New_York"


def test_62_days_can_be_asked_for_at_once(client: Client, submission: Submission) -> None:
    today = timezone.now().date()
    for days, status in ((62, 200), (63, 422)):
        last = today + timedelta(days=days - 1)
        answer = client.get(f"/b/{submission.booking_token}/slots?from={today}&to={last}")
        assert answer.status_code == status


def test_what_is_offered_can_be_booked(client: Client, submission: Submission) -> None:
    day = next_ten().date()
    first = slots(client, submission, f"from={day}&to={day + timedelta(days=3)}")["slots"][0]["start"]
    assert post_book(client, submission, datetime.fromisoformat(first)).status_code == 201


# --- booking -----------------------------------------------------------------------------------------------


@override_settings(BASE_URL="https://meet.example")
def test_a_booking_is_answered_with_the_meeting(client: Client, submission: Submission) -> None:
    start = next_ten()
    answer = post_book(client, submission, start, guests=["boss@b.example"], notes="Hi.\r\nBye.")
    meeting = Meeting.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "meeting": str(meeting.uuid),
        "status": "Scheduled",
        "start": iso(start),
        "end": iso(start + timedelta(minutes=30)),
        "host": {"name": meeting.host.name},
        "location": "Remote",
        "meeting_url": None,
        "manage_url": f"https://meet.example/m/{meeting.manage_token}/",
    }
    assert (meeting.guests, meeting.notes, meeting.timezone) == (
        ["boss@b.example"],
        "Hi.\nBye.",
        "Europe/Berlin",
    )


def test_an_offset_is_as_good_as_z_and_the_zone_may_be_left_out(
    client: Client, submission: Submission
) -> None:
    start = next_ten().astimezone(UTC)
    body = {"start": start.strftime("%Y-%m-%dT") + "12:30:00+02:30"}
    answer = client.post(f"/b/{submission.booking_token}/book", body, content_type="application/json")
    assert (answer.status_code, answer.json()["start"]) == (201, iso(start))
    assert Meeting.objects.get().timezone == "Europe/Berlin"


def test_repeating_a_booking_gives_the_same_meeting(client: Client, submission: Submission) -> None:
    first, again = (post_book(client, submission, next_ten()) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())


def test_another_time_while_the_meeting_stands_is_refused(client: Client, submission: Submission) -> None:
    first = post_book(client, submission, next_ten()).json()
    answer = post_book(client, submission, next_ten() + timedelta(hours=1))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "already-booked")
    assert answer.json()["manage_url"] == first["manage_url"]


def test_after_a_cancellation_the_link_books_anew(client: Client, submission: Submission) -> None:
    post_book(client, submission, next_ten())
    Meeting.objects.update(status=Status.CANCELLED)
    assert post_book(client, submission, next_ten() + timedelta(hours=1)).status_code == 201


def test_a_taken_time_is_answered_with_the_next_free_ones(client: Client, submission: Submission) -> None:
    other = make_submission(submission.router)
    start = next_ten()
    assert post_book(client, other, start).status_code == 201
    answer = post_book(client, submission, start)
    told = answer.json()
    assert (answer.status_code, told["status"], told["type"].endswith("/slot-taken")) == (409, 409, True)
    assert len(told["slots"]) == 10 and set(told["slots"][0]) == {"start", "end"}
    assert iso(start) not in {slot["start"] for slot in told["slots"]}
    assert post_book(client, submission, datetime.fromisoformat(told["slots"][0]["start"])).status_code == 201


@pytest.mark.parametrize(
    "off",
    [
        timedelta(minutes=7),
        timedelta(days=300),
        timedelta(days=-30),
        timedelta(hours=14),
        timedelta(microseconds=1),
    ],
)
def test_what_is_no_free_time_is_taken(client: Client, submission: Submission, off: timedelta) -> None:
    body = {"start": (next_ten() + off).isoformat()}
    answer = client.post(f"/b/{submission.booking_token}/book", body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "slot-taken")


# --- the page ----------------------------------------------------------------------------------------------


def test_the_page_shows_days_then_times_then_the_confirmation(client: Client, submission: Submission) -> None:
    start = next_ten()
    step = f"?timezone=Europe%2FBerlin&month={start:%Y-%m}&day={start.date()}"
    month = page_of(client, submission, f"?month={start:%Y-%m}")
    assert 'data-step="day"' in month and f'href="{step}"'.replace("&", "&amp;") in month
    times = page_of(client, submission, step)
    assert 'data-step="time"' in times and f'data-start="{iso(start)}"' in times
    confirm = page_of(client, submission, f"{step}&start={iso(start)}")
    assert 'data-step="confirm"' in confirm and f'name="start" value="{iso(start)}"' in confirm
    assert submission.prospect and submission.prospect.email in confirm


def test_nobody_is_named_before_the_booking(client: Client, submission: Submission) -> None:
    names = [host.name for host in submission.workspace.hosts.all()]
    pages = page_of(client, submission) + page_of(client, submission, f"?start={iso(next_ten())}")
    assert names and not any(name in pages for name in names)


@pytest.mark.parametrize(
    ("language", "clock", "first_weekday"),
    [("en-US", "11:00 AM", "Sunday"), ("en-GB", "11:00 AM", "Monday"), ("xx", "11:00 AM", "Sunday")],
)
def test_times_and_weeks_are_as_the_visitors_language_has_them(
    client: Client, submission: Submission, language: str, clock: str, first_weekday: str
) -> None:
    query = f"?day={next_ten().date()}&timezone=Etc/GMT-1"
    page = page_of(client, submission, query, **{"Accept-Language": language})
    assert f">{clock}</a>" in page
    assert re.findall(r'<abbr title="(\w+)"', page)[0] == first_weekday


def test_the_first_month_with_free_times_is_shown(client: Client) -> None:
    workspace = make_workspace()
    kind = make_meeting_type(workspace, minimum_notice=45 * 24 * 60, horizon_days=60)
    submission = make_submission(make_router(workspace, meeting_type=kind))
    first = timezone.now() + timedelta(days=45)
    page = page_of(client, submission)
    assert 'class="day free' in page
    assert any(month in page for month in (f"{first:%B %Y}", f"{first + timedelta(days=7):%B %Y}"))


def test_an_empty_day_offers_the_next_free_one(client: Client, submission: Submission) -> None:
    saturday = next_ten() + timedelta(days=(5 - next_ten().weekday()) % 7)
    page = page_of(client, submission, f"?day={saturday.date()}")
    assert "No time is free on this day." in page and "Next free:" in page


def test_a_time_that_went_is_said_and_the_day_stays(client: Client, submission: Submission) -> None:
    start = next_ten()
    book(
        make_submission(submission.router),
        start=start,
        timezone="UTC",
        guests=[],
        notes="",
        now=timezone.now(),
    )
    form = {"start": iso(start), "timezone": "UTC", "notes": "Hello"}
    answer = client.post(f"/b/{submission.booking_token}/book", form, headers=BROWSER)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This time is no longer free" in page
    assert f'data-start="{iso(start + timedelta(minutes=30))}"' in page
    assert f'data-start="{iso(start)}"' not in page


def test_a_team_without_free_times_says_so(client: Client) -> None:
    workspace = make_workspace(name="Acme Inc.")
    team = make_team(workspace, [make_host(workspace, working=False)])
    submission = make_submission(make_router(workspace, default_team=team))
    assert "There is no free time at the moment" in page_of(client, submission)
    answer = post_book(client, submission, next_ten())
    assert (answer.status_code, answer.json()["slots"]) == (409, [])


def test_a_browsers_booking_leads_to_the_meetings_page(client: Client, submission: Submission) -> None:
    form = {"start": iso(next_ten()), "timezone": "UTC", "guests": "a@b.example, c@d.example\nA@b.example"}
    answer = client.post(f"/b/{submission.booking_token}/book", form, headers=BROWSER)
    meeting = Meeting.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"http://testserver/m/{meeting.manage_token}/",
    )
    assert meeting.guests == ["A@b.example", "c@d.example"]
    assert "You have already booked" in page_of(client, submission)


def test_a_browsers_faulty_booking_keeps_what_was_typed(client: Client, submission: Submission) -> None:
    form = {"start": iso(next_ten()), "timezone": "UTC", "guests": "no<body", "notes": "Hello & bye"}
    answer = client.post(f"/b/{submission.booking_token}/book", form, headers=BROWSER)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“no&lt;body” is not an e-mail address." in page and "Hello &amp; bye" in page


def test_the_visitors_zone_can_be_searched_for(client: Client, submission: Submission) -> None:
    page = page_of(client, submission, f"?show=zones&search=new+york&day={next_ten().date()}")
    assert "timezone=America%2FNew_York" in page and f"day={next_ten().date()}" in page
    assert "Europe" not in page.partition("zone-list")[2]
    assert "New York" in page_of(client, submission, "?timezone=America/New_York")


def test_a_page_costs_few_queries(client: Client, submission: Submission) -> None:
    start = next_ten()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_of(client, submission, f"?day={start.date()}")
    assert len(queries) <= 8, [query["sql"] for query in queries]
