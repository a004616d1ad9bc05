"""Who the visitor is when trusted proxies stand before the application."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ProxyMiddleware:
    """Sets REMOTE_ADDR to the visitor's address: the peer's, or behind a trusted proxy the last entry of
    X-Forwarded-For that is none of them; takes the scheme from X-Forwarded-Proto under the same trust."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = visitor_address(request)
            if request.headers.get("X-Forwarded-Proto") in ("http", "https"):
                request.META["wsgi.url_scheme"] = request.headers["X-Forwarded-Proto"]
        return self.get_response(request)


def is_trusted(address: str) -> bool:
    """Whether the address belongs to one of TRUSTED_PROXIES."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in settings.TRUSTED_PROXIES)


def visitor_address(request: HttpRequest) -> str:
    """The last entry of X-Forwarded-For that is no trusted proxy; the peer's where there is none."""
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    for address in reversed(chain):
        if not is_trusted(address):
            return address
    return request.META["REMOTE_ADDR"]
