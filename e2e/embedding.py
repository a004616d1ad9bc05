"""What journeys through a customer's page share: the router that the site may use, the dialog, what the page heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from pytest_django import Settings

from distro.testing.factories import make_form, make_router, make_workspace
from e2e.chromium import chromium
from e2e.customer_site import Site, serve
from routing.models import FieldType, FormField, Router

WIDE = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Berlin", "locale": "en-US"}
HEARD = """addEventListener("load", () => {
  window.heard = [];
  for (const name of ["submitted", "booked", "closed", "error"])
    document.addEventListener(`distro:${name}`, (told) => heard.push([name, told.detail, told.target.nodeName]));
});"""
SENT = [("email", "pat@initech.example"), ("last_name", "Lee"), ("company", "Initech")]


@pytest.fixture(scope="module", name="browser")
def real_browser(django_db_setup: None) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        # Playwright keeps an event loop in this thread, which Django takes for a reason to refuse the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture(name="server")
def distro_server(live_server: Any, settings: Settings) -> str:
    """The address of the application, which knows it as its own."""
    settings.BASE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture(name="site")
def customer_site() -> Iterator[Site]:
    with serve(Site()) as running:
        yield running


@pytest.fixture(name="router")
def site_router(server: str, site: Site) -> Router:
    """A router that the site may use; its form has a question of several answers and a tick."""
    workspace = make_workspace(name="Acme Inc.", allowed_origins=[site.url])
    form = make_form(workspace, name="Contact sales")
    topics = {"label": "Topics", "type": FieldType.MULTISELECT, "options": ["A", "B", "C"]}
    FormField.objects.create(form=form, position=8, key="topics", **topics)
    FormField.objects.create(form=form, position=9, key="news", label="News", type=FieldType.CHECKBOX)
    router = make_router(workspace, form=form)
    router.meeting_type.title = "Demo: {company} and Acme"
    router.meeting_type.save()
    return router


def fill(page: Page, email: str = "pat@initech.example") -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Last name").fill("Lee")
    page.get_by_label("Company").fill("Initech")


def dialog(page: Page) -> FrameLocator:
    """The page inside the dialog, once there is one."""
    expect(page.get_by_role("dialog")).to_be_visible()
    return page.frame_locator("dialog[open] iframe")


def book_in(frame: FrameLocator) -> None:
    expect(frame.get_by_role("heading", level=1)).to_have_text("Demo: Initech and Acme")
    frame.locator(".day.free").last.click()
    frame.locator(".time").first.click()
    frame.get_by_role("button", name=re.compile("^Book ")).click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Your meeting is booked")
