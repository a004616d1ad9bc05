"""Distro as seen from outside: over HTTP, as the browser of a person does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests
from django.conf import settings

from crm_sync.models import SyncRun


class Forms(HTMLParser):
    """The forms of a page: each with its action and the values of its named inputs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append({"action": given.get("action") or "", "values": {}})
        elif tag in ("input", "select", "textarea") and self.found and given.get("name"):
            self.found[-1]["values"].setdefault(given["name"], given.get("value") or "")


class Person:
    """Somebody with a browser: cookies, forms, redirects."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(urljoin(self.base, path), timeout=20, **more)

    def submit_form(self, page: requests.Response, field: str, **values: str) -> requests.Response:
        """Fill in and send the page's form that has `field`, following redirects wherever they lead."""
        form = next(form for form in Forms(page.text).found if field in form["values"])
        target = urljoin(page.url, form["action"] or page.url)
        headers = {"Referer": page.url, "Origin": self.base}
        return self.session.post(target, data=form["values"] | values, headers=headers, timeout=20)

    def sign_in(self, login: str, password: str) -> None:
        self.submit_form(self.get("/accounts/login/"), "login", login=login, password=password)

    def connect(self, slug: str) -> requests.Response:
        """Connect a workspace to the org at SALESFORCE_LOGIN_URL, which approves by itself."""
        return self.submit_form(self.get(f"/integrations/?workspace={slug}"), "host", host="production")


class Org:
    """The sandbox org's control address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = requests.request(method, f"{self.url}/__sandbox/{path}", timeout=20, **more)
        answer.raise_for_status()
        return answer.json()

    def records(self, sobject: str, **fields: str) -> list[dict[str, Any]]:
        """Every record of an object whose fields have these values, hidden fields included."""
        answer = self.ask("GET", f"records/{sobject}", params=fields)
        return list(answer["records"] if isinstance(answer, dict) else answer)

    def calls(self) -> list[dict[str, Any]]:
        """Every API call since the last reset; a Composite is one."""
        return list(self.ask("GET", "calls")["calls"])


def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a post that succeeded."""
    answer = requests.post(f"{settings.BASE_URL}{path}", json=body, timeout=20)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def free_times(booking_url: str) -> list[dict[str, str]]:
    """The free times of a booking link, from now to the horizon."""
    today = datetime.now(UTC).date()
    query = {"from": str(today), "to": str(today + timedelta(days=14)), "timezone": "Europe/Berlin"}
    return list(requests.get(f"{booking_url}slots", params=query, timeout=20).json()["slots"])


def all_done() -> bool:
    """Whether nothing is left that Salesforce should hear of."""
    return not SyncRun.objects.exclude(state="done").exists()
