"""The HTTP face of OAuth: authorise page, token, revoke, introspect, userinfo and the identity URL."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from . import identity, oauth, pages
from .api import bearer
from .org import Org
from .store import Row

Door = Callable[[Org, Request, dict[str, str]], Response]


def authorize(org: Org, request: Request, form: dict[str, str]) -> Response:
    """GET shows the page (or approves by itself); POST is the person's answer to it."""
    if request.method == "POST" and "ticket" in form:
        return decide(org, form)
    ask = oauth.read_ask(org, form or dict(request.query_params))
    if org.approve:
        user = org.user_named(ask.login_hint or org.approve_as)
        if user is None or not user["IsActive"]:
            raise oauth.OAuthFault(
                "inactive_user", f"there is no active user {ask.login_hint or org.approve_as}"
            )
        raise oauth.allow(org, ask, user)
    ticket = oauth.new_ticket()
    org.asks[ticket] = ask
    return pages.authorize_page(org, ask, ticket)


def decide(org: Org, form: dict[str, str]) -> Response:
    ask = org.asks.pop(form["ticket"], None)
    if ask is None:
        raise oauth.OAuthFault("invalid_request", "this page is no longer valid; start the connection again")
    user = org.user_named(form.get("user", ""))
    if form.get("answer") != "allow" or user is None:
        raise oauth.deny(ask)
    raise oauth.allow(org, ask, user)


def token(org: Org, request: Request, form: dict[str, str]) -> Response:
    return JSONResponse(oauth.token(org, form, request.headers.get("authorization")))


def revoke(org: Org, request: Request, form: dict[str, str]) -> Response:
    """200 without a body; a token nobody knows is refused in form encoding."""
    try:
        oauth.revoke(org, form or dict(request.query_params))
    except oauth.OAuthFault as fault:
        return Response(urlencode(fault.body), 400, media_type="application/x-www-form-urlencoded")
    return Response(status_code=200)


def introspect(org: Org, request: Request, form: dict[str, str]) -> Response:
    return JSONResponse(oauth.introspect(org, form, request.headers.get("authorization")))


def known_user(org: Org, request: Request) -> Row | None:
    session = org.tokens.session(bearer(request) or request.query_params.get("oauth_token", ""))
    return org.user(session.grant.user_id) if session else None


def userinfo(org: Org, request: Request, form: dict[str, str]) -> Response:
    user = known_user(org, request)
    if user is None:
        return PlainTextResponse("Bad_OAuth_Token" if bearer(request) else "Missing_OAuth_Token", 403)
    return JSONResponse(identity.userinfo(org, user))


def identity_url(org: Org, request: Request, form: dict[str, str]) -> Response:
    user = known_user(org, request)
    if user is None:
        return PlainTextResponse("Bad_OAuth_Token" if bearer(request) else "Missing_OAuth_Token", 403)
    if request.url.path.strip("/").split("/")[1:] != [org.id, user["Id"]]:
        return PlainTextResponse("Wrong_Org", 403)
    return JSONResponse(identity.identity(org, user))


DOORS: dict[str, tuple[set[str], Door]] = {
    "/services/oauth2/authorize": ({"GET", "POST"}, authorize),
    "/services/oauth2/token": ({"POST"}, token),
    "/services/oauth2/revoke": ({"GET", "POST"}, revoke),
    "/services/oauth2/introspect": ({"POST"}, introspect),
    "/services/oauth2/userinfo": ({"GET", "POST"}, userinfo),
}


def read_form(request: Request, body: bytes) -> dict[str, str]:
    kind = request.headers.get("content-type", "application/x-www-form-urlencoded")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if "form" in kind else {}


def answer(org: Org, request: Request, body: bytes) -> Response | None:
    """The response of a door, or None when the path is none of them."""
    path = request.url.path.rstrip("/")
    found = ({"GET", "POST"}, identity_url) if path.startswith("/id/") else DOORS.get(path)
    if found is None:
        return None
    methods, door = found
    if request.method not in methods:
        return JSONResponse(
            {"error": "invalid_request", "error_description": "must use HTTP " + sorted(methods)[-1]}, 400
        )
    try:
        return door(org, request, read_form(request, body))
    except oauth.OAuthFault as fault:
        if path.endswith("/authorize"):
            return pages.oauth_error(org, fault)
        return JSONResponse(fault.body, fault.status)
    except oauth.Redirected as goal:
        return RedirectResponse(goal.location, 303 if request.method == "POST" else 302)
