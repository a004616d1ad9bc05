"""What an org says of its objects: kept, so that planning a write costs no call."""

from __future__ import annotations

from django.db import models

from .connection import SalesforceConnection


class ObjectDescription(models.Model):
    """The connected user's describe of one object, in short: {field name: what `FieldShape` holds}."""

    workspace_path = "connection__workspace"

    connection = models.ForeignKey(SalesforceConnection, models.CASCADE, related_name="descriptions")
    object = models.CharField(max_length=80)
    fields = models.JSONField(default=dict)
    described_at = models.DateTimeField()

    class Meta:
        ordering = ["object"]
        constraints = [models.UniqueConstraint(fields=["connection", "object"], name="object_described_once")]

    def __str__(self) -> str:
        return self.object
