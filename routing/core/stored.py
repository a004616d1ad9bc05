"""Decisions as they are kept: small, with the facts from which the full trace can be told again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from routing.core.conditions import ConditionResult, Tree
from routing.core.facts import Facts
from routing.core.matching import facts_of
from routing.core.records import KnownOwner, KnownRecord, Lookup, LookupKey
from routing.core.route import decide, try_ownership
from routing.core.sentences import first_failing, why_default, why_distribution, why_ownership
from routing.core.trace import explain, trace_json
from routing.core.values import (
    Decision,
    HostKey,
    MeetingTypeKey,
    RouterValues,
    Situation,
    SubmissionValues,
    TraceEntry,
)

MAX_RULES = 50


def shrink(router: RouterValues, situation: Situation, decision: Decision) -> dict[str, Any]:
    """A decision, JSON-ready: outcome, rule, the facts it stood on, and why each rule before it did not match.

    At most 50 rules, the one that decided always among them; `left_out` counts the others. The answers are the
    submission's own and not repeated here.
    """
    tried = decision.rule.index + 1
    if decision.rule.kind != "ownership":
        tried += len(router.ownership_rules)
    if decision.rule.kind == "default":
        tried += len(router.distribution_rules)
    told = list(islice(_short_entries(router, situation), min(tried - 1, MAX_RULES - 1)))
    return {
        "outcome": decision.outcome,
        "rule": {
            "kind": decision.rule.kind,
            "name": decision.rule.name,
            "index": decision.rule.index,
            "key": decision.rule.key,
        },
        "target": {"kind": decision.target.kind, "value": decision.target.value},
        "meeting_type": decision.meeting_type,
        "candidates": list(decision.candidates),
        "message": decision.message,
        "redirect_url": decision.redirect_url,
        "config": router.fingerprint,
        "facts": _facts_json(router, situation),
        "trace": trace_json([*told, _deciding_entry(router, situation, decision)]),
        "left_out": tried - len(told) - 1,
    }


def full_trace(
    stored: Mapping[str, Any], router: RouterValues, submission: SubmissionValues
) -> list[dict[str, Any]]:
    """The full trace of a stored decision as JSON, told again from its facts.

    Where the router was changed since, the short one that was stored: of each rule the condition that failed first.
    """
    if stored["config"] != router.fingerprint:
        return list(stored["trace"])
    return trace_json(explain(router, _situation(stored["facts"], submission)))


def rule_as_shown(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The deciding rule as Simulate and the API show it."""
    return {"kind": stored["rule"]["kind"], "name": stored["rule"]["name"]}


def _short_entries(router: RouterValues, situation: Situation) -> Iterator[TraceEntry]:
    for rule in router.ownership_rules:
        owned = try_ownership(router, situation, rule)
        failed = _failed(rule.when, owned.facts) if owned.record else ()
        yield TraceEntry("ownership", rule.name, *why_ownership(router, situation, rule), failed)
    facts = facts_of(router, situation)
    for other in router.distribution_rules:
        told = why_distribution(router, situation, other, facts)
        yield TraceEntry("distribution", other.name, *told, _failed(other.when, facts))


def _deciding_entry(router: RouterValues, situation: Situation, decision: Decision) -> TraceEntry:
    ref = decision.rule
    if ref.kind == "ownership":
        why = why_ownership(router, situation, router.ownership_rules[ref.index])[1]
    elif ref.kind == "distribution":
        rule = router.distribution_rules[ref.index]
        why = why_distribution(router, situation, rule, facts_of(router, situation))[1]
    else:
        why = why_default(router, situation)
    return TraceEntry(ref.kind, ref.name, True, why)


def _failed(tree: Tree | None, facts: Facts) -> tuple[ConditionResult, ...]:
    one = first_failing(tree, facts)
    if one is None:
        return ()
    fact = facts[one.field]
    return (ConditionResult(one.field, one.op, one.value, fact.actual, False, fact.known),)


def _facts_json(router: RouterValues, situation: Situation) -> dict[str, Any]:
    """The look-ups, and who of those that deciding asked for had a free time."""
    free: list[list[HostKey | MeetingTypeKey]] = []

    def remember(host: HostKey, meeting_type: MeetingTypeKey) -> bool:
        found = situation.has_free_time(host, meeting_type)
        if found and [host, meeting_type] not in free:
            free.append([host, meeting_type])
        return found

    decide(router, Situation(situation.submission, situation.lookups, remember))
    lookups = [
        {
            "object": key[0],
            "match": key[1],
            "failed": lookup.failed,
            "records": [_record_json(one) for one in lookup.records],
        }
        for key, lookup in situation.lookups.items()
    ]
    return {"lookups": lookups, "free": free}


def _record_json(record: KnownRecord) -> dict[str, Any]:
    return {
        "object": record.object,
        "id": record.id,
        "email": record.email,
        "modified_at": record.modified_at.isoformat() if record.modified_at else None,
        "owners": {
            name: [one.id, one.email, one.username, one.name, one.active, one.is_person]
            for name, one in record.owners.items()
        },
        "fields": dict(record.fields),
        "account": _record_json(record.account) if record.account else None,
    }


def _situation(facts: Mapping[str, Any], submission: SubmissionValues) -> Situation:
    free = {(host, meeting_type) for host, meeting_type in facts["free"]}
    lookups: dict[LookupKey, Lookup] = {
        (one["object"], one["match"]): Lookup(
            tuple(_read_record(record) for record in one["records"]), one["failed"]
        )
        for one in facts["lookups"]
    }
    return Situation(submission, lookups, lambda host, meeting_type: (host, meeting_type) in free)


def _read_record(stored: Mapping[str, Any]) -> KnownRecord:
    modified_at = stored["modified_at"]
    return KnownRecord(
        object=stored["object"],
        id=stored["id"],
        email=stored["email"],
        modified_at=datetime.fromisoformat(modified_at) if modified_at else None,
        owners={name: KnownOwner(*owner) for name, owner in stored["owners"].items()},
        fields=stored["fields"],
        account=_read_record(stored["account"]) if stored["account"] else None,
    )
