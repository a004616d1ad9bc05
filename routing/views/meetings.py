"""A meeting as its prospect hears of it: in JSON, in words, and as links that enter it in a calendar."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from ..models import Meeting, Submission
from .wording import clock_text, dated_day_text, iso
from .zones import city_of

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.office.com/calendar/0/deeplink/compose"


def manage_path(meeting: Meeting) -> str:
    """The path of the prospect's own page."""
    return reverse("meeting", args=[meeting.manage_token])


def manage_url(meeting: Meeting) -> str:
    """The public address of the prospect's own page."""
    return settings.BASE_URL + manage_path(meeting)


def name_of(submission: Submission) -> str:
    """The prospect's name as given, "" where the form asked for none."""
    answers = submission.answers
    return " ".join(str(answers[key]) for key in ("first_name", "last_name") if answers.get(key))


def meeting_answer(meeting: Meeting) -> dict[str, Any]:
    """The JSON of a booked meeting; every key always, null where there is nothing."""
    return {
        "meeting": str(meeting.uuid),
        "status": str(meeting.status),
        "start": iso(meeting.start),
        "end": iso(meeting.end),
        "host": {"name": meeting.host.name},
        "location": meeting.location or None,
        "meeting_url": meeting.meeting_url or None,
        "manage_url": manage_url(meeting),
    }


def when_context(meeting: Meeting, name: str = "") -> dict[str, str]:
    """Day and times on the clock of the zone of that name, else on the prospect's."""
    name = name or meeting.timezone
    zone = ZoneInfo(name)
    start, end = meeting.start.astimezone(zone), meeting.end.astimezone(zone)
    return {
        "day": dated_day_text(start.date()),
        "from": clock_text(start),
        "to": clock_text(end),
        "zone": name,
        "zone_city": city_of(name),
    }


def calendar_links(meeting: Meeting) -> dict[str, str]:
    """Where the meeting can be entered in a calendar with one click."""
    place = meeting.meeting_url or meeting.location
    start, end = iso(meeting.start), iso(meeting.end)
    times = f"{start}/{end}".replace("-", "").replace(":", "")
    google = {"action": "TEMPLATE", "text": meeting.title, "dates": times, "location": place}
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": meeting.title,
        "startdt": start,
        "enddt": end,
        "location": place,
    }
    return {
        "google": f"{GOOGLE}?{urlencode(google)}",
        "outlook": f"{OUTLOOK}?{urlencode(outlook)}",
        "file": reverse("meeting-calendar", args=[meeting.manage_token]),
    }
