"""The whole story of a decision: every rule tried, with its conditions, up to the one that decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routing.core.conditions import ConditionResult, evaluate
from routing.core.matching import facts_of
from routing.core.route import try_ownership
from routing.core.sentences import why_default, why_distribution, why_ownership
from routing.core.values import RouterValues, Situation, TraceEntry


def explain(router: RouterValues, situation: Situation) -> tuple[TraceEntry, ...]:
    """The trace of `decide` on the same values; its last entry is the one that matched, the default included."""
    entries = []
    for rule in router.ownership_rules:
        matched, why = why_ownership(router, situation, rule)
        facts = try_ownership(router, situation, rule).facts
        entries.append(TraceEntry("ownership", rule.name, matched, why, evaluate(rule.when, facts)[1]))
        if matched:
            return tuple(entries)
    facts = facts_of(router, situation)
    for other in router.distribution_rules:
        matched, why = why_distribution(router, situation, other, facts)
        entries.append(TraceEntry("distribution", other.name, matched, why, evaluate(other.when, facts)[1]))
        if matched:
            return tuple(entries)
    return (*entries, TraceEntry("default", None, True, why_default(router, situation)))


def trace_json(entries: Sequence[TraceEntry]) -> list[dict[str, Any]]:
    """The trace as Simulate and the API show it."""
    return [
        {
            "kind": entry.kind,
            "name": entry.name,
            "matched": entry.matched,
            "why": entry.why,
            "conditions": [condition_json(one) for one in entry.conditions],
        }
        for entry in entries
    ]


def condition_json(one: ConditionResult) -> dict[str, Any]:
    """One condition as the trace shows it."""
    value = list(one.value) if isinstance(one.value, tuple) else one.value
    return {"field": one.field, "op": one.op, "value": value, "actual": one.actual, "holds": one.holds}
