"""allauth's Salesforce provider with fixed scopes, PKCE, and the org as part of who somebody is."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.salesforce.provider import SalesforceProvider as StockProvider
from django.http import HttpRequest

from .exchange import SalesforceAdapter
from .hosts import PRODUCTION, choose_login_url

SCOPES = ("api", "refresh_token", "id")
KEPT_OF_IDENTITY = ("organization_id", "user_id", "preferred_username", "name", "email")


class SalesforceProvider(StockProvider):
    """Same id and addresses as the stock one."""

    package = "crm_sync.salesforce.login"
    oauth2_adapter_class = SalesforceAdapter
    pkce_enabled_default = True

    def get_scope(self) -> list[str]:
        return list(SCOPES)

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Never what the request asks for."""
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Never what the request asks for."""
        return {}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Signing in at the chosen host; raises HostRefused. A signed-in member may link themselves instead."""
        kwargs = super().get_redirect_from_request_kwargs(request)
        linking = kwargs["process"] == AuthProcess.CONNECT and request.user.is_authenticated
        kwargs["process"] = AuthProcess.CONNECT if linking else AuthProcess.LOGIN
        chosen = request.POST.get("host") or PRODUCTION
        kwargs["login_url"] = choose_login_url(chosen, request.POST.get("domain", ""))
        return kwargs

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Off to Salesforce; `login_url` must have been checked and stays in the state of this attempt alone."""
        self.login_url = kwargs["login_url"]
        return super().redirect(request, process, next_url, data, **kwargs)

    def get_oauth2_adapter(self, request: HttpRequest) -> SalesforceAdapter:
        return SalesforceAdapter(request, self.login_url)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return f"{data['organization_id']}/{data['user_id']}"

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data.get(name) for name in KEPT_OF_IDENTITY}


provider_classes = [SalesforceProvider]
