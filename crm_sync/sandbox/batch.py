"""Composite's plainer relatives: Batch (independent subrequests, each counted) and Tree (parents with children)."""

from __future__ import annotations

from typing import Any

from . import records, rest
from .composite import subcall
from .errors import ApiError
from .quota import count_call
from .schema import SObject
from .web import Answer, Call

MOST = 25
MOST_TREE = 200


def batch(call: Call) -> Answer:
    """Every subrequest counts as a call of its own; `haltOnError` stops after the first failure."""
    body = call.json_object()
    found = body.get("batchRequests")
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise ApiError(400, "INVALID_INPUT", f"batchRequests must hold 1 to {MOST} subrequests")
    results: list[dict[str, Any]] = []
    for n, one in enumerate(found):
        if n:
            count_call(call.org)
        if body.get("haltOnError") and any(done["statusCode"] >= 300 for done in results):
            text = "Batch processing was halted since another subrequest failed."
            results.append(
                {"statusCode": 412, "result": [{"errorCode": "BATCH_PROCESSING_HALTED", "message": text}]}
            )
            continue
        url = "/services/data/" + str(one.get("url", "")).removeprefix("/services/data/").lstrip("/")
        answer = rest.answer(subcall(call, str(one.get("method", "GET")).upper(), url, one.get("richInput")))
        results.append({"statusCode": answer.status, "result": answer.body})
    return Answer(200, {"hasErrors": any(one["statusCode"] >= 300 for one in results), "results": results})


class TreeFault(Exception):
    """One record of the tree was refused."""


def tree(call: Call, name: str) -> Answer:
    """Creates records with their children, all or nothing: 201 with ids, 400 with the faults alone."""
    sobject = records.require_sobject(call.access, name)
    found = call.json_object().get("records")
    if not isinstance(found, list):
        raise ApiError(400, "INVALID_INPUT", "The request must contain a list of records")
    made: list[dict[str, Any]] = []
    faults: list[dict[str, Any]] = []
    try:
        with call.org.store.all_or_nothing():
            for record in found:
                plant(call, sobject, record, {}, made, faults)
            if faults:
                raise TreeFault
    except TreeFault:
        return Answer(400, {"hasErrors": True, "results": faults})
    return Answer(201, {"hasErrors": False, "results": made})


def plant(
    call: Call,
    sobject: SObject,
    record: dict[str, Any],
    extra: dict[str, Any],
    made: list[dict[str, Any]],
    faults: list[dict[str, Any]],
) -> None:
    """One record and then its children, each tied to it."""
    reference = (record.get("attributes") or {}).get("referenceId")
    nested = {key: value for key, value in record.items() if isinstance(value, dict) and "records" in value}
    plain = {key: value for key, value in record.items() if key not in nested}
    try:
        if len(made) >= MOST_TREE:
            raise ApiError(400, "EXCEEDED_ID_LIMIT", f"a tree holds at most {MOST_TREE} records")
        parent = records.create(call.access, sobject, {**plain, **extra}, call.options())
    except ApiError as fault:
        errors = [{"statusCode": e["errorCode"], "message": e["message"], "fields": e.get("fields") or []}
                  for e in fault.errors]  # fmt: skip
        faults.append({"referenceId": reference, "errors": errors})
        return
    made.append({"referenceId": reference, "id": parent})
    for children in nested.values():
        for child in children["records"]:
            kind = call.org.schema[child["attributes"]["type"]]
            tie = next(one.name for one in kind if sobject.name in one.refers and one.createable)
            plant(call, kind, child, {tie: parent}, made, faults)
