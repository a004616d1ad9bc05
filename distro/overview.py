"""What the admin's first page tells: what needs a person, and today's meetings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet
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
# A run that is due for longer than this is late: the worker usually takes it within seconds.
LATE = timedelta(minutes=5)


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
    told = salesforce_news(place.workspace, timezone.now())
    return {**told, "meetings_today": meetings}


def salesforce_news(workspace: Workspace, now: datetime) -> dict[str, Any]:
    """What Salesforce has not heard of yet, and who sees to it.

    Behind a broken connection everything waits for one act of a person, so that its runs are counted, not listed.
    """
    runs = SyncRun.objects.filter(workspace=workspace)
    state = SalesforceConnection.objects.filter(workspace=workspace).values_list("state", flat=True).first()
    broken = state == ConnectionState.BROKEN
    parked = runs.filter(state=RunState.NEEDS_PERSON) if broken else runs.filter(state__in=PARKED)
    waiting = runs.filter(state__in=[RunState.WAITING, RunState.RUNNING])
    late = waiting.filter(Q(attempts__gt=0) | ~Q(error_message="") | Q(due_at__lt=now - LATE))
    behind = runs.filter(state=RunState.NEEDS_RECONNECTING) | waiting
    return {
        "connection_state": state or ConnectionState.DISCONNECTED.value,
        "parked": parked.select_related("prospect")[:SHOWN],
        "parked_count": parked.count(),
        "waiting_count": late.count() if state == ConnectionState.CONNECTED else behind.count(),
    }
