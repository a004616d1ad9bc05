"""The other ways onto a customer's page: scripts' forms, the call, the form in the page; refused, and Distro down."""

from __future__ import annotations

import json
import re
import time
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from distro import ports
from distro.demo.site import create_site, policy
from e2e.chromium import open_page
from e2e.customer_site import FIELDS, Site, marked_form
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

AJAX = """document.addEventListener("submit", async (submit) => {
  submit.preventDefault();
  submit.stopPropagation();
  const form = submit.target;
  const email = form.querySelector("[name=email]");
  email.setAttribute("aria-invalid", String(email.value.endsWith("@nowhere.example")));
  if (email.value.endsWith("@nowhere.example")) return;
  await fetch("/ajax", { method: "POST", body: new URLSearchParams(new FormData(form)) });
  form.remove();
});"""
HUBSPOT = """addEventListener("load", () => {
  const form = document.getElementById("hs");
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const { email, last_name, company } = Object.fromEntries(new FormData(form));
    await fetch("/hubspot", { method: "POST", body: new URLSearchParams({ email }) });
    const submissionValues = { email, lastname: last_name, company };
    postMessage({ type: "hsFormCallback", eventName: "onFormSubmitted", id: "1", data: { submissionValues } });
  });
});
addEventListener("message", ({ origin, data }) => {
  if (origin === location.origin && data.type === "hsFormCallback" && data.eventName === "onFormSubmitted") {
    Distro.open({ answers: data.data.submissionValues });
  }
});"""
MARKETO = """window.MktoForms2 = { whenReady: (ready) => addEventListener("load", () => {
  const form = document.getElementById("mkto");
  ready({ onSuccess: (act) => form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const { email, last_name, company } = Object.fromEntries(new FormData(form));
    await fetch("/marketo", { method: "POST", body: new URLSearchParams({ email }) });
    if (act({ Email: email, LastName: last_name, Company: company }, "/thanks") !== false) location.assign("/thanks");
  }) });
}) };
MktoForms2.whenReady((form) => form.onSuccess((values, followUpUrl) => {
  Distro.open({ answers: values }).then(() => { location.href = followUpUrl; });
  return false;
}));"""


def with_script(server: str, router: Router, body: str) -> str:
    return f'{body}<script src="{server}/embed.js" data-router="{router.key}" async></script>'


def test_a_form_that_a_script_sends_is_left_to_it(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.files["/own.js"] = AJAX
    site.pages["/"] = marked_form(server, router.key, '<script src="/own.js"></script>')
    with open_page(browser, "embed-ajax", **WIDE) as page:
        page.add_init_script(HEARD)
        page.goto(site.url)
        fill(page, "pat@nowhere.example")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("dialog")).to_have_count(0)
        fill(page)
        page.get_by_role("button", name="Send").click()
        book_in(dialog(page))
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        told = page.evaluate("heard")
    assert page.url.startswith(site.url)
    assert site.received == [("/ajax", SENT)]
    assert [name for name, *_ in told] == ["submitted", "booked", "closed"]
    assert told[2][1] == {
        "router": router.key,
        "submission": str(Submission.objects.get().uuid),
        "outcome": "book",
        "booked": True,
    }
    assert told[2][2] == "#document", "the form is gone, so the document tells"


def test_the_call_may_come_before_the_script(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    answers = {"email": "pat@initech.example", "last_name": "Lee", "company": "Initech", "topics": ["B"]}
    call = json.dumps({"router": router.key, "answers": answers | {"news": True, "employees": 40}})
    site.files["/own.js"] = (
        "window.Distro ||= { q: [], open(...call) { this.q.push(call); } };"
        f"Distro.open({call}); addEventListener('load', () => {{ window.result = Distro.open({call}); }});"
    )
    site.pages["/"] = with_script(server, router, '<script src="/own.js"></script>')
    with open_page(browser, "embed-call", **WIDE) as page:
        page.goto(site.url)
        book_in(dialog(page))
        page.keyboard.press("Escape")
        told = page.evaluate("window.result")
    submission = Submission.objects.get()
    assert told == {
        "router": router.key,
        "submission": str(submission.uuid),
        "outcome": "book",
        "booked": True,
    }
    given = {key: submission.answers[key] for key in ("topics", "news", "employees")}
    assert given == {"topics": ["B"], "news": True, "employees": 40}


@pytest.mark.parametrize(("form", "script"), [("hs", HUBSPOT), ("mkto", MARKETO)])
def test_forms_that_a_marketing_tool_draws_hand_over_what_they_sent(
    browser: Browser, server: str, router: Router, site: Site, form: str, script: str
) -> None:
    site.files["/tool.js"] = script
    body = f'<form id="{form}">{FIELDS}<button>Send</button></form><script src="/tool.js"></script>'
    site.pages["/"] = with_script(server, router, body)
    with open_page(browser, f"embed-{form}", **WIDE) as page:
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").click()
        book_in(dialog(page))
        page.get_by_role("button", name="Close").click()
        if form == "mkto":
            page.wait_for_url(f"{site.url}/thanks")
    assert [path for path, _ in site.received] == ["/hubspot" if form == "hs" else "/marketo"]
    assert Meeting.objects.get().submission.answers["last_name"] == "Lee"


def test_the_form_stands_in_the_page_as_high_as_it_is(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    inline = f'<div data-distro-inline="{router.key}" data-answer-company="Initech"><p>One moment</p></div><p>Below</p>'
    site.pages["/"] = with_script(server, router, inline)
    overflow = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
    with open_page(browser, "embed-inline", **WIDE) as page:
        page.add_init_script(HEARD)
        page.goto(f"{site.url}/?utm_source=ad")
        frame = page.frame_locator("[data-distro-inline] iframe")
        expect(frame.get_by_label("company")).to_have_value("Initech")
        expect(page.get_by_text("One moment")).to_be_hidden()
        frame.get_by_label("email").fill("pat@initech.example")
        frame.get_by_label("last_name").fill("Lee")
        form_height = page.locator("iframe").bounding_box()["height"]
        inner = next(one for one in page.frames if "/r/" in one.url)
        assert inner.evaluate(overflow) == 0
        time.sleep(1.1)
        frame.get_by_role("button", name="See available times").click()
        book_in(frame)
        page.wait_for_function("heard.length == 2")
        told = page.evaluate("heard")
        assert page.locator("iframe").bounding_box()["height"] != form_height
    assert [(name, target) for name, _, target in told] == [("submitted", "DIV"), ("booked", "DIV")]
    assert told[0][1]["outcome"] == "book"
    submission = Submission.objects.get()
    assert (submission.utm, submission.timezone) == ({"source": "ad"}, "Europe/Berlin")
    assert submission.source_url == f"{site.url}/?utm_source=ad"


def test_a_strict_policy_of_the_page_needs_to_name_distro_for_scripts_and_frames_alone(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.policy = policy(server)
    site.pages["/"] = marked_form(server, router.key, f'<div data-distro-inline="{router.key}"></div>')
    with open_page(browser, "embed-policy", **WIDE) as page:
        page.goto(site.url)
        expect(page.frame_locator("[data-distro-inline] iframe").get_by_label("company")).to_be_visible()
        page.locator("[data-distro] [name=email]").fill("pat@initech.example")
        page.locator("[data-distro] [name=last_name]").fill("Lee")
        page.locator("[data-distro] [name=company]").fill("Initech")
        page.get_by_role("button", name="Send").click()
        book_in(dialog(page))
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thanks from the site")


def send_and_wait(page: Page, site: Site) -> float:
    """Send the form; the seconds until the site's own page is there."""
    fill(page)
    started = time.monotonic()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thanks from the site", timeout=15000)
    assert site.received == [("/lead", [*SENT, ("from", "footer")])]
    return time.monotonic() - started


def test_a_site_that_is_not_allowed_is_told_why_and_keeps_its_form(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    router.workspace.allowed_origins = ["https://other.example"]
    router.workspace.save()
    site.pages["/"] = marked_form(
        server, router.key, f'<div data-distro-inline="{router.key}">Write to us</div>'
    )
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)

    with browser.new_context(**WIDE) as visitor:
        page = visitor.new_page()
        page.on("console", note)
        page.goto(site.url)
        expect(page.get_by_text("Write to us")).to_be_visible()
        page.wait_for_timeout(2500)
        assert page.locator("[data-distro-inline] iframe").count() == 0
        send_and_wait(page, site)
    ours = [text for text in said if text.startswith("Distro: ")]
    assert ours and f"allowed origins do not name {site.url}" in ours[0]
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("pattern", "is_slow", "most"),
    [
        ("**/embed.js", False, 2.0),
        ("**/frame", False, 5.0),
        ("**/frame", True, 6.0),
        ("**/submissions", False, 6.0),
        ("**/submissions", True, 10.0),
        ("**/b/**", False, 6.0),
    ],
)
def test_with_distro_down_or_slow_the_form_goes_on_by_itself(
    browser: Browser, server: str, router: Router, site: Site, pattern: str, is_slow: bool, most: float
) -> None:
    site.pages["/"] = marked_form(server, router.key)
    with browser.new_context(**WIDE) as visitor:
        page = visitor.new_page()
        page.route(pattern, lambda route: None if is_slow else route.abort())
        page.goto(site.url)
        assert send_and_wait(page, site) < most
        page.unroute_all(behavior="ignoreErrors")


def test_where_distro_replaces_the_form_a_fault_can_be_tried_again(
    browser: Browser, server: str, router: Router, site: Site
) -> None:
    site.pages["/"] = marked_form(server, router.key, attributes="data-distro-replace")
    with browser.new_context(**WIDE) as visitor:
        page = visitor.new_page()
        page.add_init_script(HEARD)
        page.route("**/submissions", lambda route: route.abort())
        page.goto(site.url)
        fill(page)
        page.get_by_role("button", name="Send").click()
        shown = page.get_by_role("dialog")
        expect(shown.get_by_role("alert")).to_contain_text("does not answer just now")
        page.unroute("**/submissions")
        shown.get_by_role("button", name="Try again").click()
        book_in(dialog(page))
        page.get_by_role("button", name="Close").click()
        told = [name for name, *_ in page.evaluate("heard")]
    assert told == ["error", "submitted", "booked", "closed"]
    assert (Submission.objects.count(), site.received) == (1, [])


def test_the_demos_customer_site_shows_all_three(
    browser: Browser, server: str, router: Router, tmp_path
) -> None:
    port = ports.any_free()
    origin = f"http://127.0.0.1:{port}"
    router.workspace.allowed_origins = [origin]
    router.workspace.save()
    fields = [
        {"key": row.key, "label": row.key, "type": row.type, "required": row.required, "options": row.options}
        for row in router.form.fields.all()
    ]
    facts = {
        "company": "Acme",
        "distro": server,
        "router": router.key,
        "fields": fields,
        "mail": str(tmp_path),
    }
    web = uvicorn.Server(uvicorn.Config(create_site(facts), host="127.0.0.1", port=port, log_level="error"))
    Thread(target=web.run, daemon=True).start()
    with open_page(browser, "embed-demo", **WIDE) as page:
        while not ports.answers(port):
            time.sleep(0.05)
        page.goto(origin)
        for name, text in SENT:
            page.locator(f"[name={name}]").fill(text)
        page.get_by_role("button", name="See available times").click()
        book_in(dialog(page))
        page.get_by_role("button", name="Close").click()
        page.wait_for_url(f"{origin}/thanks/")
        page.goto(f"{origin}/leads/")
        expect(page.get_by_text("pat@initech.example")).to_have_count(1)
        page.goto(f"{origin}/inline/")
        expect(page.frame_locator("iframe").get_by_role("button", name="See available times")).to_be_visible()
        page.goto(f"{origin}/call/")
        for name, text in SENT:
            page.locator(f"[name={name}]").fill(text.replace("pat", "sam"))
        page.get_by_role("button", name=re.compile("^Subscribe")).click()
        book_in(dialog(page))
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("status")).to_contain_text("will meet you")
    web.should_exit = True
    assert Meeting.objects.count() == 2
