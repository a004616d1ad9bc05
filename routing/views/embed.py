"""The snippet, and the empty shell that it loads while the visitor types."""

from __future__ import annotations

import json
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition

from distro.headers import allow_sources
from distro.problems import Problem, answer

from ..embed import snippet
from ..form_ticket import issue_ticket
from ..models import Router
from .form import TICKET, redirect_origins

KEPT = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
"""A new version reaches every page within minutes; an old one is better than none."""


@csrf_exempt
def show_snippet(request: HttpRequest) -> HttpResponse:
    """GET /embed.js."""
    if request.method not in ("GET", "HEAD"):
        return answer(request, Problem("method-not-allowed", headers={"Allow": "GET, HEAD"}))
    response = send_snippet(request)
    response.headers["Cache-Control"] = KEPT
    response.headers["Vary"] = "Accept-Encoding"
    # Pages that isolate themselves (Cross-Origin-Embedder-Policy) load it as well.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@condition(etag_func=lambda request: snippet().etag)
def send_snippet(request: HttpRequest) -> HttpResponse:
    """The script, or 304 to who has it."""
    is_gzip_taken = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    sent = snippet().gzipped if is_gzip_taken else snippet().plain
    response = HttpResponse(sent, content_type="text/javascript; charset=utf-8")
    if is_gzip_taken:
        response.headers["Content-Encoding"] = "gzip"
    return response


def show_frame(request: HttpRequest, router: Router) -> HttpResponse:
    """GET /r/KEY/frame: a page without content that takes the answers from the page around it."""
    context = {
        "router": router,
        "workspace": router.workspace,
        "fields": json.dumps({field.key: field.type for field in router.form.fields.all()}),
        "words": json.dumps(words()),
        "ticket": issue_ticket(router.key, time.time()),
        "ticket_name": TICKET,
    }
    response = render(request, "public/frame.html", context)
    response.headers["Cache-Control"] = "private, no-cache"
    # Answers that the form refuses are sent on as a form, which may end in a redirect.
    return allow_sources(response, "form-action", redirect_origins(router))


def words() -> dict[str, str]:
    """What the dialog says for itself, in the visitor's language."""
    return {
        "title": _("Choose a time"),
        "close": _("Close"),
        "wait": _("Looking for free times…"),
        "fault": _("Scheduling does not answer just now. Your answers are still here."),
        "again": _("Try again"),
    }
