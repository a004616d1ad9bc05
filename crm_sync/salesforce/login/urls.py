"""Where signing in with Salesforce lives: allauth includes this below /accounts/."""

from __future__ import annotations

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from .provider import SalesforceProvider

urlpatterns = default_urlpatterns(SalesforceProvider)
