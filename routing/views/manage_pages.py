"""The prospect's own page at each of its steps: the card, cancelling, and picking another time."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock

from ..actions.book import HOLDING
from ..core import lifecycle
from ..core.lifecycle import prospect_may_change
from ..models import Meeting, Status
from .meetings import calendar_links, manage_path, when_context
from .offers import Errors, moving_offer
from .picker import picker_context, read_picked, zones_context

CANCELLING, MOVING = "cancel", "reschedule"
"""Steps in the address."""


def may_change(meeting: Meeting) -> bool:
    """Whether the prospect may still cancel or move the meeting."""
    return prospect_may_change(cast(lifecycle.Status, meeting.status), meeting.end, clock.now())


def again_path(meeting: Meeting) -> str | None:
    """Where the prospect may book anew; None while the meeting holds its place."""
    if meeting.status in HOLDING:
        return None
    return reverse("booking", args=[meeting.submission.booking_token])


def meeting_page(
    request: HttpRequest,
    meeting: Meeting,
    *,
    error: str = "",
    typed: str = "",
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The card with what can still be done. The cancelling form is open where the address or an `error` asks for it;
    `refusal` tells why what was asked for was not done."""
    is_open = may_change(meeting)
    context = {
        "workspace": meeting.workspace,
        "meeting": meeting,
        "is_cancelled": meeting.status == Status.CANCELLED,
        "is_no_show": meeting.status == Status.NO_SHOW,
        "is_over": not is_open,
        "may_change": is_open,
        "is_cancelling": is_open and (bool(error) or request.GET.get("step") == CANCELLING),
        "error": error,
        "typed": typed,
        "refusal": refusal,
        "links": calendar_links(meeting),
        "here": manage_path(meeting),
        "move_address": f"?step={MOVING}",
        "cancel_url": reverse("meeting-cancel", args=[meeting.manage_token]),
        "book_again_url": again_path(meeting),
        **when_context(meeting),
    }
    return render(request, "public/meeting.html", context, status=status)


def moving_page(
    request: HttpRequest,
    meeting: Meeting,
    query: QueryDict,
    *,
    errors: Errors | None = None,
    status: int = 200,
) -> HttpResponse:
    """The picker of another time, at the step that `query` names; `errors` are a refused post's."""
    now = clock.now()
    picked = read_picked(query, meeting.timezone, MOVING)
    context = about_context(meeting, picked.zone)
    if query.get("show") == "zones":
        return render(request, "public/zones.html", context | zones_context(picked, query, now))
    context |= picker_context(moving_offer(meeting, now), picked, now)
    context |= {
        "move_url": reverse("meeting-reschedule", args=[meeting.manage_token]),
        "errors": errors or {},
    }
    return render(request, "public/reschedule.html", context, status=status)


def about_context(meeting: Meeting, zone: str) -> dict[str, Any]:
    """What is moved, and when it is so far, on the clock of `zone`."""
    return {
        "workspace": meeting.workspace,
        "meeting": meeting,
        "kind": meeting.meeting_type,
        "title": meeting.title,
        "current": when_context(meeting, zone),
        "here": manage_path(meeting),
    }
