"""Signing in with, and connecting to, Salesforce: allauth's provider, extended."""

from django.apps import AppConfig


class SalesforceLoginConfig(AppConfig):
    name = "crm_sync.salesforce.login"
    label = "salesforce_login"
