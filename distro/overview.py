"""What the admin's first page tells: what needs a person, and today's meetings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.utils import timezone

from crm_sync.models import ConnectionState, RunState, SalesforceConnection, SyncRun
from distro.members import Place
from routing.models import Meeting, Role, Workspace

SHOWN = 8
# State of the connection -> what the header says, and in which colour.
HEADER_STATES = {
    ConnectionState.CONNECTED.value: ("connected", "good"),
    ConnectionState.BROKEN.value: ("needs reconnecting", "bad"),
    ConnectionState.DISCONNECTED.value: ("not connected", "idle"),
}
PARKED = (RunState.NEEDS_PERSON, RunState.NEEDS_RECONNECTING)


def salesforce_state(workspace: Workspace) -> tuple[str, str]:
    """The header's word about a workspace's connection, and its tone: good, bad or idle."""
    state = SalesforceConnection.objects.filter(workspace=workspace).values_list("state", flat=True).first()
    return HEADER_STATES[state or ConnectionState.DISCONNECTED.value]


def todays_meetings(workspace: Workspace, now: datetime) -> QuerySet[Meeting]:
    """The meetings that start today in the workspace's zone, in their order, cancelled ones included."""
    zone = ZoneInfo(workspace.timezone)
    day = now.astimezone(zone).date()
    start = datetime.combine(day, time.min, zone)
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    return (
        Meeting.objects.filter(workspace=workspace, start__gte=start, start__lt=end)
        .select_related("host", "prospect")
        .order_by("start")
    )


def overview(place: Place, user: User | AnonymousUser) -> dict[str, Any]:
    """The first page's context; a host hears of their own meetings alone. Empty without a workspace."""
    if place.workspace is None:
        return {}
    meetings = todays_meetings(place.workspace, timezone.now())
    if place.role == Role.HOST:
        return {"meetings_today": meetings.filter(host__user=user.pk)}
    parked = SyncRun.objects.filter(workspace=place.workspace, state__in=PARKED).select_related("prospect")
    return {"parked": parked[:SHOWN], "parked_count": parked.count(), "meetings_today": meetings}
