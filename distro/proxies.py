"""Who the visitor is when trusted proxies stand before the application."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import TypeAlias

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
# Some proxies write the port too: 192.0.2.1:4711, [2001:db8::1]:4711 or [2001:db8::1].
WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")


class ProxyMiddleware:
    """Sets REMOTE_ADDR to the visitor's address: the peer's, or behind a trusted proxy the last entry of
    X-Forwarded-For that is none of them; takes the scheme from X-Forwarded-Proto under the same trust."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        peer = read_address(request.META.get("REMOTE_ADDR", ""))
        if peer is not None:
            request.META["REMOTE_ADDR"] = str(
                visitor_address(peer, request.headers.get("X-Forwarded-For", ""))
            )
            if is_trusted(peer) and request.headers.get("X-Forwarded-Proto") in ("http", "https"):
                request.META["wsgi.url_scheme"] = request.headers["X-Forwarded-Proto"]
        return self.get_response(request)


def read_address(text: str) -> Address | None:
    """The address in a header's entry, without its port; None for what is none. An IPv4 address that came in
    through an IPv6 socket (::ffff:192.0.2.1) is the IPv4 address."""
    text = text.strip()
    port = WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((port[1] or port[2]) if port else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_trusted(address: Address) -> bool:
    """Whether the address belongs to one of TRUSTED_PROXIES."""
    return any(address in network for network in settings.TRUSTED_PROXIES)


def visitor_address(peer: Address, forwarded_for: str) -> Address:
    """The peer, unless it is a trusted proxy: then the last entry that is none, read from the end.

    An entry that is no address ends the search, for nothing before it was vouched for: the visitor is then the
    proxy that let it through.
    """
    nearest = peer
    for entry in reversed(forwarded_for.split(",")):
        if not is_trusted(nearest):
            return nearest
        address = read_address(entry)
        if address is None:
            return nearest
        nearest = address
    return nearest
