"""A workspace's tie to one Salesforce org, and the attempts to make one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from distro.encryption import EncryptedTextField
from routing.models import Host, Workspace


class ConnectionState(models.TextChoices):
    CONNECTED = "connected", "Connected"
    BROKEN = "broken", "Needs reconnecting"
    DISCONNECTED = "disconnected", "Disconnected"


class ProvisionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being set up"
    DONE = "done", "Set up"
    INCOMPLETE = "incomplete", "Incomplete"


class SalesforceConnection(models.Model):
    """One per workspace; an org belongs to one workspace of the installation while it is connected.

    `fields` is what describe said of each of Distro's fields: {"Lead.Distro_No_Show__c": {"exists": bool,
    "type_right": bool, "readable": bool, "writable": bool, "text": str}}. `objects` is what the connected user
    may do: {"Lead": {"createable": bool, "updateable": bool, "queryable": bool}}.
    The refresh_* columns are a lease: tokens never wait under a lock.
    """

    workspace_path = "workspace"

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="salesforce")
    state = models.CharField(
        max_length=15, choices=ConnectionState.choices, default=ConnectionState.CONNECTED
    )
    org_id = models.CharField(max_length=18)
    org_name = models.CharField(max_length=120, blank=True)
    org_type = models.CharField(max_length=60, blank=True)
    is_sandbox = models.BooleanField(default=False)
    user_id = models.CharField(max_length=18)
    username = models.CharField(max_length=255, blank=True)
    login_url = models.CharField(max_length=255)
    instance_url = models.CharField(max_length=255)
    identity_url = models.CharField(max_length=255)
    scope = models.CharField(max_length=255, blank=True)
    access_token = EncryptedTextField(blank=True, editable=False)
    refresh_token = EncryptedTextField(blank=True, editable=False)
    token_version = models.PositiveIntegerField(default=1, editable=False)
    refresh_lease_until = models.DateTimeField(null=True, editable=False)
    refresh_lease_token = models.CharField(max_length=36, blank=True, editable=False)
    refreshed_at = models.DateTimeField(null=True, blank=True, editable=False)

    provision_state = models.CharField(
        max_length=12, choices=ProvisionState.choices, default=ProvisionState.WAITING
    )
    provision_note = models.TextField(blank=True)
    provision_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    provisioned_at = models.DateTimeField(null=True, blank=True)
    fields = models.JSONField(default=dict, editable=False)
    objects_rights = models.JSONField(default=dict, editable=False)
    api_used = models.PositiveIntegerField(default=0)
    api_max = models.PositiveIntegerField(default=0)

    failures_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    resting_until = models.DateTimeField(null=True, blank=True, editable=False)
    lookup_failures = models.PositiveIntegerField(default=0, editable=False)
    lookup_resting_until = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField()
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "Salesforce connection"
        constraints = [
            models.UniqueConstraint(
                fields=["org_id"], condition=~Q(state="disconnected"), name="org_in_one_workspace"
            )
        ]

    def __str__(self) -> str:
        return f"{self.org_name or self.org_id} ({self.get_state_display()})"


class ConnectAttempt(models.Model):
    """Somebody went to Salesforce to connect: an attempt that never comes back is explained on the card.

    `pending` is what Salesforce granted, tokens included, while a question waits for its answer.
    """

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="connect_attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    login_url = models.CharField(max_length=255)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    pending = EncryptedTextField(blank=True, editable=False)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.workspace} at {self.started_at:%Y-%m-%d %H:%M}"


class UserMapping(models.Model):
    """Which Salesforce user a host is: looked up by e-mail, username or id, and kept."""

    workspace_path = "host__workspace"

    host = models.OneToOneField(Host, models.CASCADE, related_name="salesforce_mapping")
    asked_for = models.CharField(max_length=255)
    user_id = models.CharField(max_length=18, blank=True, help_text="Empty: Salesforce has no such user.")
    active = models.BooleanField(default=False)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.asked_for}: {self.user_id or 'no user'}"
