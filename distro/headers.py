"""The response headers of every page: a strict content security policy, and frames for nobody unless a page says so.

Django's SecurityMiddleware adds the rest: Referrer-Policy, X-Content-Type-Options, Cross-Origin-Opener-Policy, HSTS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)
BASE_POLICY = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
# A source that could end its directive, or the header, is a hole: it is left out.
ONE_SOURCE = re.compile(r"[^\s;,\x00-\x1f\x7f]+")


def allow_sources(response: Response, directive: str, sources: Iterable[str]) -> Response:
    """Let this one page name more sources under a directive, such as the frames it may stand in.

    A directive that the base policy lacks starts empty, not with what `default-src` says.
    """
    extra = getattr(response, "allowed_sources", {})
    extra.setdefault(directive, []).extend(one for one in sources if ONE_SOURCE.fullmatch(one))
    response.allowed_sources = extra  # type: ignore[attr-defined]
    return response


def policy_text(extra: dict[str, list[str]]) -> str:
    """The Content-Security-Policy header: the base policy with a page's own sources added, each once."""
    directives = {name: list(sources) for name, sources in BASE_POLICY.items()}
    for name, sources in extra.items():
        together = [*directives.get(name, []), *sources]
        kept = [source for source in together if source != "'none'"]
        directives[name] = list(dict.fromkeys(kept)) or ["'none'"]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


class HeadersMiddleware:
    """Adds the policy, and X-Frame-Options where the policy lets nobody frame the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        extra = getattr(response, "allowed_sources", {})
        response.headers.setdefault("Content-Security-Policy", policy_text(extra))
        if extra.get("frame-ancestors"):
            # It knows no list of origins, so where some may frame the page the policy alone must speak.
            response.headers.pop("X-Frame-Options", None)
        else:
            response.headers.setdefault("X-Frame-Options", "DENY")
        return response
