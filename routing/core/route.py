"""Who meets a prospect: ownership rules, then distribution rules, then the default; the first that matches decides."""

from __future__ import annotations

from dataclasses import dataclass

from routing.core.facts import Facts
from routing.core.free_mail import is_free_email
from routing.core.matching import (
    facts_of,
    found_records,
    host_of,
    owner_of,
    submitted_email,
)
from routing.core.records import KnownRecord, Lookup
from routing.core.values import (
    Decision,
    HostKey,
    HostValues,
    MeetingTypeKey,
    OwnershipRule,
    RouterValues,
    RuleRef,
    Situation,
    Target,
)


def decide(router: RouterValues, situation: Situation) -> Decision:
    """What becomes of a submission; never nothing, since the default closes the list.

    A rule that matches but has nobody active with a free time is passed over; `trace.explain` tells it all.
    """
    for index, rule in enumerate(router.ownership_rules):
        owned = try_ownership(router, situation, rule)
        if owned.host is not None and can_meet(router, situation, rule, owned.host):
            return _owned(router, rule, index, owned.host, owned.record)
    facts = facts_of(router, situation)
    for index, other in enumerate(router.distribution_rules):
        if other.broken or (other.when is not None and not other.when.test(facts)):
            continue
        candidates = candidates_of(router, situation, other.target, other.meeting_type)
        if candidates or not leads_to_people(other.target):
            ref = RuleRef("distribution", other.name, index, other.key)
            return _settled(router, ref, other.target, other.meeting_type, candidates)
    candidates = candidates_of(router, situation, router.default, None)
    return _settled(router, RuleRef("default", None), router.default, None, candidates)


def leads_to_people(target: Target) -> bool:
    """Whether a target is a host or a team, rather than a message or a redirect."""
    return target.kind in ("host", "team")


def target_hosts(router: RouterValues, target: Target) -> tuple[HostValues, ...]:
    """The hosts that a target names, active or not, in the team's order."""
    if target.kind == "team":
        keys = [member.host for member in router.teams[target.value].members]
    else:
        keys = [target.value] if target.kind == "host" else []
    return tuple(router.hosts[key] for key in keys)


def candidates_of(
    router: RouterValues, situation: Situation, target: Target, meeting_type: MeetingTypeKey | None
) -> tuple[HostKey, ...]:
    """The target's active hosts with a free time of that meeting type (None: the router's), in the team's order."""
    wanted = router.meeting_type if meeting_type is None else meeting_type
    return tuple(
        host.key
        for host in target_hosts(router, target)
        if host.active and situation.has_free_time(host.key, wanted)
    )


def can_meet(router: RouterValues, situation: Situation, rule: OwnershipRule, host: HostValues) -> bool:
    """Whether a record's owner has a free time of the rule's meeting type."""
    return bool(candidates_of(router, situation, Target("host", host.key), rule.meeting_type))


@dataclass(frozen=True, slots=True)
class OwnershipTry:
    """How far an ownership rule came. `host` is set when it matches; the rest says what it saw on the way.

    `owner_host` is the chosen record's owner among the hosts, active or not.
    """

    lookup: Lookup
    free_mail: bool
    facts: Facts
    record: KnownRecord | None = None
    owner_host: HostValues | None = None
    host: HostValues | None = None


def try_ownership(router: RouterValues, situation: Situation, rule: OwnershipRule) -> OwnershipTry:
    """Choose among the records found the most recently modified whose owner is an active host, and try the rule."""
    free = is_free_email(submitted_email(router, situation), router.free_mail_domains)
    lookup = found_records(situation.lookups, rule.object, rule.match, free)
    free_mail = free and rule.match == "domain"
    if rule.broken or not lookup.records:
        return OwnershipTry(lookup, free_mail, facts_of(router, situation))
    owners = [(record, _owner_host(router, record, rule.owner_field)) for record in lookup.records]
    record, host = next(((one, host) for one, host in owners if host and host.active), owners[0])
    facts = facts_of(router, situation, record)
    holds = rule.when is None or rule.when.test(facts)
    matched = host if host is not None and host.active and holds else None
    return OwnershipTry(lookup, free_mail, facts, record, host, matched)


def _owner_host(router: RouterValues, record: KnownRecord, owner_field: str) -> HostValues | None:
    owner = owner_of(record, owner_field)
    if owner is None or not owner.is_person or not owner.active:
        return None
    return host_of(owner, router.hosts)


def _owned(
    router: RouterValues, rule: OwnershipRule, index: int, host: HostValues, record: KnownRecord | None
) -> Decision:
    return Decision(
        outcome="book",
        rule=RuleRef("ownership", rule.name, index, rule.key),
        target=Target("host", host.key),
        meeting_type=router.meeting_type if rule.meeting_type is None else rule.meeting_type,
        candidates=(host.key,),
        record=record,
    )


def _settled(
    router: RouterValues,
    ref: RuleRef,
    target: Target,
    meeting_type: MeetingTypeKey | None,
    candidates: tuple[HostKey, ...],
) -> Decision:
    return Decision(
        outcome="redirect"
        if target.kind == "redirect"
        else "message"
        if target.kind == "message"
        else "book",
        rule=ref,
        target=target,
        meeting_type=router.meeting_type if meeting_type is None else meeting_type,
        candidates=candidates,
        message=str(target.value) if target.kind == "message" else None,
        redirect_url=str(target.value) if target.kind == "redirect" else None,
    )
