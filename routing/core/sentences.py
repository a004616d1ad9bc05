"""Why a rule matched or did not, in sentences that a salesperson understands."""

from __future__ import annotations

from routing.core.conditions import AllOf, AnyOf, Condition, Tree, flat
from routing.core.facts import Facts
from routing.core.matching import owner_of
from routing.core.operators import OPERATORS, Value
from routing.core.records import KnownRecord
from routing.core.route import (
    OwnershipTry,
    can_meet,
    candidates_of,
    leads_to_people,
    target_hosts,
    try_ownership,
)
from routing.core.titles import as_text
from routing.core.values import (
    DistributionRule,
    HostValues,
    MeetingTypeKey,
    OwnershipRule,
    RouterValues,
    Situation,
    Target,
)

OBJECT_NAMES = {"contact": "Contact", "lead": "unconverted Lead", "account": "Account"}
RECORD_NAMES = {"contact": "Contact", "lead": "Lead", "account": "Account"}
MATCH_NAMES = {"exact": "with this e-mail", "domain": "with this e-mail domain"}


def why_ownership(router: RouterValues, situation: Situation, rule: OwnershipRule) -> tuple[bool, str]:
    """Whether an ownership rule decides, and why or why not."""
    owned = try_ownership(router, situation, rule)
    if rule.broken:
        return False, f"this rule is broken: {rule.broken}"
    if owned.record is None:
        return False, _why_no_record(rule, owned)
    failing = why_failing(rule.when, owned.facts)
    if failing:
        return False, failing
    if owned.host is None:
        return False, _why_no_owner(router, rule, owned.record, owned.owner_host)
    if not can_meet(router, situation, rule, owned.host):
        return False, f"matches, but {owned.host.name or owned.host.email} has no free time to offer"
    record = f"{RECORD_NAMES[rule.object]} {MATCH_NAMES[rule.match]}"
    return True, f"{owned.host.name or owned.host.email} owns the {record}"


def _why_no_record(rule: OwnershipRule, owned: OwnershipTry) -> str:
    if owned.free_mail:
        return "the e-mail is a free-mail address, and those are never matched by domain"
    if owned.lookup.failed:
        return f"the {RECORD_NAMES[rule.object]} could not be looked up: {owned.lookup.failed}"
    return f"no {OBJECT_NAMES[rule.object]} {MATCH_NAMES[rule.match]}"


def _why_no_owner(
    router: RouterValues, rule: OwnershipRule, record: KnownRecord, host: HostValues | None
) -> str:
    owner = owner_of(record, rule.owner_field)
    found = f"the {RECORD_NAMES[rule.object]} was found, but its {rule.owner_field}"
    if owner is None:
        return f"{found} names nobody"
    name = owner.name or owner.email or owner.username or owner.id
    if not owner.is_person:
        return f"{found} is the queue {name}"
    if not owner.active:
        return f"{found}, {name}, is no longer an active user"
    if host is None:
        return f"{found}, {name}, is not a host of this workspace"
    return f"{found}, {host.name or host.email}, is a host who is not active"


def why_distribution(
    router: RouterValues, situation: Situation, rule: DistributionRule, facts: Facts
) -> tuple[bool, str]:
    """Whether a distribution rule decides, and why or why not."""
    if rule.broken:
        return False, f"this rule is broken: {rule.broken}"
    failing = why_failing(rule.when, facts)
    if failing:
        return False, failing
    nobody = why_nobody(router, situation, rule.target, rule.meeting_type)
    if nobody:
        return False, f"matches, but {nobody}"
    return True, "its conditions hold" if rule.when else "it has no conditions, so it always matches"


def why_default(router: RouterValues, situation: Situation) -> str:
    """Why the default decides, and what becomes of a prospect for whom even it has no time."""
    nobody = why_nobody(router, situation, router.default, None)
    if nobody:
        return f"no rule before it matched; {nobody}, so the booking page offers to leave a message"
    return "no rule before it matched"


def why_nobody(
    router: RouterValues, situation: Situation, target: Target, meeting_type: MeetingTypeKey | None
) -> str:
    """Why a target has no candidates, as a clause; "" where it has some or needs none."""
    if not leads_to_people(target) or candidates_of(router, situation, target, meeting_type):
        return ""
    hosts = target_hosts(router, target)
    active = any(host.active for host in hosts)
    if target.kind == "team":
        return f"nobody in {router.teams[target.value].name} {'has a free time to offer' if active else 'is active'}"
    return f"{hosts[0].name or hosts[0].email} {'has no free time to offer' if active else 'is not active'}"


def first_failing(tree: Tree | None, facts: Facts) -> Condition | None:
    """The first condition because of which a tree does not hold; None for one that does."""
    if tree is None or tree.test(facts):
        return None
    if isinstance(tree, Condition):
        return tree
    return next((one for part in tree.parts if (one := first_failing(part, facts))), None)


def why_failing(tree: Tree | None, facts: Facts) -> str:
    """What the prospect's answer is and what the rule wants instead, as a clause; "" for a tree that holds."""
    if tree is None or tree.test(facts):
        return ""
    failing = first_failing(tree, facts)
    if failing is None or failing.op not in OPERATORS:
        return "its conditions can never hold"
    fact = facts[failing.field]
    wants = f"the rule wants it {OPERATORS[failing.op].wants} {_value_text(failing.value)}".rstrip()
    other = ", nor does an alternative hold" if _has_alternatives(tree, failing) else ""
    if not fact.known:
        return f"{failing.field} could not be looked up, and {wants}{other}"
    return f"{failing.field} is {'blank' if fact.blank else as_text(fact.actual)}, but {wants}{other}"


def _has_alternatives(tree: Tree, failing: Condition) -> bool:
    """Whether a condition stands beside others of which one would do."""
    if isinstance(tree, AnyOf):
        return len(tree.parts) > 1 and failing in flat(tree)
    return isinstance(tree, AllOf) and any(_has_alternatives(part, failing) for part in tree.parts)


def _value_text(value: Value) -> str:
    return ", ".join(as_text(one) for one in value) if isinstance(value, tuple) else as_text(value)
