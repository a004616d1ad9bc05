"""What Salesforce must hear of, how each attempt went, and which record is whose."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from routing.models import Meeting, Prospect, Submission, Workspace

from .connection import SalesforceConnection


class RunKind(models.TextChoices):
    PERSON = "person", "Person"
    MEETING = "meeting", "Meeting"
    OWNER = "owner", "Owner"


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    NEEDS_PERSON = "needs_person", "Needs a person"
    NEEDS_RECONNECTING = "needs_reconnecting", "Needs reconnecting"
    IGNORED = "ignored", "Ignored"


class SyncRun(models.Model):
    """One change that Salesforce must hear of. It says what changed, never how: the worker looks, plans, does.

    `wanted` grows with every change of the subject, `written` follows when Salesforce has it. `memo` is what
    later attempts must know of earlier ones: the visitor's look-up, the host an owner was wanted for.
    """

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sync_runs")
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.WAITING)
    prospect = models.ForeignKey(Prospect, models.CASCADE, related_name="sync_runs")
    submission = models.ForeignKey(
        Submission, models.CASCADE, null=True, blank=True, related_name="sync_runs"
    )
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="sync_runs")
    wanted = models.PositiveIntegerField(default=1)
    written = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)
    verify_at = models.DateTimeField(
        null=True,
        blank=True,
        db_index=True,
        help_text="A call's outcome was unknown: written once more then.",
    )
    attempts = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=80, blank=True)
    error_message = models.TextField(blank=True)
    error_remedy = models.TextField(blank=True)
    notes = models.JSONField(default=list, blank=True)
    left_out = models.JSONField(default=list, blank=True)
    memo = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["workspace", "state", "due_at"], name="run_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(kind="person"), name="run_one_person_per_submission"
            ),
            models.UniqueConstraint(
                fields=["kind", "meeting"], condition=Q(meeting__isnull=False), name="run_once_per_meeting"
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.meeting or self.submission}"


class StepState(models.TextChoices):
    STARTED = "started", "Sent"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class SyncStep(models.Model):
    """One operation of an attempt, as meant (`fields`) and as it went."""

    workspace_path = "run__workspace"

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="steps")
    attempt = models.PositiveIntegerField()
    action = models.CharField(max_length=10)
    object = models.CharField(max_length=80)
    record_id = models.CharField(max_length=18, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.STARTED)
    code = models.CharField(max_length=80, blank=True)
    message = models.TextField(blank=True)
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.action} {self.object}"


class RecordLink(models.Model):
    """Our row and its Salesforce record. `owner_id` is the owner we last saw or wrote."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="record_links")
    connection = models.ForeignKey(SalesforceConnection, models.CASCADE, related_name="links")
    prospect = models.OneToOneField(
        Prospect, models.CASCADE, null=True, blank=True, related_name="record_link"
    )
    meeting = models.OneToOneField(Meeting, models.CASCADE, null=True, blank=True, related_name="record_link")
    object = models.CharField(max_length=80)
    record_id = models.CharField(max_length=18)
    owner_id = models.CharField(max_length=18, blank=True)
    created_by_us = models.BooleanField(default=False)
    linked_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-linked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(prospect__isnull=False, meeting__isnull=True)
                | Q(prospect__isnull=True, meeting__isnull=False),
                name="link_of_one_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"
