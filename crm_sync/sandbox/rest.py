"""The REST API under /services/data/: which function answers which resource."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import batch, bulk, composite, limits, queries, rows, sobjects, tooling
from .errors import ApiError, MultipleChoices, not_found
from .org import NEWEST_VERSION, OLDEST_VERSION
from .web import Answer, Call, refused, segments, several

Resource = Callable[..., Answer]
# (pattern of path segments after the version, {method: function}); a star is a segment given to the function.
ROUTES: list[tuple[str, dict[str, Resource]]] = [
    ("", {"GET": limits.resources}),
    ("limits", {"GET": limits.limits}),
    ("limits/recordCount", {"GET": limits.record_count}),
    ("sobjects", {"GET": sobjects.global_describe}),
    ("sobjects/*", {"GET": sobjects.basic, "POST": rows.create}),
    ("sobjects/*/describe", {"GET": sobjects.describe}),
    ("sobjects/*/*", {"GET": rows.read, "PATCH": rows.update, "DELETE": rows.delete}),
    ("sobjects/*/*/*", {"GET": rows.read_by_key, "PATCH": rows.upsert, "POST": rows.upsert,
                        "DELETE": rows.delete_by_key}),
    ("query", {"GET": queries.query}),
    ("query/*", {"GET": queries.more}),
    ("queryAll", {"GET": queries.query_all}),
    ("queryAll/*", {"GET": queries.more}),
    ("composite", {"GET": limits.composite_resources, "POST": composite.composite}),
    ("composite/batch", {"POST": batch.batch}),
    ("composite/tree/*", {"POST": batch.tree}),
    ("composite/sobjects", {"POST": bulk.create, "PATCH": bulk.update, "DELETE": bulk.delete}),
    ("composite/sobjects/*", {"GET": bulk.read, "POST": bulk.read}),
    ("composite/sobjects/*/*", {"PATCH": bulk.upsert}),
    ("tooling/query", {"GET": tooling.query}),
    ("tooling/sobjects/CustomField", {"POST": tooling.create_field}),
    ("tooling/sobjects/CustomField/*", {"GET": tooling.read_field, "PATCH": tooling.change_field,
                                        "DELETE": tooling.delete_field}),
    ("tooling/sobjects/*/describe", {"GET": tooling.describe}),
]  # fmt: skip
VERSION = re.compile(r"v(\d+)\.0")


def find_route(parts: list[str]) -> tuple[dict[str, Resource], list[str]]:
    """The methods of a resource and what its stars stand for; 404 when there is no such resource."""
    for pattern, methods in ROUTES:
        wanted = pattern.split("/") if pattern else []
        if len(wanted) == len(parts) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=True)):
            return methods, [p for w, p in zip(wanted, parts, strict=True) if w == "*"]
    raise not_found()


def version_of(part: str) -> int:
    """The version of a path; a retired one is 410 GONE, an unknown one 404."""
    found = VERSION.fullmatch(part)
    if found is None or int(found[1]) > NEWEST_VERSION:
        raise not_found()
    if int(found[1]) < OLDEST_VERSION:
        raise ApiError(410, "UNSUPPORTED_API_VERSION", f"API version {found[1]}.0 has been retired")
    return int(found[1])


def answer(call: Call) -> Answer:
    """Answers one call or subrequest; refusals become answers here."""
    try:
        return dispatch(call)
    except ApiError as fault:
        return refused(fault)
    except MultipleChoices as found:
        return several(found)


def dispatch(call: Call) -> Answer:
    parts = segments(call.path)
    if parts[:2] != ["services", "data"] or len(parts) < 3:
        raise not_found()
    call.version = version_of(parts[2])
    methods, stars = find_route(parts[3:])
    method = call.query.get("_HttpMethod", call.method) if call.method == "POST" else call.method
    if method not in methods:
        allowed = ",".join(sorted(methods))
        text = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
        raise ApiError(405, "METHOD_NOT_ALLOWED", text)
    return methods[method](call, *stars)
