"""OAuth's web server flow with PKCE: the authorise page, codes, tokens, rotation, revoke, introspect (facts 1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from .org import ConnectedApp, Org
from .store import Row
from .tokens import CODE_SECONDS, Code, Grant

SCOPES = {
    "api": "Read and change your records (Leads, Contacts, Accounts, Events), as far as you may yourself",
    "refresh_token": "Keep access while you are away",
    "offline_access": "Keep access while you are away",
    "id": "Know who you are",
    "openid": "Know who you are",
    "profile": "Know your name",
    "email": "Know your e-mail address",
    "full": "Everything you can do",
    "web": "Use your browser session",
}
# RFC 7636 allows 43 to 128 characters; real orgs also take jsforce's 128 random bytes in base64.
VERIFIER_LENGTHS = (43, 256)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class OAuthFault(Exception):
    """A refusal in OAuth's own shape: {"error", "error_description"}, status 400 unless told otherwise."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    @property
    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


class Redirected(Exception):
    """Where the browser goes next."""

    def __init__(self, uri: str, answers: dict[str, str]) -> None:
        super().__init__(uri)
        self.location = f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(answers)}"


@dataclass(frozen=True)
class Ask:
    """A checked authorisation request, waiting for a person's answer."""

    app: ConnectedApp
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None
    login_hint: str | None


def find_app(org: Org, client_id: str | None) -> ConnectedApp:
    found = org.apps.get(client_id or "")
    if found is None:
        raise OAuthFault("invalid_client_id", "client identifier invalid")
    return found


def may_return_to(app: ConnectedApp, uri: str) -> bool:
    """Registered callbacks letter for letter; an app without any takes loopback addresses alone."""
    if app.callbacks is not None:
        return uri in app.callbacks
    return urlsplit(uri).scheme in ("http", "https") and urlsplit(uri).hostname in LOOPBACK


def read_ask(org: Org, query: dict[str, str]) -> Ask:
    """Checks /authorize. Faults of app or callback stay on a page; later ones go back by redirect."""
    app = find_app(org, query.get("client_id"))
    uri = query.get("redirect_uri", "")
    if not may_return_to(app, uri):
        raise OAuthFault("redirect_uri_mismatch", "redirect_uri must match configuration")
    if not app.installed:
        raise OAuthFault("OAUTH_APPROVAL_ERROR_GENERIC", "app must be installed into org")
    state = query.get("state")

    def back(error: str, description: str) -> Redirected:
        answers = {"error": error, "error_description": description}
        return Redirected(uri, answers | ({"state": state} if state is not None else {}))

    if query.get("response_type") != "code":
        raise back("unsupported_response_type", "response type not supported")
    scopes = tuple(query.get("scope", "api refresh_token id").split())
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise back("invalid_scope", "the requested scope is not allowed")
    challenge = query.get("code_challenge") or None
    if query.get("code_challenge_method", "S256") != "S256":
        raise back("invalid_request", "invalid code challenge method")
    if app.requires_pkce and challenge is None:
        raise back("invalid_request", "missing required code challenge")
    return Ask(app, uri, scopes, state, challenge, query.get("login_hint"))


def allow(org: Org, ask: Ask, user: Row) -> Redirected:
    """The person said yes: back with a code."""
    grant = Grant(user["Id"], ask.app.client_id, " ".join(ask.scopes))
    answers = {"code": org.tokens.new_code(grant, ask.redirect_uri, ask.challenge)}
    return Redirected(ask.redirect_uri, answers | ({"state": ask.state} if ask.state is not None else {}))


def deny(ask: Ask) -> Redirected:
    answers = {"error": "access_denied", "error_description": "end-user denied authorization"}
    return Redirected(ask.redirect_uri, answers | ({"state": ask.state} if ask.state is not None else {}))


def client_of(org: Org, form: dict[str, str], authorization: str | None) -> ConnectedApp:
    """The app that proves itself by form fields or by Basic; a wrong secret is invalid_client."""
    given_id, given_secret = form.get("client_id"), form.get("client_secret", "")
    if authorization and authorization.lower().startswith("basic "):
        try:
            given_id, _, given_secret = base64.b64decode(authorization[6:]).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise OAuthFault("invalid_client", "invalid client credentials") from None
    app = find_app(org, given_id)
    if not hmac.compare_digest(app.client_secret, given_secret):
        raise OAuthFault("invalid_client", "invalid client credentials")
    return app


def token(org: Org, form: dict[str, str], authorization: str | None) -> dict[str, Any]:
    """POST /token for authorization_code and refresh_token."""
    kinds = {"authorization_code": by_code, "refresh_token": by_refresh}
    kind = form.get("grant_type", "")
    if kind not in kinds:
        raise OAuthFault("unsupported_grant_type", "grant type not supported")
    return kinds[kind](org, client_of(org, form, authorization), form)


def by_code(org: Org, app: ConnectedApp, form: dict[str, str]) -> dict[str, Any]:
    found = org.tokens.codes.get(form.get("code", ""))
    if found is None or found.grant.client_id != app.client_id:
        raise OAuthFault("invalid_grant", "invalid authorization code")
    if found.used:
        org.tokens.revoke_grant(found.grant)
        raise OAuthFault("invalid_grant", "invalid authorization code")
    if org.tokens.clock() - found.issued_at > CODE_SECONDS:
        raise OAuthFault("invalid_grant", "expired authorization code")
    if form.get("redirect_uri") != found.redirect_uri:
        raise OAuthFault("redirect_uri_mismatch", "redirect_uri must match configuration")
    check_verifier(found, form.get("code_verifier"))
    found.used = True
    return answer(org, app, found.grant, first=True)


def check_verifier(code: Code, verifier: str | None) -> None:
    """PKCE with S256 alone; Salesforce knows no plain challenge."""
    if code.challenge is None:
        return
    if not verifier:
        raise OAuthFault("invalid_request", "missing required code verifier")
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not VERIFIER_LENGTHS[0] <= len(verifier) <= VERIFIER_LENGTHS[1] or not hmac.compare_digest(
        made, code.challenge.rstrip("=")
    ):
        raise OAuthFault("invalid_grant", "invalid code verifier")


def by_refresh(org: Org, app: ConnectedApp, form: dict[str, str]) -> dict[str, Any]:
    grant = org.tokens.use_refresh(form.get("refresh_token", ""), app.client_id)
    if grant is None:
        raise OAuthFault("invalid_grant", "expired access/refresh token")
    return answer(org, app, grant, first=False)


def answer(org: Org, app: ConnectedApp, grant: Grant, *, first: bool) -> dict[str, Any]:
    """The token answer: `issued_at` a text in ms, no expires_in, `signature` over id and issued_at."""
    if not org.user(grant.user_id)["IsActive"]:
        raise OAuthFault("inactive_user", "user is inactive")
    identity = f"{org.base_url}/id/{org.id}/{grant.user_id}"
    issued_at = str(int(org.tokens.clock() * 1000))
    digest = hmac.new(app.client_secret.encode(), (identity + issued_at).encode(), hashlib.sha256).digest()
    found = {
        "access_token": org.tokens.new_session(grant),
        "signature": base64.b64encode(digest).decode(),
        "scope": grant.scopes,
        "instance_url": org.base_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }
    scopes = set(grant.scopes.split())
    if {"refresh_token", "offline_access", "full"} & scopes and (first or app.rotates):
        found["refresh_token"] = org.tokens.new_refresh(grant)
        org.tokens.retire_oldest(grant)
    return found


def revoke(org: Org, form: dict[str, str]) -> None:
    if not org.tokens.revoke(form.get("token", "")):
        raise OAuthFault("unsupported_token_type", "this token type is not supported")


def introspect(org: Org, form: dict[str, str], authorization: str | None) -> dict[str, Any]:
    """Whether a token lives, for whom and until when (seconds since 1970)."""
    app = client_of(org, form, authorization)
    given = form.get("token", "")
    session = org.tokens.sessions.get(given)
    grant = session.grant if session else org.tokens.refresh.get(given)
    expired = session is not None and session.expires_at <= org.tokens.clock()
    spent = session is None and grant is not None and given != grant.current_refresh
    if grant is None or grant.revoked or expired or spent or grant.client_id != app.client_id:
        return {"active": False}
    found: dict[str, Any] = {
        "active": True, "scope": grant.scopes, "client_id": app.client_id,
        "username": org.user(grant.user_id)["Username"], "sub": f"{org.base_url}/id/{org.id}/{grant.user_id}",
        "token_type": "access_token" if session else "refresh_token",
    }  # fmt: skip
    if session:
        issued, end = int(session.issued_at), int(session.expires_at)
        found |= {"exp": end, "iat": issued, "nbf": issued}
    return found


def new_ticket() -> str:
    return secrets.token_urlsafe(24)
