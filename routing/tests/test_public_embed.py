"""The snippet's address and the empty shell: how they are sent, and to whom the shell listens."""

from __future__ import annotations

import gzip
import html
import json
import re

import pytest
from django.test import Client

from distro.testing.factories import make_router, make_workspace
from routing.models import FieldType, FormField

SITE = "https://www.acme.example"
TEN_KILOBYTES = 10_000


def test_the_snippet_is_a_small_script_for_every_site(client: Client) -> None:
    answer = client.get("/embed.js", headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.content) < TEN_KILOBYTES
    assert not answer.cookies
    assert gzip.decompress(answer.content) == client.get("/embed.js").content


def test_the_snippet_brings_nothing_along_and_keeps_nothing(client: Client) -> None:
    text = client.get("/embed.js").content.decode()
    found = re.findall(
        r"\bimport\b|\brequire\(|document\.cookie|localStorage|sessionStorage|innerHTML|eval\(", text
    )
    assert found == []


def test_the_snippet_is_asked_for_again_within_minutes_and_then_sent_only_if_new(client: Client) -> None:
    first = client.get("/embed.js")
    assert first.headers["Cache-Control"].startswith("public, max-age=300,")
    again = client.get("/embed.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/embed.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_snippet_is_only_read(client: Client) -> None:
    assert client.head("/embed.js").status_code == 200
    refused = client.post("/embed.js")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db
def test_the_shell_has_the_headers_of_the_form(client: Client) -> None:
    router = make_router(make_workspace(allowed_origins=[SITE]), default_redirect="https://a.example/x")
    form, shell = client.get(f"/r/{router.key}/"), client.get(f"/r/{router.key}/frame")
    assert shell.status_code == 200
    assert dict(shell.headers) | {"Content-Length": ""} == dict(form.headers) | {"Content-Length": ""}
    assert f"frame-ancestors 'self' {SITE};" in shell.headers["Content-Security-Policy"] + ";"
    assert not shell.cookies


@pytest.mark.django_db
def test_the_shell_knows_the_forms_fields_and_whom_to_listen_to(client: Client) -> None:
    router = make_router(make_workspace(allowed_origins=[f"{SITE.upper()}/", "no origin"]))
    FormField.objects.create(form=router.form, key="topics", type=FieldType.MULTISELECT, options=["A"])
    page = client.get(f"/r/{router.key}/frame").content.decode()
    fields = json.loads(html.unescape(re.search('data-fields="([^"]*)"', page)[1]))
    assert (fields["email"], fields["topics"], fields["employees"]) == ("email", "multiselect", "number")
    assert f'<meta name="distro-origins" content="{SITE}">' in page


@pytest.mark.django_db
def test_there_is_no_shell_of_an_unknown_router(client: Client) -> None:
    answer = client.get("/r/unknown/frame", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
