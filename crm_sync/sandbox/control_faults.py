"""Control: faults to order, the log of calls and the log of writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .faults import Fault
from .org import Org
from .values import show as show_value

ALIASES = {
    "errorCode": "error_code",
    "bodyContains": "body_contains",
    "applyAfter": "apply_after",
    "n": "times",
}


def read_fault(number: int, given: dict[str, Any]) -> Fault:
    """A fault from its JSON; `drop` may name the moment instead of being true."""
    values = {ALIASES.get(key, key): value for key, value in given.items()}
    if values.get("drop") in ("before", "after", "late"):
        values |= {"when": values["drop"], "drop": True}
    fault = Fault(**{**values, "number": number, "hits": 0})
    if fault.when not in ("before", "after", "late"):
        raise ValueError(f'"when" is before, after or late, not {fault.when}')
    return fault


def add(org: Org, *, query: dict[str, str], body: Any) -> Any:
    entries = body if isinstance(body, list) else [body]
    made = [read_fault(len(org.faults) + n + 1, one) for n, one in enumerate(entries)]
    org.faults += made
    return {"faults": [one.as_json() for one in made]}


def show(org: Org, *, query: dict[str, str], body: Any) -> Any:
    return {"faults": [one.as_json() for one in org.faults]}


def clear(org: Org, *, query: dict[str, str], body: Any) -> Any:
    org.faults.clear()
    return {"faults": []}


def calls(org: Org, *, query: dict[str, str], body: Any) -> Any:
    """API calls since a number; ?all=true adds OAuth's requests, which Salesforce does not count."""
    since, everything = int(query.get("since", 0)), query.get("all") == "true"
    found = [one.as_json() for one in org.calls.entries if one.number > since and (one.api or everything)]
    return {"count": len(found), "last": org.calls.count, "calls": found}


def clear_calls(org: Org, *, query: dict[str, str], body: Any) -> Any:
    org.calls.clear()
    return {"count": 0}


def writes(org: Org, *, query: dict[str, str], body: Any) -> Any:
    """Applied writes, oldest first; fields as {name: [before, after]}."""
    wanted = {key: query[key] for key in ("sobject", "id", "by", "action") if key in query}
    found = []
    for one in org.store.writes:
        if all(str(getattr(one, key)) == value for key, value in wanted.items()):
            fields = {name: [show_value(old), show_value(new)] for name, (old, new) in one.fields.items()}
            found.append({**asdict(one), "at": one.at.isoformat(), "fields": fields})
    return {"count": len(found), "writes": found}


def clear_writes(org: Org, *, query: dict[str, str], body: Any) -> Any:
    org.store.writes.clear()
    return {"count": 0}
