"""Mail, kept until it was sent: due work carries it, so a mail server that is down delays nothing else."""

from __future__ import annotations

from django.db import models

from .meeting import Meeting
from .workspace import Workspace


class MailState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"


class Mail(models.Model):
    """One mail to one person."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="mails")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="mails")
    kind = models.CharField(max_length=30)
    to = models.EmailField()
    subject = models.CharField(max_length=255)
    text = models.TextField()
    calendar = models.TextField(blank=True, help_text="The attached iCalendar file.")
    calendar_method = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
