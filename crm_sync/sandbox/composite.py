"""Composite: up to 25 subrequests as one call, with references, all or nothing on request (facts 3)."""

from __future__ import annotations

import re
from typing import Any

from . import rest
from .errors import ApiError
from .references import BadReference, fill, fill_text
from .web import Answer, Call

MOST = 25
MOST_HEAVY = 5
FORBIDDEN_HEADERS = {"accept", "authorization", "content-type"}
REFERENCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
HEAVY = re.compile(r"/services/data/v[\d.]+/(query|queryAll|composite/sobjects)\b")
SUPPORTED = re.compile(
    r"/services/data/v[\d.]+/(sobjects|query|queryAll|limits|composite/sobjects|composite/tree)\b"
)
ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."
SHOWN_HEADERS = ("Location", "ETag", "Last-Modified")


class RolledBack(Exception):
    """One subrequest of an all-or-nothing Composite failed."""


def bad_envelope(text: str) -> ApiError:
    return ApiError(400, "INVALID_INPUT", text)


def check_envelope(subrequests: Any) -> list[dict[str, Any]]:
    """The list of subrequests; a malformed envelope fails as a whole with 400."""
    if not isinstance(subrequests, list) or not subrequests:
        raise bad_envelope("The request must contain a non-empty list compositeRequest")
    if len(subrequests) > MOST:
        raise bad_envelope(f"The number of subrequests {len(subrequests)} exceeds the limit of {MOST}")
    seen: set[str] = set()
    for one in subrequests:
        if not isinstance(one, dict) or not {"method", "url", "referenceId"} <= one.keys():
            raise bad_envelope("Each subrequest needs method, url and referenceId")
        name = str(one["referenceId"])
        if not REFERENCE_ID.fullmatch(name):
            text = (
                f"Provided referenceId ('{name}') must start with a letter or a number, and it can contain only "
                "letters, numbers and underscores ('_')."
            )
            raise bad_envelope(text)
        if name in seen:
            raise bad_envelope(f"The referenceId '{name}' is used more than once")
        seen.add(name)
        forbidden = FORBIDDEN_HEADERS & {key.lower() for key in one.get("httpHeaders") or {}}
        if forbidden:
            raise bad_envelope(f"The header {sorted(forbidden)[0]} is not allowed in a subrequest")
    heavy = sum(1 for one in subrequests if HEAVY.match(str(one["url"])))
    if heavy > MOST_HEAVY:
        raise bad_envelope(
            f"At most {MOST_HEAVY} subrequests may be queries or sObject Collections, not {heavy}"
        )
    return subrequests


def composite(call: Call) -> Answer:
    """POST /composite: status 200 even when everything failed."""
    envelope = call.json_object()
    subrequests = check_envelope(envelope.get("compositeRequest"))
    if call.entry:
        call.entry.subrequests = [f"{one['method']} {one['url']}" for one in subrequests]
    together = envelope.get("allOrNone") is True
    items: list[dict[str, Any]] = []
    try:
        with call.org.store.all_or_nothing():
            run_all(call, subrequests, items, together=together)
            if together and any(failed(one) for one in items):
                raise RolledBack
    except RolledBack:
        items = [one if failed(one) or is_bulk(sub) else halted(one["referenceId"], ROLLED_BACK)
                 for one, sub in zip(items, subrequests, strict=True)]  # fmt: skip
    return Answer(200, {"compositeResponse": items})


def is_bulk(subrequest: dict[str, Any]) -> bool:
    """A Collections item still shows success and ids after the outer roll-back (documented trap)."""
    return "/composite/sobjects" in str(subrequest["url"])


def failed(item: dict[str, Any]) -> bool:
    if item["httpStatusCode"] >= 300 and item["httpStatusCode"] != 304:
        return True
    body = item["body"]
    return isinstance(body, list) and any(
        isinstance(one, dict) and one.get("success") is False for one in body
    )


def run_all(
    call: Call, subrequests: list[dict[str, Any]], items: list[dict[str, Any]], *, together: bool
) -> None:
    results: dict[str, Any] = {}
    broken = False
    for sub in subrequests:
        name = sub["referenceId"]
        item = (
            halted(name, ROLLED_BACK)
            if together and broken
            else run_one(call, sub, results, together=together)
        )
        items.append(item)
        if failed(item):
            broken = True
        if item["httpStatusCode"] < 300 and item["body"] is not None:
            results[name] = item["body"]


def halted(name: str, text: str) -> dict[str, Any]:
    body = [{"errorCode": "PROCESSING_HALTED", "message": text}]
    return {"body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": name}


def run_one(call: Call, sub: dict[str, Any], results: dict[str, Any], *, together: bool) -> dict[str, Any]:
    """One subrequest's item: body, httpHeaders, httpStatusCode, referenceId."""
    name = sub["referenceId"]
    try:
        url = str(fill_text(sub["url"], results))
        body = fill(sub.get("body"), results)
    except BadReference as fault:
        return halted(name, str(fault))
    if not SUPPORTED.match(url):
        return halted(name, f"The resource {url} is not supported in a composite request")
    if together and is_bulk(sub) and isinstance(body, dict):
        body = {**body, "allOrNone": True}
    answer = rest.answer(subcall(call, str(sub["method"]).upper(), url, body, sub.get("httpHeaders")))
    headers = {key: value for key, value in answer.headers.items() if key in SHOWN_HEADERS}
    return {"body": answer.body, "httpHeaders": headers, "httpStatusCode": answer.status, "referenceId": name}


def subcall(call: Call, method: str, url: str, body: Any, headers: dict[str, str] | None = None) -> Call:
    """A subrequest as a call of its own, by the same user within the same entry of the log."""
    lowered = {key.lower(): str(value) for key, value in (headers or {}).items()}
    return Call(call.org, call.access, method, url, lowered, parsed=body, entry=call.entry)
