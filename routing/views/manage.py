"""/m/TOKEN/: the prospect's own page: what was booked, moving it, cancelling it, and its calendar file."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone as clock

from distro.problems import Problem, is_json_client

from ..actions.book import SlotTaken
from ..actions.change import Refused, cancel_by_prospect
from ..actions.reschedule import reschedule
from ..emails import calendar_text
from ..models import Meeting
from .bodies import LONGEST_REASON, Unfit, read_body, read_start, read_text
from .doors import SeeOther, refuse_foreign_origin
from .manage_pages import MOVING, again_path, may_change, meeting_page, moving_page
from .meetings import manage_path, meeting_answer
from .offers import Errors, member, moving_offer, slots_answer, slots_json


def show_meeting(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The meeting as a card, with what can still be done; or the picker of another time."""
    if request.GET.get("step") == MOVING and may_change(meeting):
        return moving_page(request, meeting, request.GET)
    return meeting_page(request, meeting)


def show_slots(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The times the meeting could move to, between two days, as JSON."""
    return slots_answer(request.GET, moving_offer(meeting, clock.now()))


def post_reschedule(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Move the meeting to another time of its host; what is over or no longer stands stays as it is (409)."""
    refuse_foreign_origin(request)
    body = read_body(request)
    by_page = body.json is None and not is_json_client(request)
    errors: Errors = {}
    start = member(errors, "start", read_start, body.get("start"))
    if errors and by_page and may_change(meeting):
        return moving_page(request, meeting, body.form, errors=errors, status=422)
    if errors:
        raise Problem("invalid", errors=errors)
    try:
        refuse_what_is_over(meeting)
        moved = reschedule(meeting, start, clock.now())
    except Refused as refused:
        return closed(request, meeting, refused, by_page=by_page)
    except SlotTaken as taken:
        if by_page:
            return moving_page(request, meeting, body.form, status=409)
        raise Problem("slot-taken", slots=slots_json(taken.slots)) from None
    return changed(request, moved, by_page=by_page)


def refuse_what_is_over(meeting: Meeting) -> None:
    """A meeting that stands and has ended can be completed, but the prospect cannot move it. Raises Refused."""
    if not may_change(meeting) and again_path(meeting) is None:
        raise Refused("This meeting is over and cannot be moved.")


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
        return closed(request, meeting, refused, by_page=by_page)
    return changed(request, cancelled, by_page=by_page)


def changed(request: HttpRequest, meeting: Meeting, *, by_page: bool) -> HttpResponse:
    """The answer to a change that was made, or that there was no need of."""
    if by_page:
        return SeeOther(request.build_absolute_uri(manage_path(meeting)))
    return JsonResponse(meeting_answer(meeting))


def closed(request: HttpRequest, meeting: Meeting, refused: Refused, *, by_page: bool) -> HttpResponse:
    """409: the meeting as it is now, and the way to book again where it came to nothing."""
    meeting.refresh_from_db(fields=["status", "start", "end"])
    if by_page:
        return meeting_page(request, meeting, refusal=str(refused), status=409)
    again = again_path(meeting)
    booking_url = f"{settings.BASE_URL}{again}" if again else None
    raise Problem("meeting-closed", str(refused), booking_url=booking_url)


def show_calendar(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The meeting as an iCalendar file."""
    response = HttpResponse(calendar_text(meeting), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
