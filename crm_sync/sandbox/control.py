"""The org's control address, `/__sandbox/…`: JSON in, JSON out, no sign-in, loopback only.

GET    /__sandbox                  ids, counts, settings, usage
POST   /__sandbox/faults           one fault or a list of them; keys as in faults.Fault: method, path (regex over path
                                   and query), sobject, body_contains, when ("before", "after", "late" the write),
                                   status, error_code (or errorCode), message, fields, body, delay (s), drop (bool,
                                   or "before"/"after"), apply_after (s, for late), times (null: always), skip
GET    /__sandbox/faults           all of them with their hits; DELETE clears
GET    /__sandbox/calls            {"count", "last", "calls": [...]} of the API; a Composite is one call; ?since=NUMBER;
                                   ?all=true adds OAuth's requests; DELETE resets
GET    /__sandbox/writes           {"count", "writes": [...]} applied writes; ?sobject= ?id= ?by=; DELETE resets
GET    /__sandbox/records/X        every record of an object with every field, hidden ones and deleted ones too;
                                   ?Field=value filters (text without case), ?deleted=true includes the bin
GET    /__sandbox/records/X/ID     one record
POST   /__sandbox/records/X        {"as": username, "values": {…}, "raw"?: true} creates as that user; raw asks no rule
PATCH  /__sandbox/records/X/ID     the same; DELETE ?as=username deletes
POST   /__sandbox/query            {"q": SOQL} over everything, as if seeing all
POST   /__sandbox/convert          {"lead": ID, "contact"?: ID, "account"?: ID, "as"?} converts a Lead
POST   /__sandbox/merge            {"master": ID, "losers": [ID], "as"?} merges records of one object
GET    /__sandbox/users            all; POST {"Email", "LastName", "Username"?, "Profile"?, "IsActive"?, …} adds one
PATCH  /__sandbox/users/NAME       changes one, found by id, username or e-mail
POST   /__sandbox/rules            {"kind": validation|duplicate|assignment|automation, …} keys as in customizing.py;
                                   predicates as {"field", "op", "value"}; users by name; kind closed_calendar: {"user"}
GET    /__sandbox/rules            all; DELETE clears
POST   /__sandbox/field-access     {"profile", "field": "Lead.Rating", "read", "edit"} for standard fields
POST   /__sandbox/fields           {"FullName", "Metadata", "grant"?: [profile or permission set name]} adds a field
DELETE /__sandbox/fields/Lead.X__c removes one
POST   /__sandbox/apps             {"client_id", "client_secret", "name"?, "callbacks"?, "rotates"?, "requires_pkce"?,
                                   "installed"?} (false: the page that uninstalled apps get, without a way back)
POST   /__sandbox/expire-tokens    ends all access tokens; /__sandbox/revoke-refresh revokes all grants
POST   /__sandbox/settings         approve, approve_as, access_token_seconds, daily_limit, quota_used, grants_per_user,
                                   api_disabled (an errorCode or null), field_delay_seconds
POST   /__sandbox/clock            {"advance": seconds} moves the org's clock on
POST   /__sandbox/reset            everything back to the beginning, settings and apps too
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import control_faults, control_records, control_setup
from .errors import ApiError
from .org import Org

Act = Callable[..., Any]
ROUTES: dict[str, dict[str, Act]] = {
    "": {"GET": control_setup.state},
    "faults": {"GET": control_faults.show, "POST": control_faults.add, "DELETE": control_faults.clear},
    "calls": {"GET": control_faults.calls, "DELETE": control_faults.clear_calls},
    "writes": {"GET": control_faults.writes, "DELETE": control_faults.clear_writes},
    "records/*": {"GET": control_records.show_all, "POST": control_records.add},
    "records/*/*": {"GET": control_records.show_one, "PATCH": control_records.change,
                    "DELETE": control_records.remove},
    "query": {"POST": control_records.query},
    "convert": {"POST": control_records.convert},
    "merge": {"POST": control_records.merge},
    "users": {"GET": control_setup.users, "POST": control_setup.new_user},
    "users/*": {"PATCH": control_setup.change_user},
    "rules": {"GET": control_setup.rules, "POST": control_setup.new_rule, "DELETE": control_setup.clear_rules},
    "field-access": {"POST": control_setup.field_access},
    "fields": {"POST": control_setup.new_field},
    "fields/*": {"DELETE": control_setup.drop_field},
    "apps": {"POST": control_setup.new_app},
    "expire-tokens": {"POST": control_setup.expire_tokens},
    "revoke-refresh": {"POST": control_setup.revoke_refresh},
    "settings": {"POST": control_setup.settings},
    "clock": {"POST": control_setup.clock},
    "reset": {"POST": control_setup.reset},
}  # fmt: skip


def find(path: str) -> tuple[dict[str, Act], list[str]] | None:
    parts = path.removeprefix("/__sandbox").strip("/").split("/")
    for pattern, methods in ROUTES.items():
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=True)):
            return methods, [p for w, p in zip(wanted, parts, strict=True) if w == "*"]
    return None


def from_elsewhere(request: Request) -> bool:
    """A web page of another origin must not steer the org from a person's browser."""
    origin = request.headers.get("origin")
    return origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host')}"


def answer(org: Org, request: Request, body: bytes) -> Response:
    """Carries out one control request; what is wrong with it comes back as {"error": text}, 400."""
    found = find(request.url.path)
    if found is None or from_elsewhere(request):
        return JSONResponse({"error": f"there is nothing at {request.url.path}"}, 404)
    methods, stars = found
    if request.method not in methods:
        return JSONResponse({"error": f"only {', '.join(methods)} here"}, 405)
    try:
        given = json.loads(body) if body else {}
        made = methods[request.method](org, *stars, query=dict(request.query_params), body=given)
    except ApiError as fault:
        return JSONResponse({"error": str(fault), "errors": fault.errors}, 400)
    except (ValueError, TypeError, KeyError) as fault:
        return JSONResponse({"error": f"{type(fault).__name__}: {fault}"}, 400)
    return JSONResponse(made)
