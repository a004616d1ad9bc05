"""Conditions and targets read back as one sentence each."""

from __future__ import annotations

from typing import Any

from routing.core.conditions import AllOf, Condition, Tree, parse_conditions
from routing.core.operators import OPERATORS
from routing.core.titles import as_text
from routing.models import DistributionRule, OwnershipRule, Router


def conditions_sentence(when: Any) -> str:
    """A stored tree of conditions as one line: `employees is at least 1000 and (country is DE or …)`."""
    try:
        tree = parse_conditions(when)
    except (KeyError, TypeError, AttributeError):
        return "conditions that cannot be read"
    return _sentence(tree, 0) if tree else "always"


def _sentence(tree: Tree, depth: int) -> str:
    if isinstance(tree, Condition):
        return _comparison(tree)
    if not tree.parts:
        return "always" if isinstance(tree, AllOf) else "never"
    word = " and " if isinstance(tree, AllOf) else " or "
    text = word.join(_sentence(part, depth + 1) for part in tree.parts)
    return f"({text})" if depth and len(tree.parts) > 1 else text


def _comparison(condition: Condition) -> str:
    label = OPERATORS[condition.op].label if condition.op in OPERATORS else condition.op
    value = condition.value
    if isinstance(value, tuple):
        joined = " and " if condition.op == "between" else ", "
        shown = joined.join(as_text(one) for one in value)
    else:
        shown = as_text(value)
    return f"{condition.field} {label} {shown}".rstrip()


def target_words(row: Router | DistributionRule, prefix: str) -> str:
    """Where a router's default (`default_`) or a rule (`assign_`) leads."""
    host, team = getattr(row, f"{prefix}host"), getattr(row, f"{prefix}team")
    if host:
        return f"{host.name}{'' if host.active else ' (inactive)'}"
    if team:
        return f"team {team.name}"
    return "a redirect" if getattr(row, f"{prefix}redirect") else "a message"


def ownership_sentence(rule: OwnershipRule) -> str:
    """`Contact with the same e-mail, if … → its owner`."""
    under = "" if not rule.when else f", if {conditions_sentence(rule.when)}"
    owner = "its owner" if rule.owner_field == "OwnerId" else f"its {rule.owner_field}"
    return f"{rule.get_object_display()} with the {rule.get_match_display()}{under} → {owner}"


def distribution_sentence(rule: DistributionRule) -> str:
    """`if employees is at least 1000 → team Enterprise`."""
    condition = f"if {conditions_sentence(rule.when)}" if rule.when else "always"
    return f"{condition} → {target_words(rule, 'assign_')}"
