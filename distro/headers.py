"""The response headers of every page: a strict content security policy, and frames for nobody unless a page says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse

BASE_POLICY = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}


def allow_sources(response: HttpResponse, directive: str, sources: Iterable[str]) -> HttpResponse:
    """Let this one page name more sources under a directive, such as the frames it may stand in."""
    extra = getattr(response, "allowed_sources", {})
    extra.setdefault(directive, []).extend(sources)
    response.allowed_sources = extra  # type: ignore[attr-defined]
    return response


def policy_text(extra: dict[str, list[str]]) -> str:
    """The Content-Security-Policy header: the base policy with a page's own sources added."""
    directives = {name: list(sources) for name, sources in BASE_POLICY.items()}
    for name, sources in extra.items():
        kept = [source for source in directives.get(name, []) if source != "'none'"]
        directives[name] = kept + [source for source in sources if source not in kept]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


class HeadersMiddleware:
    """Adds the policy, and X-Frame-Options where no page allowed frames."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        extra = getattr(response, "allowed_sources", {})
        response.headers.setdefault("Content-Security-Policy", policy_text(extra))
        if "frame-ancestors" not in extra:
            response.headers.setdefault("X-Frame-Options", "DENY")
        return response
