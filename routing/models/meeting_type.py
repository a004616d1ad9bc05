"""What can be booked: how long, how soon, how often."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from .workspace import Workspace

DEFAULT_TITLE = "{meeting_type} with {first_name} {last_name}"


def validate_five_minutes(minutes: int) -> None:
    """Availability is counted in steps of five minutes."""
    if minutes % 5:
        raise ValidationError(f"{minutes} is not a multiple of 5 minutes.")


def minutes_field(default: int, *, least: int = 0, most: int = 1440) -> models.PositiveIntegerField:
    """A column of whole minutes in steps of five."""
    return models.PositiveIntegerField(
        default=default,
        validators=[MinValueValidator(least), MaxValueValidator(most), validate_five_minutes],
    )


class MeetingType(models.Model):
    """All times in minutes, but `horizon_days`."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="meeting_types")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=255, default=DEFAULT_TITLE)
    duration = minutes_field(30, least=5)
    slot_interval = minutes_field(30, least=5)
    buffer_before = minutes_field(0)
    buffer_after = minutes_field(0)
    minimum_notice = models.PositiveIntegerField(default=60, validators=[MaxValueValidator(527040)])
    horizon_days = models.PositiveIntegerField(
        default=14, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    daily_limit = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Per host and day. Empty: none."
    )
    location = models.CharField(max_length=255, default="Remote")
    complete_after = models.PositiveIntegerField(
        null=True,
        blank=True,
        default=60,
        help_text="Completed by itself this many minutes after the end. Empty: never.",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="meeting_type_name_once"),
            models.CheckConstraint(
                condition=Q(duration__gte=5) & Q(slot_interval__gte=5), name="meeting_type_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name
