"""A customer's own form opens the booking page over the customer's page, and always reaches the customer."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from distro.testing.factories import make_distribution_rule
from e2e.chromium import open_page
from e2e.customer_site import Site, marked_form
from e2e.embedding import (  # noqa: F401 - the fixtures
    HEARD,
    SENT,
    WIDE,
    book_in,
    customer_site,
    dialog,
    distro_server,
    fill,
    real_browser,
    site_router,
)
from routing.models import Meeting, Router, Submission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = WIDE | {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(("name", "context"), [("wide", WIDE), ("phone", PHONE)])
def test_own_form_then_dialog_then_booked_then_the_form_goes_on_once(
    browser: Browser, server: str, router: Router, site: Site, name: str, context: dict[str, Any]
) -> None:
    more = """<label><input type="checkbox" name="topics" value="A"> A</label>
      <label><input type="checkbox" name="topics" value="C" checked> C</label>
      <label><input type="checkbox" name="news" checked> News</label>
      <input type="password" name="secret" value="x"><input type="hidden" name="csrf" value="t">"""
    site.pages["/"] = marked_form(server, router.key, more)
    with open_page(browser, f"embed-{name}", **context) as page:
        page.add_init_script(HEARD)
        page.goto(f"{site.url}/?utm_source=ad&utm_campaign=May&x=1")
        fill(page)
        page.get_by_label("A", exact=True).check()
        page.get_by_role("button", name="Send").click()
        frame = dialog(page)
        assert site.received == []
        book_in(frame)
        page.wait_for_function("heard.length == 2")
        told = page.evaluate("heard")
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thanks from the site")
    ticked = [("topics", "A"), ("topics", "C"), ("news", "on"), ("secret", "x"), ("csrf", "t")]
    assert site.received == [("/lead", [*SENT, *ticked, ("from", "footer")])]
    submission, meeting = Submission.objects.get(), Meeting.objects.get()
    assert submission.answers == {
        "email": "pat@initech.example",
        "first_name": None,
        "last_name": "Lee",
        "company": "Initech",
        "employees": None,
        "topics": ["A", "C"],
        "news": True,
    }
    assert (submission.utm, submission.timezone) == ({"source": "ad", "campaign": "May"}, "Europe/Berlin")
    assert submission.source_url == f"{site.url}/?utm_source=ad&utm_campaign=May&x=1"
    common = {"router": router.key, "submission": str(submission.uuid)}
    booked = {
        "meeting": str(meeting.uuid),
        "status": "Scheduled",
        "start": f"{meeting.start:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{meeting.end:%Y-%m-%dT%H:%M:%SZ}",
        "host": {"name": meeting.host.name},
    }
    assert told == [["submitted", common | {"outcome": "book"}, "FORM"], ["booked", common | booked, "FORM"]]


def test_closing_without_booking_lets_the_form_go_on(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.pages["/"] = marked_form(server, router.key)
    with open_page(browser, "embed-closed", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.keyboard.press("Enter")
        expect(dialog(page).get_by_role("heading", level=1)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", level=1)).to_have_text("Thanks from the site")
    assert site.received == [("/lead", [*SENT, ("from", "footer")])]
    assert Submission.objects.count() == 1


def test_the_dialog_is_there_at_once_and_keeps_the_page_behind_away(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.pages["/"] = marked_form(server, router.key)
    at_once = """() => { document.querySelector("button").click();
        const hosts = [...document.querySelectorAll("body > div")].filter((one) => one.shadowRoot);
        const open = hosts.flatMap((host) => [...host.shadowRoot.querySelectorAll("dialog[open]")]);
        return open.map((one) => [one.getAttribute("role"), one.ariaModal, one.ariaLabel]); }"""
    with open_page(browser, "embed-at-once", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        assert page.evaluate(at_once) == [["dialog", "true", "Choose a time"]]
        shown = page.get_by_role("dialog", name="Choose a time")
        box = shown.bounding_box()
        assert (box["width"], box["height"]) == (960, 640)
        assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
        expect(dialog(page).get_by_role("heading", level=1)).to_be_visible()
        focused = "document.querySelector('a').focus(); document.activeElement.nodeName"
        assert page.evaluate(focused) == "DIV", "the page behind is not inert"
        page.set_viewport_size({"width": 360, "height": 640})
        assert shown.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}


def test_the_keyboard_books_stays_in_the_dialog_and_comes_back(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    script = 'document.querySelector("form").addEventListener("submit", (submit) => submit.preventDefault());'
    site.files["/own.js"] = script
    site.pages["/"] = marked_form(server, router.key, '<script src="/own.js" defer></script>')
    where = "document.activeElement.shadowRoot?.activeElement?.nodeName"
    with open_page(browser, "embed-keyboard", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").focus()
        page.keyboard.press("Enter")
        frame = dialog(page)
        expect(frame.get_by_role("heading", level=1)).to_be_focused()
        seen = set()
        for _ in range(50):
            page.keyboard.press("Tab")
            page.wait_for_function(f"{where} !== undefined")
            seen.add(page.evaluate(where))
        assert seen == {"IFRAME", "BUTTON"}
        while page.evaluate(where) != "BUTTON":
            page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(where) == "IFRAME"
        frame.locator(".day.free").last.focus()
        page.keyboard.press("Enter")
        expect(frame.locator("#day")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(frame.locator("#confirm")).to_be_focused()
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Your meeting is booked")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name="Send")).to_be_focused()
        assert page.evaluate("document.documentElement.style.overflow") == ""
    assert Meeting.objects.count() == 1


def test_answers_that_the_router_refuses_are_completed_in_the_dialog(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.pages["/"] = marked_form(server, router.key, '<input name="topics" value="B">')
    # Not open_page: the browser complains that it moves no focus into a frame by itself, which our script does.
    with browser.new_context(**WIDE) as visitor:
        page = visitor.new_page()
        page.add_init_script(HEARD)
        page.goto(f"{site.url}/?utm_source=ad")
        page.get_by_label("E-mail").fill("pat@initech.example")
        page.get_by_role("button", name="Send").click()
        frame = dialog(page)
        expect(frame.get_by_role("alert")).to_contain_text("last_name")
        expect(frame.get_by_role("alert")).to_be_focused()
        expect(frame.get_by_label("email")).to_have_value("pat@initech.example")
        frame.get_by_label("last_name").fill("Lee")
        frame.get_by_label("company").fill("Initech")
        frame.get_by_role("button", name="See available times").click()
        book_in(frame)
        page.wait_for_function("heard.length == 3")
        told = page.evaluate("heard")
        assert [name for name, *_ in told] == ["error", "submitted", "booked"]
        assert (told[0][1]["code"], told[0][1]["status"]) == ("invalid", 422)
        assert list(told[0][1]["errors"]) == ["last_name"]
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thanks from the site")
    assert len(site.received) == 1
    submission = Submission.objects.get()
    assert (submission.answers["topics"], submission.utm) == (["B"], {"source": "ad"})


def test_who_is_turned_away_reads_why(browser: Browser, server: str, router: Router, site: Site) -> None:
    make_distribution_rule(router, assign_message="Our careers team will write.")
    site.pages["/"] = marked_form(server, router.key)
    with open_page(browser, "embed-message", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").click()
        expect(dialog(page).get_by_text("Our careers team will write.")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thanks from the site")
    assert len(site.received) == 1


def test_a_redirect_takes_the_whole_page_along_and_the_site_hears_of_the_lead(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    make_distribution_rule(router, assign_redirect=f"{site.url}/self-serve")
    site.pages["/"] = marked_form(server, router.key)
    with open_page(browser, "embed-redirect", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").click()
        page.wait_for_url(f"{site.url}/self-serve")
    assert site.received == [("/lead", [*SENT, ("from", "footer")])]


def test_leaving_with_the_dialog_open_sends_the_form_all_the_same(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.pages["/"] = marked_form(server, router.key)
    with open_page(browser, "embed-leaving", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").click()
        expect(dialog(page).get_by_role("heading", level=1)).to_be_visible()
        page.goto(f"{site.url}/elsewhere")
        time.sleep(0.3)
    assert site.received == [("/lead", [*SENT, ("from", "footer")])]


def test_replace_sends_nothing_to_the_site(browser: Browser, server: str, router: Router, site: Site) -> None:
    site.pages["/"] = marked_form(server, router.key, attributes="data-distro-replace")
    with open_page(browser, "embed-replace", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").click()
        expect(dialog(page).get_by_role("heading", level=1)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.url == f"{site.url}/"
    assert site.received == []
    assert Submission.objects.count() == 1


def test_the_same_answers_sent_twice_are_one_submission(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.pages["/"] = marked_form(server, router.key, attributes="data-distro-replace")
    with open_page(browser, "embed-twice", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        for _ in range(2):
            page.get_by_role("button", name="Send").click()
            expect(dialog(page).get_by_role("heading", level=1)).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
        assert Submission.objects.count() == 1
        page.get_by_label("Company").fill("Initrode")
        page.get_by_role("button", name="Send").click()
        expect(dialog(page).get_by_role("heading", level=1)).to_be_visible()
    assert Submission.objects.count() == 2
