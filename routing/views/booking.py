"""/b/TOKEN/: the booking page, its free times as JSON, and the booking itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from distro.problems import Problem, is_json_client

from ..actions.book import HOLDING, AlreadyBooked, SlotTaken, book
from ..actions.slots import next_free, offered_slots
from ..core.titles import render_title
from ..core.values import Slot
from ..models import Submission
from .bodies import (
    LONGEST_NOTES,
    Body,
    Unfit,
    read_body,
    read_day,
    read_guests,
    read_start,
    read_text,
    read_zone,
)
from .doors import SeeOther, count_visit, refuse_foreign_origin
from .meetings import manage_path, manage_url, meeting_answer, when_context
from .picker import Offer, picker_context, read_picked, zones_context
from .wording import iso

MOST_DAYS = 62
Errors = dict[str, list[str]]


def show_booking(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The page on which a time is picked and confirmed; after that, where to find the booked meeting."""
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
    """The page at the step that `query` names; `typed` and `errors` are a refused confirmation's."""
    now = clock.now()
    standing = submission.meetings.filter(status__in=HOLDING).select_related("host", "workspace").first()
    context = about_context(submission)
    if standing is not None:
        context |= {"meeting": standing, "manage_url": manage_path(standing), **when_context(standing)}
        return render(request, "public/booked.html", context, status=status)
    picked = read_picked(query, zone_of(submission))
    if query.get("show") == "zones":
        return render(request, "public/zones.html", context | zones_context(picked, query, now))
    context |= picker_context(offer_of(submission, now), picked, now)
    context |= {
        "book_url": reverse("book", args=[submission.booking_token]),
        "typed": typed or {},
        "errors": errors or {},
        "is_zone_guessed": not submission.timezone and "timezone" not in query,
    }
    return render(request, "public/booking.html", context, status=status)


def about_context(submission: Submission) -> dict[str, Any]:
    """Who is met for what; nobody's name before the booking."""
    kind = submission.meeting_type
    assert kind is not None and submission.prospect is not None
    names = {"meeting_type": kind.name, "router": submission.router.name}
    answers = submission.answers
    return {
        "workspace": submission.workspace,
        "kind": kind,
        "title": render_title(kind.title, {**answers, **names}) or kind.name,
        "name": " ".join(str(answers[key]) for key in ("first_name", "last_name") if answers.get(key)),
        "email": submission.prospect.email,
    }


def zone_of(submission: Submission) -> str:
    """The visitor's zone as far as known, else the workspace's."""
    return submission.timezone or submission.workspace.timezone


def offer_of(submission: Submission, now: datetime) -> Offer:
    """The submission's free times."""
    kind = submission.meeting_type
    assert kind is not None
    return Offer(
        between=lambda first, last, zone: slots_of(submission, first, last, zone, now),
        next_free=lambda most: next_free(submission, now, most),
        horizon_days=kind.horizon_days,
    )


def slots_of(submission: Submission, first: date, last: date, zone: ZoneInfo, now: datetime) -> list[Slot]:
    """The free times from `first` to `last`; days on which nothing can be free are not looked at."""
    kind = submission.meeting_type
    assert kind is not None
    today = now.astimezone(zone).date()
    first, last = max(first, today), min(last, today + timedelta(days=kind.horizon_days + 1))
    return offered_slots(submission, first, last, zone, now) if first <= last else []


def show_slots(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The free times between two days, as JSON."""
    errors: Errors = {}
    first = member(errors, "from", read_day, request.GET.get("from"))
    last = member(errors, "to", read_day, request.GET.get("to"))
    zone = member(errors, "timezone", read_zone, request.GET.get("timezone")) or zone_of(submission)
    if first and last and last < first:
        errors["to"] = [_("This must not be before “from”.")]
    elif first and last and (last - first).days >= MOST_DAYS:
        errors["to"] = [_("At most 62 days can be asked for at once.")]
    if errors:
        raise Problem("invalid", errors=errors)
    slots = slots_of(submission, first, last, ZoneInfo(zone), clock.now())
    assert submission.meeting_type is not None
    return JsonResponse(
        {"slots": slots_json(slots), "duration": submission.meeting_type.duration, "timezone": zone}
    )


def slots_json(slots: list[Slot]) -> list[dict[str, str]]:
    """Free times, each start once; who is free is nobody's business."""
    return [{"start": iso(slot.start), "end": iso(slot.end)} for slot in slots]


def member(errors: Errors, name: str, reader: Callable[[Any], Any], value: Any) -> Any:
    """The member as read; None, and a line in `errors`, where it cannot be used."""
    try:
        return reader(value)
    except Unfit as fault:
        errors[name] = [str(fault)]
        return None


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
