"""The keys with which programs use a workspace through the JSON API."""

from __future__ import annotations

from django.db import models

from .workspace import Workspace


class ApiKey(models.Model):
    """One key. `digest` is the key's SHA-256; `hint` is how it begins, enough to tell it from others."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120, help_text="What it is for, such as the program that will use it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField("begins with", max_length=20, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
