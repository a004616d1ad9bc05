"""A prospect in a real browser: form, time, confirmation, their own page, cancellation."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from distro.testing.factories import (
    make_distribution_rule,
    make_form,
    make_router,
    make_submission,
    make_workspace,
    next_ten,
)
from e2e.chromium import chromium, open_page
from routing.actions.book import book
from routing.models import FieldType, FormField, Meeting, Router, Status, Submission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Berlin", "locale": "en-US"}
PHONE = WIDE | {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WIDTHS = (320, 360, 640, 699, 700, 768, 959, 960, 1280)


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
def router(server: str) -> Router:
    workspace = make_workspace(name="Acme Inc.")
    form = make_form(workspace, name="Contact sales")
    FormField.objects.create(
        form=form, position=9, key="topics", label="Topics", type=FieldType.MULTISELECT, options=["A", "B"]
    )
    router = make_router(workspace, form=form)
    router.meeting_type.title = "Demo: {company} and Acme"
    router.meeting_type.save()
    return router


@pytest.fixture
def submission(router: Router) -> Submission:
    return make_submission(router, timezone="UTC")


def fill_form(page: Page, address: str) -> None:
    """Fill in the hosted form and send it, at the pace of a person."""
    page.goto(address)
    page.get_by_label("email").fill("pat@initech.example")
    page.get_by_label("last_name").fill("Lee")
    page.get_by_label("company").fill("Initech")
    page.get_by_label("A", exact=True).check()
    time.sleep(1.1)
    page.get_by_role("button", name="See available times").click()


def choose_day_and_time(page: Page) -> None:
    """The last free day of the month shown first, and its first time."""
    page.locator(".day.free").last.click()
    expect(page.locator("main")).to_have_attribute("data-step", "time")
    page.locator(".time").first.click()
    expect(page.locator("main")).to_have_attribute("data-step", "confirm")


def book_and_cancel(page: Page) -> None:
    """From the booking page to the cancelled meeting."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Demo: Initech and Acme")
    choose_day_and_time(page)
    page.get_by_label("Guests").fill("boss@initech.example")
    page.get_by_label("Notes").fill("Bring the numbers.")
    page.get_by_role("button", name=re.compile("^Book ")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your meeting is booked")
    assert page.url.endswith(f"/m/{Meeting.objects.get().manage_token}/")
    page.get_by_role("link", name="Cancel the meeting").click()
    page.get_by_label("Reason").fill("Ill")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This meeting was cancelled")
    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.cancel_reason) == (Status.CANCELLED, "Ill")
    assert (meeting.guests, meeting.notes) == (["boss@initech.example"], "Bring the numbers.")
    assert meeting.submission.answers["topics"] == ["A"]


@pytest.mark.parametrize(
    ("name", "context"),
    [("wide", WIDE), ("phone", PHONE), ("no-script", WIDE | {"java_script_enabled": False})],
)
def test_from_the_form_to_a_meeting_and_back(
    browser: Browser, server: str, router: Router, name: str, context: dict[str, Any]
) -> None:
    with open_page(browser, f"journey-{name}", **context) as page:
        fill_form(page, f"{server}/r/{router.key}/?utm_source=ad")
        book_and_cancel(page)
    submission = Submission.objects.get()
    assert submission.utm == {"source": "ad"}
    assert submission.timezone == ("" if name == "no-script" else "Europe/Berlin")


def test_faults_of_the_form_are_named_and_led_to(browser: Browser, server: str, router: Router) -> None:
    with open_page(browser, "form-faults", **WIDE) as page:
        page.goto(f"{server}/r/{router.key}/")
        page.get_by_label("email").fill("nobody")
        time.sleep(1.1)
        page.keyboard.press("Enter")
        summary = page.get_by_role("alert")
        expect(summary).to_be_focused()
        expect(page.get_by_label("email")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("email")).to_have_value("nobody")
        summary.get_by_role("link", name="last_name").click()
        assert page.evaluate("document.activeElement.id") == "field-last_name"


def test_a_phone_goes_step_by_step_and_back(browser: Browser, server: str, submission: Submission) -> None:
    with open_page(browser, "phone-steps", **PHONE) as page:
        page.goto(f"{server}/b/{submission.booking_token}/")
        expect(page.locator(".times")).to_be_hidden()
        choose_day_and_time(page)
        expect(page.locator(".calendar")).to_be_hidden()
        page.go_back()
        expect(page.locator("main")).to_have_attribute("data-step", "time")
        expect(page.locator(".times")).to_be_visible()
        page.go_back()
        expect(page.locator("main")).to_have_attribute("data-step", "day")
        expect(page.locator(".calendar")).to_be_visible()
        page.go_forward()
        expect(page.locator("main")).to_have_attribute("data-step", "time")


def test_the_keyboard_alone_books(browser: Browser, server: str, submission: Submission) -> None:
    with open_page(browser, "keyboard", **WIDE) as page:
        page.goto(f"{server}/b/{submission.booking_token}/")
        page.locator(".day.free").last.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#day")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator(".time").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#confirm")).to_be_focused()
        for _ in range(3):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=re.compile("^Book "))).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your meeting is booked")


def test_a_time_taken_meanwhile_is_said_and_the_day_and_the_notes_stay(
    browser: Browser, server: str, router: Router, submission: Submission
) -> None:
    start = next_ten()
    with open_page(browser, "taken", **WIDE) as page:
        stamp = f"{start:%Y-%m-%dT%H:%M:%SZ}"
        page.goto(f"{server}/b/{submission.booking_token}/?timezone=UTC&start={stamp}")
        page.get_by_label("Notes").fill("Bring the numbers.")
        other = make_submission(router)
        book(other, start=start, timezone="UTC", guests=[], notes="", now=timezone.now())
        page.get_by_role("button", name=re.compile("^Book ")).click()
        expect(page.get_by_role("alert")).to_contain_text("no longer free")
        expect(page.locator(".day.chosen")).to_have_text(str(start.day))
        expect(page.locator(f'[data-start="{stamp}"]')).to_have_count(0)
        page.locator(f'[data-start="{start + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"]').click()
        expect(page.get_by_label("Notes")).to_have_value("Bring the numbers.")


def test_the_visitors_zone_is_found_and_can_be_changed(browser: Browser, server: str, router: Router) -> None:
    submission = make_submission(router, timezone="")
    with open_page(browser, "zones", **WIDE | {"timezone_id": "Asia/Tokyo"}) as page:
        page.goto(f"{server}/b/{submission.booking_token}/")
        expect(page.locator(".zone")).to_contain_text("Tokyo")
        page.locator(".zone").click()
        page.get_by_label("City or region").fill("kolka")
        expect(page.locator("[data-words]:visible")).to_have_count(1)
        page.get_by_role("link", name="Kolkata").click()
        expect(page.locator(".zone")).to_contain_text("Kolkata")
        assert "timezone=Asia%2FKolkata" in page.url


def test_pages_fit_every_width_and_their_targets_a_finger(
    browser: Browser, server: str, submission: Submission
) -> None:
    start = next_ten()
    meeting = book(
        make_submission(submission.router),
        start=start,
        timezone="UTC",
        guests=[],
        notes="n" * 300,
        now=timezone.now(),
    ).meeting
    booking = f"/b/{submission.booking_token}/?timezone=UTC&day={(start + timedelta(hours=1)).date()}"
    stamp = f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    paths = [f"/r/{submission.router.key}/", booking, f"{booking}&start={stamp}", f"{booking}&show=zones"]
    paths += [f"/m/{meeting.manage_token}/", f"/m/{meeting.manage_token}/?step=cancel", "/b/unknown/"]
    small = """() => [...document.querySelectorAll('a.day, a.time, a.arrow, .button, .back, .zone, select, .tick,'
        + ' textarea, input:not([type=hidden]):not([type=checkbox]):not(.trap *), .zones li a')]
        .filter(one => one.offsetParent && one.offsetHeight < 44).map(one => one.outerHTML)"""
    with open_page(browser, "widths", **WIDE) as page:
        for path in paths:
            page.goto(server + path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 740})
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{path} is {wide} wide on {width}"
            assert page.evaluate(small) == [], path


class SitePage(BaseHTTPRequestHandler):
    """A customer's page, whatever the path; `?frame=` names what it shows in a frame."""

    def do_GET(self) -> None:
        framed = unquote(urlsplit(self.path).query.removeprefix("frame="))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        frame = f'<iframe src="{escape(framed)}" width="1000" height="800"></iframe>' if framed else ""
        self.wfile.write(f"<!doctype html><title>Site</title><link rel=icon href=data:,>{frame}".encode())

    def log_message(self, *line: object) -> None:
        """Nobody reads along."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a customer's web site: another origin than Distro's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SitePage) as web:
        Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{web.server_port}"
        web.shutdown()


def test_an_allowed_site_shows_the_form_in_a_frame_and_a_redirect_leaves_it(
    browser: Browser, server: str, router: Router, site: str
) -> None:
    router.workspace.allowed_origins = [site]
    router.workspace.save()
    make_distribution_rule(router, assign_redirect=f"{site}/self-serve")
    with open_page(browser, "frame", **WIDE) as page:
        page.goto(f"{site}/contact?frame={quote(f'{server}/r/{router.key}/')}")
        frame = page.frame_locator("iframe")
        frame.get_by_label("email").fill("pat@initech.example")
        frame.get_by_label("last_name").fill("Lee")
        time.sleep(1.1)
        frame.get_by_role("button", name="See available times").click()
        page.wait_for_url(f"{site}/self-serve")


def test_another_site_shows_nothing_in_its_frame(
    browser: Browser, server: str, router: Router, site: str
) -> None:
    with browser.new_context() as visitor:
        page = visitor.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{site}/contact?frame={quote(f'{server}/r/{router.key}/')}")
        assert page.frame_locator("iframe").get_by_label("email").count() == 0
        assert any("frame-ancestors" in text for text in said)
