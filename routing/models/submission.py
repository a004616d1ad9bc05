"""One filled form and the human behind it."""

from __future__ import annotations

import uuid

from django.db import models

from distro.links import token_of

from .meeting_type import MeetingType
from .people import Host, Team
from .router import DistributionRule, OwnershipRule, Router
from .workspace import Workspace


class Prospect(models.Model):
    """The human behind submissions: one per e-mail address (in small letters) and workspace."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="prospects")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["workspace", "email"], name="prospect_email_once")]

    def __str__(self) -> str:
        return self.email


class Outcome(models.TextChoices):
    BOOK = "book", "Offered times"
    REDIRECT = "redirect", "Redirected"
    MESSAGE = "message", "Shown a message"
    SPAM = "spam", "Spam"


class Submission(models.Model):
    """One filled form, what was decided about it, and the link under which its meeting is booked.

    `decision` is the small form of the trace: routing.core.route computes the full one from it.
    `pick` is the strict rotation's choice, made when times are first asked for.
    """

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="submissions")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    router = models.ForeignKey(Router, models.PROTECT, related_name="submissions")
    prospect = models.ForeignKey(
        Prospect, models.CASCADE, null=True, blank=True, related_name="submissions", help_text="Empty: spam."
    )
    answers = models.JSONField(default=dict)
    utm = models.JSONField(default=dict, blank=True)
    source_url = models.CharField(max_length=2000, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    message = models.TextField(blank=True)
    redirect_url = models.CharField(max_length=500, blank=True)
    decision = models.JSONField(default=dict)
    ownership_rule = models.ForeignKey(
        OwnershipRule, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    distribution_rule = models.ForeignKey(
        DistributionRule, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    meeting_type = models.ForeignKey(MeetingType, models.PROTECT, null=True, blank=True, related_name="+")
    target_host = models.ForeignKey(Host, models.PROTECT, null=True, blank=True, related_name="+")
    target_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    pick = models.ForeignKey(Host, models.SET_NULL, null=True, blank=True, related_name="+")

    booking_seed = models.CharField(max_length=64, editable=False)
    booking_digest = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.prospect or 'spam'} at {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def booking_token(self) -> str:
        """The token of /b/TOKEN/, printed again from the row."""
        return token_of("booking", self.booking_seed)


class ProspectMessage(models.Model):
    """What a prospect wrote because no time suited."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="messages")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="messages")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"From {self.submission}"


class IdempotencyKey(models.Model):
    """A client's Idempotency-Key on a router: `status` is null while the first request is still running."""

    workspace_path = "router__workspace"

    router = models.ForeignKey(Router, models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["router", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
