"""A meeting as the API tells of it, and the bodies of what can be done with one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field, StrictBool

from distro.rest.bodies import BodyShape
from distro.rest.shapes import Moment, RunShape
from routing.crm import get_crm
from routing.models import Meeting, Status


class HostShape(Schema):
    """Who takes the meeting."""

    email: str
    name: str


class SalesforceShape(Schema):
    """The ids of its records in Salesforce, null as long as there are none."""

    event: str | None
    person: str | None = Field(description="The prospect's Lead or Contact.")
    object: str | None = Field(description="Which of the two: Lead or Contact.")


class MeetingShape(Schema):
    """One booking. Its times stay when it is cancelled."""

    meeting: UUID
    submission: UUID
    router: str = Field(description="The router's key.")
    meeting_type: str
    status: Literal["Scheduled", "Rescheduled", "Completed", "No Show", "Cancelled"]
    no_show: bool
    start: Moment
    end: Moment
    created_at: Moment
    host: HostShape
    email: str = Field(description="The prospect's.")
    location: str | None
    meeting_url: str | None
    salesforce: SalesforceShape
    runs: list[RunShape] = Field(description="What Salesforce hears of this meeting and of its owner.")


class MeetingsShape(Schema):
    """A page of meetings."""

    items: list[MeetingShape]
    next: str | None = Field(description="The cursor of the next page.")


class AttendanceBody(BodyShape):
    """Nothing at all does; `undo` takes the last completed or no-show back."""

    undo: StrictBool = False


class CancelBody(BodyShape):
    """A reason is kept with the meeting."""

    reason: str = Field("", description="At most 1,000 characters.")


class RescheduleBody(BodyShape):
    """The new time; the meeting keeps its host and its length."""

    start: str = Field(description="ISO 8601 with Z or an offset.", examples=["2026-12-08T09:30:00Z"])


class ReassignBody(BodyShape):
    """The new host; nobody named means the next in line who is free then."""

    host: str | None = Field(None, description="The e-mail address of an active host.")


def with_all(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """The meetings with what their own columns refer to: 1 query."""
    return meetings.select_related("submission", "router", "meeting_type", "host", "prospect")


def shown(meetings: Collection[Meeting]) -> list[dict[str, Any]]:
    """Meetings of `with_all` in their shape, with what the CRM has of them: 4 queries, however many."""
    crm = get_crm()
    records, runs = crm.records_of_meetings(meetings), crm.runs_of_meetings(meetings)
    return [
        {
            "meeting": meeting.uuid,
            "submission": meeting.submission.uuid,
            "router": meeting.router.key,
            "meeting_type": meeting.meeting_type.name,
            "status": meeting.status,
            "no_show": meeting.status == Status.NO_SHOW,
            "start": meeting.start,
            "end": meeting.end,
            "created_at": meeting.created_at,
            "host": {"email": meeting.host.email, "name": meeting.host.name},
            "email": meeting.prospect.email,
            "location": meeting.location or None,
            "meeting_url": meeting.meeting_url or None,
            "salesforce": {
                "event": records[meeting.pk].meeting,
                "person": records[meeting.pk].person,
                "object": records[meeting.pk].object,
            },
            "runs": runs.get(meeting.pk, []),
        }
        for meeting in meetings
    ]
