"""POST /b/TOKEN/message: the way out when no time suits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from distro.problems import Problem, is_json_client

from ..actions.message import leave_message
from ..models import Submission
from .bodies import LONGEST_MESSAGE, Unfit, read_body, read_text
from .booking import WRITING, WRITTEN, booking_page
from .doors import SeeOther, count_visit, refuse_foreign_origin
from .offers import Errors, member


def post_message(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Keep what the prospect writes, and have somebody told."""
    refuse_foreign_origin(request)
    count_visit(request)
    body = read_body(request)
    by_page = body.json is None and not is_json_client(request)
    errors: Errors = {}
    text = member(errors, "text", read_message, body.get("text"))
    if errors and by_page:
        query = body.form.copy()
        query["step"] = WRITING
        typed = {"text": str(body.form.get("text", ""))}
        return booking_page(request, submission, query, typed=typed, errors=errors, status=422)
    if errors:
        raise Problem("invalid", errors=errors)
    leave_message(submission, text, clock.now())
    if by_page:
        back = reverse("booking", args=[submission.booking_token])
        return SeeOther(request.build_absolute_uri(f"{back}?step={WRITTEN}"))
    return JsonResponse({}, status=201)


def read_message(value: object) -> str:
    """1 to 5,000 characters."""
    text = read_text(value, LONGEST_MESSAGE)
    if not text:
        raise Unfit(_("Please write which times would suit you."))
    return text
