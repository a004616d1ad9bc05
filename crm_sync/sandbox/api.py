"""From HTTP to the REST API: session, quota, size of the address; the same lock and log for everything."""

from __future__ import annotations

from starlette.requests import Request

from . import limits, rest
from .access import Access
from .calls import CallEntry
from .errors import ApiError, not_found
from .org import Org
from .quota import count_call
from .tokens import Session
from .web import Answer, Call, refused

MAX_URL = 16384


def bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() in ("bearer", "oauth") else ""


def invalid_session(text: str = "Session expired or invalid") -> ApiError:
    return ApiError(401, "INVALID_SESSION_ID", text)


def session_of(org: Org, request: Request) -> Session:
    """The living session of the bearer token; 401 INVALID_SESSION_ID without one."""
    found = org.tokens.session(bearer(request))
    if found is None or not org.user(found.grant.user_id)["IsActive"]:
        raise invalid_session()
    if not {"api", "full"} & set(found.grant.scopes.split()):
        raise invalid_session("This session is not valid for use with the REST API")
    return found


def check_size(request: Request) -> None:
    url = len(request.url.path) + len(request.url.query)
    if url > MAX_URL:
        raise ApiError(414, "URI_TOO_LONG", "The URI is longer than 16,384 bytes")
    if url + sum(len(key) + len(value) for key, value in request.headers.items()) > MAX_URL:
        raise ApiError(
            431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "The URI and headers are longer than 16,384 bytes"
        )


def answer(org: Org, request: Request, body: bytes, entry: CallEntry | None) -> Answer:
    """Answers a request under /services/; every refusal is an Answer."""
    try:
        check_size(request)
        if request.url.path.rstrip("/") == "/services/data":
            return Answer(200, limits.versions())
        if not request.url.path.startswith("/services/data/"):
            raise not_found()
        session = session_of(org, request)
        access = Access(org, session.grant.user_id)
        access.check_api()
        count_call(org)
    except ApiError as fault:
        return refused(fault)
    if entry:
        entry.user = access.user["Username"]
    headers = {key.lower(): value for key, value in request.headers.items()}
    raw_path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    url = raw_path.split("?")[0] + (f"?{request.url.query}" if request.url.query else "")
    found = rest.answer(Call(org, access, request.method, url, headers, body, entry=entry))
    if found.status != 204:  # recorded 204s carry none: nobody may rely on it after a write
        found.headers.update(org.usage_header())
    return found
