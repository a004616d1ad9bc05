"""Keeps Salesforce told."""

from django.apps import AppConfig


class CrmSyncConfig(AppConfig):
    name = "crm_sync"
    verbose_name = "Salesforce"

    def ready(self) -> None:
        from . import provision_kinds  # noqa: F401 - registers what can be due
