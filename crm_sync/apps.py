"""Keeps Salesforce told."""

from django.apps import AppConfig


class CrmSyncConfig(AppConfig):
    name = "crm_sync"
    verbose_name = "Salesforce"
