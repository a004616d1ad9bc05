"""Meetings, and what a workspace's programs can do with them: by the same actions as people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.utils import timezone as clock
from ninja import Query, Router

from distro.problems import Problem
from distro.rest.bodies import read_member
from distro.rest.faults import with_faults
from distro.rest.keys import one_of, own_rows
from distro.rest.pages import PageQuery, page_of
from distro.rest.shapes import UuidInPath, iso, read_uuid
from routing.actions.attendance import complete, mark_no_show, undo
from routing.actions.book import CalendarBusy, SlotTaken
from routing.actions.change import Refused, cancel
from routing.actions.reassign import reassign
from routing.actions.reschedule import reschedule
from routing.models import Host, Meeting
from routing.reading import Unfit, read_start, read_text

from .meeting_shapes import (
    AttendanceBody,
    CancelBody,
    MeetingShape,
    MeetingsShape,
    ReassignBody,
    RescheduleBody,
    shown,
    with_all,
)

router = Router(tags=["Meetings"])
CHANGED = with_faults(MeetingShape, 400, 404, 409, 413, 415, 422, 503)
LONGEST_REASON, LONGEST_EMAIL = 1000, 254


def meeting_at(request: HttpRequest, uuid: str) -> Meeting:
    """The meeting of that id in the key's workspace."""
    return one_of(with_all(own_rows(request, Meeting)), uuid=read_uuid(uuid))


def one_shown(request: HttpRequest, uuid: str) -> dict[str, Any]:
    """The meeting as it is now."""
    return shown([meeting_at(request, uuid)])[0]


@contextmanager
def told_as_problems() -> Iterator[None]:
    """What an action refuses, as the API's faults."""
    try:
        yield
    except Refused as refused:
        raise Problem("wrong-state", str(refused)) from None
    except SlotTaken as taken:
        slots = [{"start": iso(slot.start), "end": iso(slot.end)} for slot in taken.slots]
        raise Problem("slot-taken", slots=slots) from None
    except CalendarBusy:
        raise Problem("busy", headers={"Retry-After": "1"}) from None


@router.get("meetings", response=with_faults(MeetingsShape, 422), summary="List meetings")
def list_meetings(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Every booking, the one booked last first."""
    found, following = page_of(with_all(own_rows(request, Meeting)), page)
    return {"items": shown(found), "next": following}


@router.get("meetings/{meeting}", response=with_faults(MeetingShape, 404), summary="Show a meeting")
def show_meeting(request: HttpRequest, meeting: UuidInPath) -> dict[str, Any]:
    """One booking, with its records in Salesforce and how telling Salesforce goes."""
    return one_shown(request, meeting)


@router.post("meetings/{meeting}/complete", response=CHANGED, summary="Complete a meeting")
def complete_meeting(
    request: HttpRequest, meeting: UuidInPath, body: AttendanceBody | None = None
) -> dict[str, Any]:
    """The meeting took place. A no-show becomes completed; a cancelled meeting is refused."""
    row = meeting_at(request, meeting)
    with told_as_problems():
        (undo if body and body.undo else complete)(row)
    return one_shown(request, meeting)


@router.post("meetings/{meeting}/no-show", response=CHANGED, summary="Mark a no-show")
def mark_meeting_no_show(
    request: HttpRequest, meeting: UuidInPath, body: AttendanceBody | None = None
) -> dict[str, Any]:
    """The prospect did not come: the host gets their turn back. A cancelled meeting is refused."""
    row = meeting_at(request, meeting)
    with told_as_problems():
        (undo if body and body.undo else mark_no_show)(row)
    return one_shown(request, meeting)


@router.post("meetings/{meeting}/cancel", response=CHANGED, summary="Cancel a meeting")
def cancel_meeting(
    request: HttpRequest, meeting: UuidInPath, body: CancelBody | None = None
) -> dict[str, Any]:
    """Cancel, and tell prospect, host and Salesforce. What is over already is refused."""
    row = meeting_at(request, meeting)
    reason = read_member(
        "reason", lambda text: read_text(text, LONGEST_REASON), body.reason if body else None
    )
    with told_as_problems():
        cancel(row, reason)
    return one_shown(request, meeting)


@router.post("meetings/{meeting}/reschedule", response=CHANGED, summary="Reschedule a meeting")
def reschedule_meeting(request: HttpRequest, meeting: UuidInPath, body: RescheduleBody) -> dict[str, Any]:
    """Move the meeting to another of its host's free times.

    A time that is not free is answered 409, `type` ending in `/slot-taken`, with `slots`: up to 10 next free ones.
    """
    row = meeting_at(request, meeting)
    start = read_member("start", read_start, body.start)
    with told_as_problems():
        reschedule(row, start, clock.now())
    return one_shown(request, meeting)


@router.post("meetings/{meeting}/reassign", response=CHANGED, summary="Reassign a meeting")
def reassign_meeting(
    request: HttpRequest, meeting: UuidInPath, body: ReassignBody | None = None
) -> dict[str, Any]:
    """Give the meeting to another host: the one named, or the next in line of the team who is free then.

    Somebody named may work outside their hours, but is never in two meetings at once: then it is refused.
    """
    row = meeting_at(request, meeting)
    host = read_member("host", lambda email: active_host(request, email), body.host if body else None)
    with told_as_problems():
        reassign(row, host, clock.now())
    return one_shown(request, meeting)


def active_host(request: HttpRequest, email: str | None) -> Host | None:
    """The active host with an address, whatever its case; None where nobody is named."""
    if email is None:
        return None
    address = read_text(email, LONGEST_EMAIL)
    host = own_rows(request, Host).filter(email__iexact=address, active=True, archived_at=None).first()
    if host is None:
        raise Unfit("No active host of this workspace has this e-mail address.")
    return host
