"""The headers that every page carries, and how a page widens them for itself alone."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from distro.headers import HeadersMiddleware, allow_sources

BASE = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def headers_of(response: HttpResponse) -> dict[str, str]:
    return dict(HeadersMiddleware(lambda request: response)(RequestFactory().get("/")).headers)


def test_page_says_nothing_and_is_framed_by_nobody():
    headers = headers_of(HttpResponse())
    assert headers["Content-Security-Policy"] == BASE
    assert headers["X-Frame-Options"] == "DENY"


def test_page_that_may_be_framed_has_no_frame_options():
    response = allow_sources(HttpResponse(), "frame-ancestors", ["'self'", "https://www.acme.example"])
    headers = headers_of(response)
    assert headers["Content-Security-Policy"] == BASE.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self' https://www.acme.example"
    )
    assert "X-Frame-Options" not in headers


def test_sources_are_added_once_and_to_one_page_only():
    response = allow_sources(HttpResponse(), "form-action", ["https://login.salesforce.com", "'self'"])
    allow_sources(response, "form-action", ["https://login.salesforce.com"])
    policy = headers_of(response)["Content-Security-Policy"]
    assert policy == BASE.replace("form-action 'self'", "form-action 'self' https://login.salesforce.com")
    assert headers_of(HttpResponse())["Content-Security-Policy"] == BASE


@pytest.mark.parametrize("source", ["https://a.example; script-src *", "a b", "x,y", "x\ny", ""])
def test_source_that_would_end_its_directive_is_left_out(source):
    headers = headers_of(allow_sources(HttpResponse(), "frame-ancestors", [source]))
    assert headers["Content-Security-Policy"] == BASE
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/nothing-here/", "/admin/"])
def test_every_answer_carries_them(address):
    response = Client().get(address)
    wanted = {
        "Content-Security-Policy": BASE,
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    given = {name: response.headers.get(name) for name in wanted}
    policy = given.pop("Content-Security-Policy")
    del wanted["Content-Security-Policy"]
    assert given == wanted
    assert "frame-ancestors 'none'" in policy
