"""Whom Distro takes a visitor for, whatever the headers say."""

from __future__ import annotations

import ipaddress

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from distro.proxies import ProxyMiddleware

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8:aaaa::/48")]


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as the application sees it behind the middleware."""
    requests: list[HttpRequest] = []

    def application(request: HttpRequest) -> HttpResponse:
        requests.append(request)
        return HttpResponse()

    ProxyMiddleware(application)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return requests[0]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "visitor"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, junk", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, <script>, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1,", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("2001:db8:aaaa::5", "2001:DB8::0001", "2001:db8::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "::ffff:10.9.9.9, 198.51.100.1, ::ffff:10.0.0.7", "198.51.100.1"),
        ("10.0.0.1", "999.1.1.1", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_visitor_is_the_last_address_no_trusted_proxy_has(settings, peer, forwarded_for, visitor):
    settings.TRUSTED_PROXIES = PROXIES
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
    assert seen(peer, **headers).META["REMOTE_ADDR"] == visitor


def test_without_trusted_proxies_the_header_is_never_believed(settings):
    settings.TRUSTED_PROXIES = []
    assert seen("127.0.0.1", **{"X-Forwarded-For": "198.51.100.1"}).META["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "proto", "secure"),
    [("10.0.0.1", "https", True), ("203.0.113.9", "https", False), ("10.0.0.1", "gopher", False)],
)
def test_scheme_is_believed_from_trusted_proxies_alone(settings, peer, proto, secure):
    settings.TRUSTED_PROXIES = PROXIES
    assert seen(peer, **{"X-Forwarded-Proto": proto}).is_secure() is secure
