"""The two doors of signing in with Salesforce: off to the login host, and back with a code."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from distro.headers import allow_sources

from .grant import Grant, GrantRefused, long_id, read_grant
from .hosts import HostRefused, login_sources
from .revoking import revoke

NOT_SET_UP = (
    "This installation has no Salesforce app yet: an operator must set SALESFORCE_CLIENT_ID and"
    " SALESFORCE_CLIENT_SECRET."
)


class TokenClient(OAuth2Client):
    """Exchanges the code; what goes wrong is told by Salesforce's code, never by the body, which may hold tokens."""

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: dict[str, str] | None = None
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "client_id": self.consumer_key,
            "client_secret": self.consumer_secret,
            "code_verifier": pkce_code_verifier or "",
        }
        with get_adapter().get_requests_session() as session:
            answer = session.post(self.access_token_url, data=form)
        try:
            body = answer.json()
        except ValueError:
            body = {}
        if answer.status_code == 200 and isinstance(body, dict) and body.get("access_token"):
            return body
        code = str(body.get("error") or "") if isinstance(body, dict) else ""
        raise GrantRefused(f"Salesforce did not exchange the code ({code or answer.status_code}).", code)


class SalesforceAdapter(OAuth2Adapter):
    """One exchange with one login host."""

    provider_id = "salesforce"
    client_class = TokenClient

    def __init__(self, request: HttpRequest, login_url: str = "") -> None:
        super().__init__(request)
        self.login_url = login_url

    @property
    def authorize_url(self) -> str:
        return f"{self.login_url}/services/oauth2/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{self.login_url}/services/oauth2/token"

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Who signed in, with the checked grant as `login.grant`. Raises GrantRefused or RequestException."""
        try:
            grant = read_grant(kwargs["response"], self.login_url, app.secret)
            identity = fetch_identity(grant)
        except (GrantRefused, RequestException):
            revoke(self.login_url, token.token_secret or token.token)
            raise
        login = self.get_provider().sociallogin_from_response(request, identity)
        login.grant = Grant(**{**vars(grant), "username": str(identity.get("preferred_username") or "")})
        return login


def fetch_identity(grant: Grant) -> dict[str, Any]:
    """The user's own page at the org, asked for with the token in a header. Raises GrantRefused, RequestException.

    Source: Salesforce help, "The UserInfo Endpoint": keys organization_id, user_id, preferred_username, …
    """
    with get_adapter().get_requests_session() as session:
        answer = session.get(
            f"{grant.instance_url}/services/oauth2/userinfo",
            headers={"Authorization": f"Bearer {grant.access_token}"},
        )
    try:
        identity = answer.json() if answer.status_code == 200 else None
    except ValueError:
        identity = None
    if not isinstance(identity, dict):
        raise GrantRefused(f"The org did not say who signed in (HTTP {answer.status_code}).")
    for name in ("organization_id", "user_id"):
        identity[name] = long_id(str(identity.get(name) or ""))
    if (identity["organization_id"], identity["user_id"]) != (grant.org_id, grant.user_id):
        raise GrantRefused("The org names another user than the one who signed in.")
    return identity


class LoginView(OAuth2LoginView):
    """GET asks where to sign in, POST goes there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SALESFORCE_CLIENT_ID:
            return self.ask(request, NOT_SET_UP, 503)
        if request.method != "POST":
            return self.ask(request, "", 200)
        try:
            return self.get_provider().redirect_from_request(request)
        except HostRefused as fault:
            return self.ask(request, str(fault), 400)

    def ask(self, request: HttpRequest, fault: str, status: int) -> HttpResponse:
        context = {
            "process": request.GET.get("process"),
            "fault": fault,
            "host": request.POST.get("host", "production"),
            "domain": request.POST.get("domain", ""),
        }
        response = render(request, "socialaccount/login.html", context, status=status)
        return allow_sources(response, "form-action", login_sources())


class CallbackView(OAuth2CallbackView):
    """Back from Salesforce: the login host is the one that this attempt's own state names."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.login_url = state["login_url"]
        return state, response


oauth2_login = LoginView.adapter_view(SalesforceAdapter)
oauth2_callback = CallbackView.adapter_view(SalesforceAdapter)
