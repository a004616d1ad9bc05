"""A booked meeting, and the rows by which the database guards the hosts' calendars."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from distro.links import token_of

from .meeting_type import MeetingType
from .people import Host
from .router import Router
from .submission import Prospect, Submission
from .workspace import Workspace


class Status(models.TextChoices):
    SCHEDULED = "Scheduled", "Scheduled"
    RESCHEDULED = "Rescheduled", "Rescheduled"
    COMPLETED = "Completed", "Completed"
    NO_SHOW = "No Show", "No Show"
    CANCELLED = "Cancelled", "Cancelled"


STANDING = (Status.SCHEDULED, Status.RESCHEDULED)


class Meeting(models.Model):
    """One booking. Its times stay when it is cancelled; `version` grows with every change of it."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="meetings")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="meetings")
    prospect = models.ForeignKey(Prospect, models.CASCADE, related_name="meetings")
    router = models.ForeignKey(Router, models.PROTECT, related_name="meetings")
    meeting_type = models.ForeignKey(MeetingType, models.PROTECT, related_name="meetings")
    host = models.ForeignKey(Host, models.PROTECT, related_name="meetings")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.SCHEDULED)
    status_before = models.CharField(max_length=12, choices=Status.choices, blank=True)
    start = models.DateTimeField(db_index=True)
    end = models.DateTimeField()
    buffer_before = models.PositiveIntegerField(
        default=0, help_text="Minutes, as they were when it was booked."
    )
    buffer_after = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=255)
    location = models.CharField(max_length=255, blank=True)
    meeting_url = models.CharField(max_length=255, blank=True)
    timezone = models.CharField(max_length=64, help_text="The prospect's.")
    guests = models.JSONField(default=list, blank=True)
    notes = models.TextField(blank=True)
    cancel_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    changed_at = models.DateTimeField(auto_now=True)

    manage_seed = models.CharField(max_length=64, editable=False)
    manage_digest = models.CharField(max_length=64, unique=True, editable=False)
    host_seed = models.CharField(max_length=64, editable=False)
    host_digest = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        ordering = ["-start", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="meeting_ends_after_start"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="meeting_status_known"),
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(status__in=[Status.SCHEDULED, Status.RESCHEDULED, Status.COMPLETED]),
                name="meeting_one_standing_per_submission",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    @property
    def manage_token(self) -> str:
        """The token of the prospect's page /m/TOKEN/, printed again from the row."""
        return token_of("manage", self.manage_seed)

    @property
    def host_token(self) -> str:
        """The token of the host's one-click page /h/TOKEN/, printed again from the row."""
        return token_of("host", self.host_seed)


class Tick(models.Model):
    """One five-minute tick of a host's calendar, claimed by a standing meeting, buffers included.

    `number` counts five minutes since 1970-01-01T00:00Z. The unique constraint is what makes overlapping
    meetings impossible, whoever races whom.
    """

    workspace_path = "host__workspace"

    host = models.ForeignKey(Host, models.CASCADE, related_name="ticks")
    number = models.BigIntegerField()
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="ticks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "number"], name="tick_once_per_host")]

    def __str__(self) -> str:
        return f"{self.host_id}:{self.number}"


class DayPlace(models.Model):
    """A place in a host's day, counted from 1: unique, so that no race passes the daily limit."""

    workspace_path = "host__workspace"

    host = models.ForeignKey(Host, models.CASCADE, related_name="day_places")
    day = models.DateField(help_text="In the host's own zone.")
    ordinal = models.PositiveSmallIntegerField()
    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="day_place")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "day", "ordinal"], name="day_place_once_per_host")
        ]

    def __str__(self) -> str:
        return f"{self.host_id} {self.day} #{self.ordinal}"
