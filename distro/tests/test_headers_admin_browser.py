"""The admin in a real browser: its pages keep to the policy, their scripts run, and a phone shows them whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from playwright.sync_api import Page

from distro.tenancy import TenantAdmin
from distro.testing import factories
from e2e.chromium import chromium
from routing.models import Router, Workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
# Written for a script of Django's that is no more; what it was for works without.
DASHBOARD_FAULTS = ("is not a function", "reading 'dataset'")


def signed_in(page: Page) -> Workspace:
    """Sign a superuser in, in a workspace with a row of everything."""
    workspace = factories.make_workspace()
    for model, admin_class in admin.site._registry.items():
        if isinstance(admin_class, TenantAdmin):
            factories.FACTORIES[model](workspace)
    client = Client()
    client.force_login(factories.make_user(is_superuser=True, is_staff=True))
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": settings.BASE_URL}])
    return workspace


@pytest.fixture
def page(web_server: Any, redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page on a phone; it must end without a script's error or a breach of the policy."""
    # Playwright runs an event loop in this thread, in which Django would refuse to look into the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE, base_url=settings.BASE_URL)
        page = context.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        yield page
        assert [one for one in complaints if not any(known in one for known in DASHBOARD_FAULTS)] == []


def address(model: type[Model], tail: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{tail}"


def test_every_page_keeps_to_the_policy_and_to_a_phones_width(page):
    signed_in(page)
    places = ["/admin/", "/admin/password_change/", "/admin/django_rq/dashboard/"]
    places += ["/admin/django_rq/dashboard/queues/0/", "/admin/due/duework/", "/admin/auth/user/"]
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, TenantAdmin):
            row = model._default_manager.order_by("pk").first()
            places += [address(model), address(model, f"{row.pk}/change/")]
            places += [address(model, "add/")] if model_admin.editors else []
    for place in places:
        answer = page.goto(place)
        assert answer and answer.status == 200, place
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], place


def test_rules_change_places_by_their_arrows_and_autocompletes_find(page):
    workspace = signed_in(page)
    router = factories.make_router(workspace)
    first, second = factories.make_distribution_rule(router), factories.make_distribution_rule(router)
    team = factories.make_team(workspace, name="Only one of this name")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address(Router, f"{router.pk}/change/"))
    page.locator("#distribution_rules-1 .sort .move-begin").click()
    page.locator("#select2-id_default_team-container").click()
    page.locator(".select2-search__field").fill("Only one")
    page.locator(".select2-results__option", has_text=team.name).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**{address(Router)}")
    router.refresh_from_db()
    assert list(router.distribution_rules.all()) == [second, first]
    assert router.default_team == team


def test_the_switcher_changes_the_workspace_by_itself(page):
    signed_in(page)
    factories.make_workspace(name="Zeta", slug="zeta")
    page.goto("/admin/")
    with page.expect_navigation():
        page.locator("#switch-workspace").select_option("zeta")
    page.goto("/admin/")
    assert page.locator("#switch-workspace").input_value() == "zeta"


def test_what_a_run_sent_is_readable_beside_the_other_columns(page):
    workspace = signed_in(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    run = factories.make_run(factories.make_submission(factories.make_router(workspace)))
    sent = {"LastName": "Montgomery-Featherstone", "Email": "alexandra@example.com", "LeadSource": "Web"}
    factories.make_step(
        run, fields=sent, state="failed", record_id="00Q000000000001AAA", message="Phone must be filled in"
    )
    page.goto(address(type(run), f"{run.pk}/change/"))
    values = page.locator("td dl.facts dd")
    one_line = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('td dl.facts dd')).lineHeight)"
    )
    heights = [round(one.bounding_box()["height"] / one_line) for one in values.all()]
    assert (sorted(values.all_inner_texts()), heights) == (sorted(sent.values()), [1, 1, 1])
