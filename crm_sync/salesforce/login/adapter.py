"""allauth's two adapters: nobody signs up by themselves, and what Salesforce grants goes to the connection alone."""

from __future__ import annotations

import functools
from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.http import HttpRequest

from .faults import fault_of
from .revoking import revoke

TIMEOUT_SECONDS = 10


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one app of the settings; rows of the database are not looked at, so that no secret waits there."""
        app = SocialApp(
            provider="salesforce",
            name="Salesforce",
            client_id=settings.SALESFORCE_CLIENT_ID,
            secret=settings.SALESFORCE_CLIENT_SECRET,
            key=settings.SALESFORCE_LOGIN_URL,
        )
        wanted = provider in (None, "salesforce") and client_id in (None, app.client_id)
        return [app] if wanted else []

    def get_requests_session(self) -> requests.Session:
        """A session that follows no redirect and takes neither proxies nor passwords from its surroundings."""
        session = requests.Session()
        session.trust_env = False
        session.request = functools.partial(  # type: ignore[method-assign]
            session.request, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Take the tokens out of allauth's hands: for connecting they are kept, for signing in given back."""
        from . import connecting  # models are not ready when allauth reads this module

        grant = sociallogin.__dict__.pop("grant")
        sociallogin.token = None
        attempt = _attempt_of(sociallogin.state)
        if attempt is not None:
            raise ImmediateHttpResponse(connecting.come_back(request, attempt, grant))
        revoke(grant.login_url, grant.refresh_token or grant.access_token)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """An attempt to connect that failed is told on the card; other faults on allauth's page, in our words."""
        from . import connecting

        extra = {} if extra_context is None else extra_context
        fault = fault_of(request.GET.get("error", ""), request.GET.get("error_description", ""), exception)
        attempt = _attempt_of(extra.get("state") or {})
        if attempt is not None:
            raise ImmediateHttpResponse(connecting.come_back_empty(request, attempt, fault))
        extra["fault"] = fault
        extra["state_lost"] = not extra.get("state")


def _attempt_of(state: dict[str, Any]) -> int | None:
    return (state.get("data") or {}).get("attempt")
