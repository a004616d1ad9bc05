"""What every public address has in common: its methods, its link, who may post, how faults are told, its headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from distro.headers import allow_sources
from distro.problems import Problem, answer

from ..actions.book import CalendarBusy
from ..actions.change import find_meeting
from ..actions.host_page import find_host_meeting
from ..actions.slots import find_submission
from ..models import Meeting, Router, Submission, Workspace
from ..origins import ORIGIN, allowed_origins
from ..rate_limit import seconds_to_wait

View = Callable[..., HttpResponse]
Subject = Router | Submission | Meeting
ADDRESS = re.compile(r"[A-Za-z0-9_-]{1,128}")


class SeeOther(HttpResponseRedirect):
    """303: the answer to a browser's form post."""

    status_code = 303


def router_at(key: str) -> Router:
    """The published router of that key."""
    found = Router.objects.filter(key=key, active=True, archived_at=None)
    router = found.select_related("workspace", "form").first()
    if router is None:
        raise Problem("not-found")
    return router


def submission_at(token: str) -> Submission:
    """The submission behind a booking link."""
    submission = find_submission(token)
    if submission is None:
        raise Problem("not-found")
    return submission


def meeting_at(token: str) -> Meeting:
    """The meeting behind the prospect's own link."""
    meeting = find_meeting(token)
    if meeting is None:
        raise Problem("not-found")
    return meeting


def host_meeting_at(token: str) -> Meeting:
    """The meeting behind its host's link."""
    meeting = find_host_meeting(token)
    if meeting is None:
        raise Problem("not-found")
    return meeting


def doorway(
    find: Callable[[str], Subject], *, framed: bool = True, **views: View
) -> Callable[..., HttpResponse]:
    """The view of one public address: by method, each given what stands behind the address.

    `framed`: Distro's own pages and the workspace's sites may show it in a frame, else nobody may.
    HEAD works where GET does. Public pages know no session and no CSRF cookie; posts are guarded by Origin.
    """
    allowed = sorted({*views, "OPTIONS"} | ({"HEAD"} if "GET" in views else set()))

    @csrf_exempt
    def door(request: HttpRequest, address: str, **more: str) -> HttpResponse:
        workspace: Workspace | None = None
        view = views.get("GET" if request.method == "HEAD" else request.method or "")
        try:
            if view is None and request.method != "OPTIONS":
                raise Problem("method-not-allowed", headers={"Allow": ", ".join(allowed)})
            if not ADDRESS.fullmatch(address):
                raise Problem("not-found")
            subject = find(address)
            workspace = subject.workspace
            response = view(request, subject, **more) if view else HttpResponse(status=204)
            if request.method == "OPTIONS":
                response.headers["Allow"] = ", ".join(allowed)
        except Problem as problem:
            response = answer(request, problem)
        except CalendarBusy:
            response = answer(request, Problem("busy", headers={"Retry-After": "1"}))
        return dress(response, frame_sources(workspace) if framed else [])

    return door


def dress(response: HttpResponse, framed_by: Iterable[str]) -> HttpResponse:
    """The headers of public answers: who may frame them, no caches, no search engines."""
    allow_sources(response, "frame-ancestors", framed_by)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Robots-Tag", "noindex")
    patch_vary_headers(response, ["Accept", "Origin"])
    return response


def frame_sources(workspace: Workspace | None) -> list[str]:
    """Who may frame a page of the workspace, or of none."""
    return ["'self'", *(allowed_origins(workspace) if workspace else [])]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, "" where there is none."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return origin if ORIGIN.fullmatch(origin) else ""


def is_own_origin(request: HttpRequest) -> bool:
    """Whether the post comes from one of Distro's own pages."""
    own = {settings.BASE_URL.lower(), f"{request.scheme}://{request.get_host()}".lower()}
    return request.headers.get("Origin", "") in own


def refuse_foreign_origin(request: HttpRequest, allowed: Iterable[str] = ()) -> None:
    """Let Distro's own pages post, servers (which send no Origin), and the sites of `allowed`."""
    origin = request.headers.get("Origin")
    if origin is not None and not is_own_origin(request) and origin not in allowed:
        raise Problem("origin-not-allowed")


def count_visit(request: HttpRequest) -> None:
    """Count a submission or booking of this visitor's address, and refuse it beyond PUBLIC_RATE_LIMIT."""
    wait = seconds_to_wait(request.META.get("REMOTE_ADDR", ""))
    if wait is not None:
        raise Problem("too-many-requests", headers={"Retry-After": str(wait)})
