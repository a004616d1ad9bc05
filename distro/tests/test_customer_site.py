"""The demo's customer site: its form, and the mails beside it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from distro import ports
from distro.testing.programs import Program


@pytest.fixture
def facts(tmp_path: Path) -> dict[str, Any]:
    """A site whose form asks one question of each sort."""
    asked = {"required": False, "options": []}
    fields = [
        asked | {"key": "email", "label": "E-mail", "type": "email", "required": True},
        asked | {"key": "plan", "label": "Which <plan>?", "type": "select", "options": ["A & B", "C"]},
        asked | {"key": "modes", "label": "Modes", "type": "multiselect", "options": ["Sea", "Air"]},
        asked | {"key": "campaign", "label": "campaign", "type": "hidden"},
    ]
    folder = tmp_path / "mail"
    folder.mkdir()
    distro = "http://127.0.0.1:8000"
    return {
        "company": "Hull & Keel",
        "distro": distro,
        "router": "sales",
        "fields": fields,
        "mail": str(folder),
    }


@pytest.fixture
def site(facts: dict[str, Any], tmp_path: Path) -> Iterator[str]:
    """The address of a running site."""
    port, file = ports.any_free(), tmp_path / "facts.json"
    file.write_text(json.dumps(facts))
    program = Program("site", [sys.executable, "-m", "distro.demo.site", str(port), str(file)])
    program.start()
    program.wait_until_answering(port)
    yield f"http://127.0.0.1:{port}"
    program.stop()


def read(url: str) -> str:
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_the_form_asks_what_the_router_asks_and_is_marked_for_distro(site: str) -> None:
    page = read(f"{site}/")
    assert '<form method="post" action="/thanks/" id="sales" data-distro="sales">' in page
    assert '<script src="http://127.0.0.1:8000/embed.js" data-router="sales" async></script>' in page
    names = set(re.findall(r' name="(\w+)"', page)) - {"viewport", "button"}
    assert names == {"email", "plan", "modes", "campaign"}
    assert page.count('type="checkbox"') == 2


def test_the_form_in_the_page_and_the_call_have_pages_of_their_own(site: str) -> None:
    assert '<div data-distro-inline="sales">' in read(f"{site}/inline/")
    assert '<script src="/static/site.js"></script>' in read(f"{site}/call/")
    assert "Distro.open(" in read(f"{site}/static/site.js")


def test_the_site_hears_of_its_leads_itself(site: str) -> None:
    assert "No lead yet" in read(f"{site}/leads/")
    sent = {"email": "first@x.example", "modes": ["Sea", "<b>"]}
    answer = requests.post(f"{site}/thanks/", data=sent, timeout=10)
    assert (answer.status_code, answer.url) == (200, f"{site}/thanks/")
    requests.post(f"{site}/leads/", data={"email": "second@x.example"}, timeout=10)
    told = re.findall(r"<dd>(.*?)</dd>", read(f"{site}/leads/"))
    assert told == ["second@x.example", "first@x.example", "Sea", "&lt;b&gt;"]


def test_what_people_wrote_is_text_and_never_markup(site: str) -> None:
    page = read(f"{site}/")
    assert "Which &lt;plan&gt;?" in page
    assert "A &amp; B" in page
    assert "Hull &amp; Keel" in page


def test_mails_are_shown_newest_first_with_links_and_attachments(site: str, facts: dict[str, Any]) -> None:
    assert "No mail yet" in read(f"{site}/mail/")
    backend = EmailBackend(file_path=facts["mail"])
    for subject in ("First", "Second"):
        mail = EmailMessage(
            subject,
            "Grüße von Tomás <b>\nhttp://127.0.0.1:1/m/x/ \n",
            "distro@example.com",
            ["ann@example.com"],
        )
        mail.attach("invite.ics", "BEGIN:VCALENDAR", "text/calendar")
        backend.send_messages([mail])
    page = read(f"{site}/mail/")
    assert re.findall(r"<b>(\w+)</b>", page) == ["Second", "First"]
    assert page.count("<li>invite.ics</li>") == 2
    assert page.count("Grüße von Tomás &lt;b&gt;") == 2
    assert page.count('<a href="http://127.0.0.1:1/m/x/">') == 2
    assert "to ann@example.com" in page


def test_there_is_nothing_else(site: str) -> None:
    assert requests.get(f"{site}/static/site.py", timeout=10).status_code == 404
    assert requests.get(f"{site}/static/%2e%2e%2fsite.py", timeout=10).status_code == 404
    assert requests.post(f"{site}/mail/", timeout=10).status_code == 405
