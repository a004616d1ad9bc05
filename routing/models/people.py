"""Hosts, their hours and time off, and the teams they share meetings in."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from .workspace import Workspace, validate_timezone


class Host(models.Model):
    """Somebody who takes meetings; may or may not sign in."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="hosts")
    email = models.EmailField()
    name = models.CharField(max_length=120)
    timezone = models.CharField(
        max_length=64, blank=True, validators=[validate_timezone], help_text="Empty: the workspace's."
    )
    active = models.BooleanField(default=True, help_text="Gets new meetings.")
    meeting_url = models.URLField(max_length=255, blank=True)
    salesforce_user = models.CharField(
        max_length=255,
        blank=True,
        help_text="An e-mail, a username or a 005… id. Empty: the host's e-mail.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="hosts"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(fields=["workspace", "email"], name="host_email_once")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def zone_name(self) -> str:
        """The host's time zone, or the workspace's where none is set."""
        return self.timezone or self.workspace.timezone


class Weekday(models.IntegerChoices):
    MON = 0, "Monday"
    TUE = 1, "Tuesday"
    WED = 2, "Wednesday"
    THU = 3, "Thursday"
    FRI = 4, "Friday"
    SAT = 5, "Saturday"
    SUN = 6, "Sunday"


class WorkingHours(models.Model):
    """A span of a weekday in the host's own zone, in minutes after midnight.

    An end that is not after its start lies on the next day; 1440 is the end of the day.
    """

    workspace_path = "host__workspace"

    host = models.ForeignKey(Host, models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "start_minute"]
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6) & Q(start_minute__lt=1440) & Q(end_minute__lte=1440),
                name="working_hours_in_week",
            ),
            models.UniqueConstraint(
                fields=["host", "weekday", "start_minute", "end_minute"], name="working_hours_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock(self.start_minute)}-{clock(self.end_minute)}"


def clock(minute: int) -> str:
    """Minutes after midnight as HH:MM, 1440 as 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


class TimeOff(models.Model):
    """Whole days of the host's own zone, both included."""

    workspace_path = "host__workspace"

    host = models.ForeignKey(Host, models.CASCADE, related_name="time_off")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["first_day"]
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="time_off_forwards")
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class Team(models.Model):
    """Hosts who share meetings."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A host's place in a team; the weight is their share of its meetings."""

    workspace_path = "team__workspace"

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    host = models.ForeignKey(Host, models.CASCADE, related_name="memberships")
    weight = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(100)])
    position = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team", "host"], name="team_member_once"),
            models.CheckConstraint(condition=Q(weight__lte=100), name="team_member_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.host.name} in {self.team.name}"
