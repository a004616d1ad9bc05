"""What becomes of a meeting, in a real browser: another time, the message way out, the host's one-click page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from distro.testing.factories import (
    make_host,
    make_meeting_type,
    make_router,
    make_submission,
    make_team,
    make_workspace,
    next_ten,
)
from e2e.chromium import chromium, open_page
from routing.actions.book import book
from routing.models import Mail, Meeting, ProspectMessage, Status, Submission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Berlin", "locale": "en-US"}
PHONE = WIDE | {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
NO_SCRIPT = WIDE | {"java_script_enabled": False}
EVERYWHERE = pytest.mark.parametrize(
    ("name", "context"), [("wide", WIDE), ("phone", PHONE), ("no-script", NO_SCRIPT)]
)
WIDTHS = (320, 360, 700, 960, 1280)


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        # Playwright keeps an event loop in this thread, which Django takes for a reason to refuse the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def server(live_server: Any, settings: Settings) -> str:
    """The address of the application, which knows it as its own."""
    settings.BASE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def submission(server: str) -> Submission:
    workspace = make_workspace(name="Acme Inc.")
    kind = make_meeting_type(workspace, title="Demo: {company} and Acme")
    return make_submission(make_router(workspace, meeting_type=kind), timezone="UTC")


@pytest.fixture
def meeting(submission: Submission) -> Meeting:
    now = timezone.now()
    return book(submission, start=next_ten(), timezone="UTC", guests=[], notes="", now=now).meeting


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def pick(page: Page) -> None:
    """The last free day of the month shown, and its last time."""
    page.locator(".day.free").last.click()
    expect(page.locator("main")).to_have_attribute("data-step", "time")
    page.locator(".time").last.click()
    expect(page.locator("main")).to_have_attribute("data-step", "confirm")


@EVERYWHERE
def test_booked_then_moved_then_cancelled(
    browser: Browser, server: str, submission: Submission, name: str, context: dict[str, Any]
) -> None:
    with open_page(browser, f"life-{name}", **context) as page:
        page.goto(f"{server}/b/{submission.booking_token}/")
        page.locator(".day.free").last.click()
        page.locator(".time").first.click()
        page.get_by_role("button", name=re.compile("^Book ")).click()
        heading(page).to_have_text("Your meeting is booked")
        first = Meeting.objects.get()
        page.get_by_role("link", name="Choose another time").click()
        expect(page.get_by_text("So far")).to_be_visible()
        pick(page)
        page.get_by_role("button", name=re.compile("^Move to ")).click()
        heading(page).to_have_text("Your meeting has a new time")
        moved = Meeting.objects.get()
        assert (moved.status, moved.host, moved.start > first.start) == (Status.RESCHEDULED, first.host, True)
        page.get_by_role("link", name="Cancel the meeting").click()
        page.get_by_role("button", name="Cancel the meeting").click()
        heading(page).to_have_text("This meeting was cancelled")
        page.get_by_role("link", name="Book again").click()
        expect(page.locator(".day.free").first).to_be_visible()
    assert Meeting.objects.get().status == Status.CANCELLED


def test_back_leads_out_of_moving_step_by_step(browser: Browser, server: str, meeting: Meeting) -> None:
    with open_page(browser, "moving-back", **PHONE) as page:
        page.goto(f"{server}/m/{meeting.manage_token}/")
        page.get_by_role("link", name="Choose another time").click()
        pick(page)
        assert "step=reschedule" in page.url
        for step in ("time", "day"):
            page.go_back()
            expect(page.locator("main")).to_have_attribute("data-step", step)
        page.go_back()
        heading(page).to_have_text("Your meeting is booked")
        page.go_forward()
        page.get_by_role("link", name="Keep this time").click()
        heading(page).to_have_text("Your meeting is booked")
    assert Meeting.objects.get().start == meeting.start


def test_a_new_time_can_be_looked_for_in_another_zone(
    browser: Browser, server: str, meeting: Meeting
) -> None:
    with open_page(browser, "moving-zone", **WIDE) as page:
        page.goto(f"{server}/m/{meeting.manage_token}/?step=reschedule")
        page.locator(".zone").click()
        page.get_by_role("link", name="Kolkata").click()
        expect(page.locator(".about")).to_contain_text("3:30 PM")
        pick(page)
        page.get_by_role("button", name=re.compile("^Move to ")).click()
        heading(page).to_have_text("Your meeting has a new time")


def test_a_meeting_cancelled_meanwhile_is_not_moved(browser: Browser, server: str, meeting: Meeting) -> None:
    with open_page(browser, "moving-late", **WIDE) as page:
        page.goto(f"{server}/m/{meeting.manage_token}/?step=reschedule")
        pick(page)
        Meeting.objects.update(status=Status.CANCELLED)
        page.get_by_role("button", name=re.compile("^Move to ")).click()
        expect(page.get_by_role("alert")).to_be_focused()
        heading(page).to_have_text("This meeting was cancelled")
        expect(page.get_by_role("link", name="Book again")).to_be_visible()


@EVERYWHERE
def test_when_no_time_suits_a_message_is_the_way_out(
    browser: Browser, server: str, submission: Submission, name: str, context: dict[str, Any]
) -> None:
    with open_page(browser, f"message-{name}", **context) as page:
        page.goto(f"{server}/b/{submission.booking_token}/")
        page.locator("a.way-out:visible").click()
        page.get_by_label("Your message").fill("   ")
        page.get_by_role("button", name="Send the message").click()
        expect(page.get_by_text("Please write which times would suit you.")).to_be_visible()
        page.get_by_label("Your message").fill("Mondays after six.")
        page.get_by_role("button", name="Send the message").click()
        heading(page).to_have_text("Your message was sent")
        page.get_by_role("link", name="Look at the times again").click()
        expect(page.locator(".day.free").first).to_be_visible()
    assert ProspectMessage.objects.get().text == "Mondays after six."
    assert "Mondays after six." in Mail.objects.get().text


def test_without_any_free_time_the_message_is_right_there(browser: Browser, server: str) -> None:
    workspace = make_workspace()
    team = make_team(workspace, [make_host(workspace, working=False)])
    submission = make_submission(make_router(workspace, default_team=team), timezone="UTC")
    with open_page(browser, "message-nothing", **PHONE) as page:
        page.goto(f"{server}/b/{submission.booking_token}/")
        page.get_by_label("Your message").fill("Any time in January.")
        page.get_by_role("button", name="Send the message").click()
        heading(page).to_have_text("Your message was sent")


@EVERYWHERE
def test_a_host_marks_a_no_show_and_takes_it_back(
    browser: Browser, server: str, meeting: Meeting, name: str, context: dict[str, Any]
) -> None:
    address = re.search(r"\S+/h/\S+", Mail.objects.get(kind="booked_host").text)
    assert address
    with open_page(browser, f"host-{name}", **context) as page:
        page.goto(address[0])
        heading(page).to_have_text("This meeting is still to come")
        expect(page.get_by_role("button", name="Mark as a no-show")).to_be_hidden()
        page.get_by_text("No-show", exact=True).click()
        page.get_by_role("button", name="Mark as a no-show").click()
        heading(page).to_have_text("This meeting is marked as a no-show")
        assert Meeting.objects.get().status == Status.NO_SHOW
        page.get_by_role("button", name="Undo").click()
        heading(page).to_have_text("This meeting is still to come")
        assert Meeting.objects.get().status == Status.SCHEDULED
        end = timezone.now() - timedelta(minutes=5)
        Meeting.objects.update(start=end - timedelta(minutes=30), end=end)
        page.reload()
        page.get_by_role("button", name="Completed").click()
        heading(page).to_have_text("This meeting is completed")
    assert Meeting.objects.get().status == Status.COMPLETED


def test_pages_fit_every_width_and_their_targets_a_finger(
    browser: Browser, server: str, submission: Submission, meeting: Meeting
) -> None:
    other = make_submission(submission.router, timezone="UTC")
    start = next_ten() + timedelta(hours=1)
    moving = f"/m/{meeting.manage_token}/?step=reschedule&day={start.date()}"
    paths = [moving, f"{moving}&start={start:%Y-%m-%dT%H:%M:%SZ}", f"{moving}&show=zones"]
    paths += [f"/b/{other.booking_token}/?step=message", f"/h/{meeting.host_token}/"]
    small = """() => [...document.querySelectorAll('a.day, a.time, a.arrow, .button, .back, .zone, .way-out,'
        + ' textarea, .zones li a')].filter(one => one.offsetParent && one.offsetHeight < 44)
        .map(one => one.outerHTML)"""
    with open_page(browser, "life-widths", **WIDE) as page:
        for path in paths:
            page.goto(server + path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 740})
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{path} is {wide} wide on {width}"
            assert page.evaluate(small) == [], path
