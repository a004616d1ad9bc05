"""Faults that people and programs are told of: problem+json (RFC 9457) for programs, a readable page for browsers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: its HTTP status, what is wrong, and what can be done now."""

    status: int
    title: str | Promise
    remedy: str | Promise


FAULTS = {
    "unreadable-body": Fault(400, _("The request cannot be read"), _("Send JSON in UTF-8, or a form post.")),
    "bad-request": Fault(400, _("The request cannot be read"), _("Check the address and try again.")),
    "no-key": Fault(
        401,
        _("A key is needed here"),
        _("Send a key of the workspace with the request: Authorization: Bearer distro_…"),
    ),
    "forbidden": Fault(403, _("This is not allowed"), _("Go back and try again.")),
    "origin-not-allowed": Fault(
        403,
        _("This web site may not post here"),
        _("Its address has to be among the origins that the workspace allows."),
    ),
    "not-found": Fault(
        404,
        _("There is nothing at this address"),
        _(
            "The link may have been copied incompletely, or it has expired. "
            "The company that gave it to you can give you a new one."
        ),
    ),
    "method-not-allowed": Fault(
        405, _("This address does not do that"), _("The Allow header says what it does.")
    ),
    "slot-taken": Fault(409, _("This time is no longer free"), _("Please choose another one.")),
    "already-booked": Fault(
        409, _("You have already booked a meeting"), _("It can be changed or cancelled on its own page.")
    ),
    "meeting-closed": Fault(
        409, _("This meeting can no longer be changed"), _("It is over, or it was cancelled.")
    ),
    "wrong-state": Fault(
        409, _("This cannot be done as things stand"), _("Look at its state, then do what fits it.")
    ),
    "still-running": Fault(
        409, _("The first request with this Idempotency-Key is still running"), _("Try again in a moment.")
    ),
    "too-large": Fault(413, _("The request is too large"), _("At most 64 KiB are read.")),
    "unsupported-media-type": Fault(
        415, _("This content type is not read here"), _("Send application/json or a form post.")
    ),
    "invalid": Fault(422, _("Something is missing or does not fit"), _("The list says what and where.")),
    "key-reused": Fault(
        422,
        _("This Idempotency-Key was used with another body"),
        _("Use a new key for every new request."),
    ),
    "too-many-requests": Fault(
        429, _("Too many requests at once"), _("Please wait a moment, then try again.")
    ),
    "server-error": Fault(500, _("Something went wrong on our side"), _("Please try again in a moment.")),
    "busy": Fault(503, _("Too many people are booking right now"), _("Please try again in a moment.")),
}


class Problem(Exception):
    """Ends a request with a fault of the table. `detail` replaces its remedy; `members` go into the JSON."""

    def __init__(
        self, slug: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(slug)
        self.slug = slug
        self.fault = FAULTS[slug]
        self.detail = detail or str(self.fault.remedy)
        self.headers = dict(headers or {})
        self.members = members


def is_json_client(request: HttpRequest) -> bool:
    """Whether faults are told in JSON: the request's Accept does not name text/html, or its body is JSON."""
    accepts_pages = "text/html" in request.headers.get("Accept", "").lower()
    return not accepts_pages or request.content_type == "application/json"


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The fault as JSON or as a page."""
    response = json_answer(problem) if is_json_client(request) else page_answer(problem)
    for name, value in problem.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept"])
    return response


def json_answer(problem: Problem) -> JsonResponse:
    """`type` (its last part is the fault's name), `title`, `status`, `detail` and what the fault adds."""
    body = {
        "type": f"{settings.BASE_URL}/problems/{problem.slug}",
        "title": str(problem.fault.title),
        "status": problem.fault.status,
        "detail": problem.detail,
    }
    return JsonResponse(
        body | problem.members, status=problem.fault.status, content_type="application/problem+json"
    )


def page_answer(problem: Problem) -> HttpResponse:
    """The fault as a page of its own."""
    page = render_to_string("public/problem.html", {"fault": problem.fault, "detail": problem.detail})
    return HttpResponse(page, status=problem.fault.status)


def explain(request: HttpRequest, slug: str) -> HttpResponse:
    """What stands at the address that a fault's `type` names: the same words, as a page."""
    if slug not in FAULTS:
        return answer(request, Problem("not-found"))
    fault = FAULTS[slug]
    return HttpResponse(render_to_string("public/problem.html", {"fault": fault, "detail": fault.remedy}))


# The four views that Django's handler400, handler403, handler404 and handler500 name.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refused to read."""
    return answer(request, Problem("bad-request"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What a view refused to this user."""
    return answer(request, Problem("forbidden"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that nobody answers for."""
    return answer(request, Problem("not-found"))


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect; the log has it."""
    return answer(request, Problem("server-error"))
