"""Workspace and its members: one customer company, which owns every other row."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models


def validate_timezone(name: str) -> None:
    """Refuse what is no IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(f'"{name}" is no time zone; write one such as Europe/Berlin.')


class RotationReset(models.TextChoices):
    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter"
    YEARLY = "yearly", "Every year"
    NEVER = "never", "Never"


class Workspace(models.Model):
    """One customer company."""

    workspace_path = "pk"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    allowed_origins = models.JSONField(
        default=list,
        blank=True,
        help_text="Web sites that may embed the forms, such as https://www.acme.example",
    )
    rotation_reset = models.CharField(
        max_length=10, choices=RotationReset.choices, default=RotationReset.MONTHLY
    )
    count_ownership_bookings = models.BooleanField(
        default=False, help_text="Count meetings that went to a record's owner as turns in the rotation."
    )
    extension_fields = models.BooleanField(
        default=True,
        help_text="Let Distro add its own fields to Salesforce: they make every write repeatable.",
    )
    free_mail_domains = models.JSONField(
        default=list, blank=True, help_text="Free-mail domains besides the well-known ones."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMINISTRATOR = "administrator", "Administrator"
    HOST = "host", "Host"


class Member(models.Model):
    """A user in a workspace."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=15, choices=Role.choices, default=Role.ADMINISTRATOR)

    class Meta:
        ordering = ["workspace", "user"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once_per_workspace"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
