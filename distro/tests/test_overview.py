"""What the admin's first page says of Salesforce: what waits, for whom, and when there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from distro.testing.factories import (
    make_connection,
    make_member,
    make_router,
    make_run,
    make_submission,
    make_workspace,
)
from routing.models import Role, Workspace

pytestmark = pytest.mark.django_db
CARD = '<a href="/integrations/?workspace=acme">'


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(slug="acme")


def needs_somebody(workspace: Workspace) -> tuple[str, str]:
    """The section's markup, and its words."""
    client = Client()
    client.force_login(make_member(workspace, Role.OWNER).user)
    section = client.get("/admin/").content.decode().split('id="needs-somebody"')[1].split("</section>")[0]
    markup = section.split('panel-body">')[1]
    return markup, " ".join(unescape(strip_tags(markup)).split())


def runs(workspace: Workspace, count: int, **more: Any) -> None:
    router = make_router(workspace)
    for _ in range(count):
        make_run(make_submission(router), **more)


@pytest.mark.parametrize(
    ("count", "more", "said"),
    [
        (3, {"attempts": 1}, "3 wait and are tried again by themselves."),
        (1, {"error_message": "Salesforce is busy"}, "1 waits and is tried again by itself."),
        (2, {"due_at": datetime.now(UTC) - timedelta(hours=1)}, "2 wait and are tried again by themselves."),
        (2, {}, "Nothing. Salesforce has heard of everything that it was told."),
        (0, {}, "Nothing. Salesforce has heard of everything that it was told."),
    ],
)
def test_a_connected_workspace_hears_of_what_is_tried_again(workspace, count, more, said):
    make_connection(workspace)
    runs(workspace, count, **{"state": "waiting", "due_at": datetime.now(UTC), **more})
    assert needs_somebody(workspace)[1] == said


def test_a_workspace_without_salesforce_is_told_so(workspace):
    markup, words = needs_somebody(workspace)
    assert (words, CARD in markup) == ("Salesforce is not connected.", True)


def test_a_broken_connection_is_one_line_whatever_waits_behind_it(workspace):
    make_connection(workspace, state="broken")
    runs(workspace, 3, state="needs_reconnecting", error_message="The session is over")
    markup, words = needs_somebody(workspace)
    assert (words, CARD in markup) == ("Reconnect Salesforce: 3 things wait.", True)
