"""The exchange with a login host: off with PKCE, back with a code, the code for tokens, the tokens for a name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest
from requests import RequestException

from .grant import Grant, GrantRefused, long_id, read_grant
from .revoking import revoke


class TokenClient(OAuth2Client):
    """Exchanges the code; what goes wrong is told by Salesforce's code, never by the body, which may hold tokens."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, Any]) -> str:
        """Where the browser goes; the scopes in their own order."""
        query = {
            "client_id": self.consumer_key,
            "redirect_uri": self.callback_url,
            "scope": " ".join(scope),
            "response_type": "code",
            "state": self.state,
        }
        return f"{authorization_url}?{urlencode(query | extra_params)}"

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
        login.grant = replace(grant, username=str(identity.get("preferred_username") or ""))
        return login


def fetch_identity(grant: Grant) -> dict[str, Any]:
    """The user's own page at the org, asked for with the token in a header. Raises GrantRefused, RequestException.

    Sources: Salesforce help, "The UserInfo Endpoint": keys organization_id, user_id, preferred_username, …; where
    that is refused (it is a matter of scopes), "Identity URLs": the same with username.
    """
    identity, status = _ask(grant, "/services/oauth2/userinfo")
    if identity is None:
        identity, status = _ask(grant, f"/id/{grant.org_id}/{grant.user_id}")
    if identity is None:
        raise GrantRefused(f"The org did not say who signed in (HTTP {status}).")
    identity.setdefault("preferred_username", identity.get("username"))
    for name in ("organization_id", "user_id"):
        identity[name] = long_id(str(identity.get(name) or ""))
    if (identity["organization_id"], identity["user_id"]) != (grant.org_id, grant.user_id):
        raise GrantRefused("The org names another user than the one who signed in.")
    return identity


def _ask(grant: Grant, path: str) -> tuple[dict[str, Any] | None, int]:
    """The JSON object at a path of the org and the HTTP status; None for anything else."""
    headers = {"Authorization": f"Bearer {grant.access_token}", "Accept": "application/json"}
    with get_adapter().get_requests_session() as session:
        answer = session.get(f"{grant.instance_url}{path}", headers=headers)
    try:
        body = answer.json() if answer.status_code == 200 else None
    except ValueError:
        body = None
    return (body if isinstance(body, dict) else None), answer.status_code
