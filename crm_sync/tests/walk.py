"""A member's browser, walking from Distro to an org and back; the org runs in this process, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from crm_sync.sandbox.org import CLIENT_ID, CLIENT_SECRET, Org
from crm_sync.sandbox.serving import RunningOrg
from distro.testing.factories import make_member
from routing.models import Role, Workspace

CARD = "/integrations/"
PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture
def org(settings: Any) -> Iterator[Org]:
    """A fresh org that approves as its administrator, at SALESFORCE_LOGIN_URL."""
    with RunningOrg() as running:
        settings.SALESFORCE_LOGIN_URL = running.base_url
        settings.SALESFORCE_CLIENT_ID, settings.SALESFORCE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_FILES}}
        yield running


@pytest.fixture
def second_org(local_org: Org) -> Iterator[Org]:
    """Another organisation, at another loopback port."""
    with RunningOrg(Org(number=2, name="Other Inc.", approve=True)) as running:
        yield running


class Walker:
    """A signed-in member's browser."""

    def __init__(
        self, workspace: Workspace | None = None, role: str = Role.OWNER, user: User | None = None
    ) -> None:
        member = make_member(workspace, role, user)
        self.workspace, self.user = member.workspace, member.user
        self.client = Client(SERVER_NAME="127.0.0.1", SERVER_PORT="8000")
        self.client.force_login(self.user)

    def url(self, path: str = "", workspace: Workspace | None = None) -> str:
        return f"{CARD}{path}?workspace={(workspace or self.workspace).slug}"

    def page(self, workspace: Workspace | None = None) -> str:
        """The card's HTML, with white space made even."""
        return " ".join(self.client.get(self.url(workspace=workspace)).content.decode().split())

    def set_out(self, workspace: Workspace | None = None, **form: str) -> HttpResponse:
        """Post the connect form."""
        return self.client.post(self.url(workspace=workspace), {"host": "production", **form})

    def come_back(self, answer: HttpResponse) -> HttpResponse:
        """Follow a redirect to the org, which approves by itself, and back."""
        return self.client.get(after_org(answer["Location"]))

    def connect(self, workspace: Workspace | None = None, **form: str) -> HttpResponse:
        return self.come_back(self.set_out(workspace, **form))


def after_org(authorize_url: str) -> str:
    """Where the org sends the browser; the path and query of our own callback."""
    answer = requests.get(authorize_url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
