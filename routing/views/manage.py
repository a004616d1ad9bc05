"""/m/TOKEN/: the prospect's own page: what was booked, cancelling it, and its calendar file."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock

from distro.problems import Problem, is_json_client

from ..actions.book import HOLDING
from ..actions.change import Refused, cancel_by_prospect
from ..core import lifecycle
from ..core.lifecycle import prospect_may_change
from ..emails import calendar_text
from ..models import Meeting, Status
from .bodies import LONGEST_REASON, Unfit, read_body, read_text
from .doors import SeeOther, refuse_foreign_origin
from .meetings import calendar_links, manage_path, meeting_answer, when_context


def show_meeting(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The meeting as a card, with what can still be done."""
    return meeting_page(request, meeting)


def meeting_page(
    request: HttpRequest, meeting: Meeting, *, error: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    """The page, with the cancelling form open where the address or a refused reason asks for it."""
    may_change = prospect_may_change(cast(lifecycle.Status, meeting.status), meeting.end, clock.now())
    token = meeting.manage_token
    context = {
        "workspace": meeting.workspace,
        "meeting": meeting,
        "is_cancelled": meeting.status == Status.CANCELLED,
        "is_over": not may_change and meeting.status != Status.CANCELLED,
        "may_change": may_change,
        "is_cancelling": may_change and (bool(error) or request.GET.get("step") == "cancel"),
        "error": error,
        "typed": typed,
        "links": calendar_links(meeting),
        "here": manage_path(meeting),
        "cancel_url": reverse("meeting-cancel", args=[token]),
        "book_again_url": booking_path(meeting) if meeting.status not in HOLDING else None,
        **when_context(meeting),
    }
    return render(request, "public/meeting.html", context, status=status)


def booking_path(meeting: Meeting) -> str:
    """Where the prospect may book anew after this meeting came to nothing."""
    return reverse("booking", args=[meeting.submission.booking_token])


def post_cancel(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Cancel the meeting; what is over or cancelled already stays as it is (409)."""
    refuse_foreign_origin(request)
    body = read_body(request, optional=True)
    by_page = body.json is None and not is_json_client(request)
    try:
        reason = read_text(body.get("reason"), LONGEST_REASON)
    except Unfit as fault:
        if by_page:
            return meeting_page(
                request, meeting, error=str(fault), typed=str(body.form["reason"]), status=422
            )
        raise Problem("invalid", errors={"reason": [str(fault)]}) from None
    try:
        cancelled = cancel_by_prospect(meeting, reason, clock.now())
    except Refused as refused:
        raise Problem("meeting-closed", str(refused)) from None
    if by_page:
        return SeeOther(request.build_absolute_uri(manage_path(cancelled)))
    return JsonResponse(meeting_answer(cancelled))


def show_calendar(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The meeting as an iCalendar file."""
    response = HttpResponse(calendar_text(meeting), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
