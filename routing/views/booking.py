"""/b/TOKEN/: the booking page, its free times as JSON, and the booking itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock

from distro.problems import Problem, is_json_client

from ..actions.book import HOLDING, AlreadyBooked, SlotTaken, book
from ..core.titles import render_title
from ..models import Submission
from .bodies import (
    LONGEST_MESSAGE,
    LONGEST_NOTES,
    Body,
    read_body,
    read_guests,
    read_start,
    read_text,
    read_zone,
)
from .doors import SeeOther, count_visit, refuse_foreign_origin
from .meetings import manage_path, manage_url, meeting_answer, name_of, when_context
from .offers import Errors, booking_offer, member, slots_answer, slots_json, zone_of
from .picker import picker_context, read_picked, zones_context

WRITING, WRITTEN = "message", "sent"
"""Steps in the address: the message form is open; the message was sent."""


def show_booking(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The page on which a time is picked and confirmed; after that, where to find the booked meeting."""
    # Only a message that is there is confirmed, whatever the address says.
    if request.GET.get("step") == WRITTEN and submission.messages.exists():
        return render(request, "public/message_sent.html", about_context(submission) | {"here": request.path})
    return booking_page(request, submission, request.GET)


def booking_page(
    request: HttpRequest,
    submission: Submission,
    query: QueryDict,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page at the step that `query` names; `typed` and `errors` are a refused post's."""
    now = clock.now()
    standing = submission.meetings.filter(status__in=HOLDING).select_related("host", "workspace").first()
    context = about_context(submission)
    if standing is not None:
        context |= {"meeting": standing, "manage_url": manage_path(standing), **when_context(standing)}
        return render(request, "public/booked.html", context, status=status)
    picked = read_picked(query, zone_of(submission))
    if query.get("show") == "zones":
        return render(request, "public/zones.html", context | zones_context(picked, query, now))
    context |= picker_context(booking_offer(submission, now), picked, now)
    context |= {
        "book_url": reverse("book", args=[submission.booking_token]),
        **message_context(submission, context, query),
        "typed": typed or {},
        "errors": errors or {},
        "is_zone_guessed": not submission.timezone and "timezone" not in query,
    }
    return render(request, "public/booking.html", context, status=status)


def message_context(submission: Submission, context: Mapping[str, Any], query: QueryDict) -> dict[str, Any]:
    """The way out when no time suits: its form is open where the address asks for it, or no time is free."""
    is_writing = query.get("step") == WRITING or context["has_nothing"]
    return {
        "message_url": reverse("booking-message", args=[submission.booking_token]),
        "message_address": context["picked"].address(step=WRITING, start=None),
        "longest_message": LONGEST_MESSAGE,
        "is_writing": is_writing,
        "step": "message" if is_writing else context["step"],
    }


def about_context(submission: Submission) -> dict[str, Any]:
    """Who is met for what; nobody's name before the booking."""
    kind = submission.meeting_type
    assert kind is not None and submission.prospect is not None
    names = {"meeting_type": kind.name, "router": submission.router.name}
    return {
        "workspace": submission.workspace,
        "kind": kind,
        "title": render_title(kind.title, {**submission.answers, **names}) or kind.name,
        "name": name_of(submission),
        "email": submission.prospect.email,
    }


def show_slots(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The free times between two days, as JSON."""
    return slots_answer(request.GET, booking_offer(submission, clock.now()))


def post_book(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Book the chosen time."""
    refuse_foreign_origin(request)
    count_visit(request)
    body = read_body(request)
    by_page = body.json is None and not is_json_client(request)
    errors: Errors = {}
    wanted = {
        "start": member(errors, "start", read_start, body.get("start")),
        "timezone": member(errors, "timezone", read_zone, body.get("timezone")) or zone_of(submission),
        "guests": member(errors, "guests", read_guests, guests_in(body)),
        "notes": member(errors, "notes", lambda text: read_text(text, LONGEST_NOTES), body.get("notes")),
    }
    if errors and by_page:
        return page_again(request, submission, body.form, errors=errors, status=422)
    if errors:
        raise Problem("invalid", errors=errors)
    try:
        booked = book(submission, now=clock.now(), **wanted)
    except SlotTaken as taken:
        if by_page:
            return page_again(request, submission, body.form, status=409)
        raise Problem("slot-taken", slots=slots_json(taken.slots)) from None
    except AlreadyBooked as already:
        if by_page:
            return page_again(request, submission, body.form, status=409)
        raise Problem("already-booked", manage_url=manage_url(already.meeting)) from None
    if by_page:
        return SeeOther(request.build_absolute_uri(manage_path(booked.meeting)))
    return JsonResponse(meeting_answer(booked.meeting), status=201 if booked.created else 200)


def guests_in(body: Body) -> Any:
    """The guests: a list in JSON, one text (several inputs joined) in a form."""
    return body.json.get("guests") if body.json is not None else "\n".join(body.form.getlist("guests"))


def page_again(
    request: HttpRequest,
    submission: Submission,
    form: QueryDict,
    *,
    errors: Errors | None = None,
    status: int,
) -> HttpResponse:
    """The booking page after a refusal: fresh times, the day kept, and what was typed."""
    typed = {name: str(form.get(name, "")) for name in ("guests", "notes")}
    return booking_page(request, submission, form, typed=typed, errors=errors, status=status)
