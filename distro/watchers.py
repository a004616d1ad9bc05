"""Who may see how the installation is doing: this machine, and whoever holds METRICS_TOKEN."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from distro.env import is_loopback
from distro.problems import FAULTS, Fault, Problem, answer
from distro.proxies import is_trusted, read_address

FAULTS["token-needed"] = Fault(
    401, _("A token is needed"), _("Send the header Authorization: Bearer with the value of METRICS_TOKEN.")
)
CLOSED = "METRICS_TOKEN is not set, so only programs on the same machine may ask this."
# What proxies add: a request that has one was not made on this machine, even if its peer is a proxy here.
PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")

View = Callable[[HttpRequest], HttpResponse]


def for_watchers(view: View) -> View:
    """Answer with the view from loopback or for the bearer token, else with a problem: 401, or 403 without a token
    that could be sent."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        fault = refusal(request)
        return answer(request, fault) if fault else view(request)

    return guarded


def refusal(request: HttpRequest) -> Problem | None:
    """Why this request may not see it; None when it may."""
    if is_from_here(request):
        return None
    if not settings.METRICS_TOKEN:
        return Problem("forbidden", CLOSED)
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(
        token.strip().encode(), settings.METRICS_TOKEN.encode()
    ):
        return None
    return Problem("token-needed", headers={"WWW-Authenticate": 'Bearer realm="metrics"'})


def is_from_here(request: HttpRequest) -> bool:
    """Whether the visitor's address, as ProxyMiddleware left it, is loopback.

    A loopback peer that passes on somebody else's request without being among TRUSTED_PROXIES is a proxy that
    nobody told us of: its visitors are not here.
    """
    address = read_address(request.META.get("REMOTE_ADDR", ""))
    if address is None or not is_loopback(str(address)):
        return False
    return is_trusted(address) or not any(name in request.headers for name in PASSED_ON)
