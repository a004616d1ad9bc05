"""From the sign-in page to fields that are ready: gunicorn, a stock worker and the org, each its own process."""

from __future__ import annotations

import re

import pytest
import requests
from django.conf import settings

from crm_sync.models import SalesforceConnection
from distro.testing.factories import make_member, make_user
from distro.testing.programs import Program, SandboxOrg
from distro.testing.waiting import wait_for
from routing.models import Role

PASSWORD = "correct-horse-1"


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found, page[:500]
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_a_member_connects_and_the_worker_sets_the_org_up(
    sandbox_org: SandboxOrg, web_server: Program, worker: Program
) -> None:
    member = make_member(role=Role.OWNER, user=make_user("olive@acme.example", PASSWORD))
    card = f"{settings.BASE_URL}/integrations/?workspace={member.workspace.slug}"
    browser = requests.Session()
    page = browser.get(card, timeout=20)
    form = {"login": "olive@acme.example", "password": PASSWORD, "csrfmiddlewaretoken": token_in(page.text)}
    page = browser.post(page.url, data=form, timeout=20)
    assert page.url == card
    form = {"host": "production", "csrfmiddlewaretoken": token_in(page.text)}
    page = browser.post(card, data=form, timeout=20)
    assert (page.url, "Connected" in page.text) == (card, True)
    wait_for(lambda: "All 21 ready" in browser.get(card, timeout=20).text, "the fields are ready", seconds=40)
    connection = SalesforceConnection.objects.get()
    assert sandbox_org.control("GET", "")["organization_id"] == connection.org_id
    page = browser.get(card, timeout=20)
    form = {"csrfmiddlewaretoken": token_in(page.text)}
    browser.post(card.replace("/?", "/disconnect/?"), data=form, timeout=20)
    assert SalesforceConnection.objects.get().state == "disconnected"
