"""The append-only account of who got what and why."""

from __future__ import annotations

from django.db import models

from .meeting import Meeting
from .people import Host, Team
from .router import Router
from .workspace import Workspace


class LedgerReason(models.TextChoices):
    ASSIGNMENT = "assignment", "Got a meeting"
    OWNERSHIP = "ownership", "Got a meeting as the record's owner"
    SKIP = "skip", "Was passed over"
    CANCELLATION = "cancellation", "The meeting was cancelled"
    NO_SHOW = "no_show", "The prospect did not come"
    REASSIGNMENT = "reassignment", "The meeting was reassigned"
    CREDIT = "credit", "Credited by hand"
    JOINED = "joined", "Joined at par"


class LedgerEntry(models.Model):
    """One line: `turns` is what it adds to the host's own turns, negative for what it gives back."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="ledger")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="ledger")
    host = models.ForeignKey(Host, models.CASCADE, related_name="ledger")
    router = models.ForeignKey(Router, models.SET_NULL, null=True, blank=True, related_name="+")
    meeting = models.ForeignKey(Meeting, models.SET_NULL, null=True, blank=True, related_name="ledger")
    reason = models.CharField(max_length=12, choices=LedgerReason.choices)
    turns = models.DecimalField(max_digits=12, decimal_places=4)
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["team", "created_at"], name="ledger_by_team")]

    def __str__(self) -> str:
        return f"{self.host.name} {self.turns:+}: {self.get_reason_display()}"
