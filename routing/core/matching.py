"""Which records of the CRM a rule sees, what must be looked up for that, and which host an owner is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from routing.core.conditions import RECORD_FIELD, Tree, flat
from routing.core.facts import Facts
from routing.core.fields import email_key
from routing.core.free_mail import is_free_email
from routing.core.records import (
    KnownOwner,
    KnownRecord,
    Lookup,
    LookupKey,
    LookupNeed,
    Lookups,
    Match,
    RecordObject,
)
from routing.core.values import HostKey, HostValues, OwnershipRule, RouterValues, Situation

NOT_ASKED = Lookup(failed="nobody was asked")
LONG_AGO = datetime.min.replace(tzinfo=UTC)
# Which of a need's sets a name goes into.
_Names: TypeAlias = tuple[LookupKey, str]


def lookups_needed(router: RouterValues, email: str = "") -> tuple[LookupNeed, ...]:
    """The look-ups that the router's rules need, with the fields they name; none for rules without a record.

    With an e-mail address at a free-mail domain, nothing is asked by domain.
    """
    wanted: dict[LookupKey, dict[str, set[str]]] = {}
    for (key, into), name in _wants(router):
        names = wanted.setdefault(key, {})
        if name:
            names.setdefault(into, set()).add(name)
    free = is_free_email(email, router.free_mail_domains)
    return tuple(
        LookupNeed(
            *key,
            fields=frozenset(names.get("fields", ())),
            owner_fields=frozenset(names.get("owner_fields", ())),
            account_fields=frozenset(names.get("account_fields", ())),
            account_owner_fields=frozenset(names.get("account_owner_fields", ())),
        )
        for key, names in wanted.items()
        if not (free and key[1] == "domain")
    )


def _wants(router: RouterValues) -> Iterator[tuple[_Names, str]]:
    for rule in router.ownership_rules:
        if rule.broken:
            continue
        for key, prefix in _sources(rule.object, rule.match):
            yield (key, f"{prefix}owner_fields"), rule.owner_field
        yield from _condition_wants(rule.when, rule)
    for other in router.distribution_rules:
        if not other.broken:
            yield from _condition_wants(other.when, None)


def _condition_wants(when: Tree | None, rule: OwnershipRule | None) -> Iterator[tuple[_Names, str]]:
    for condition in flat(when):
        named = RECORD_FIELD.fullmatch(condition.field)
        if named is None:
            continue
        for key, prefix in _condition_sources(named[1], rule):
            yield (key, f"{prefix}fields"), named[2]


def _condition_sources(named: str, rule: OwnershipRule | None) -> list[tuple[LookupKey, str]]:
    """Where the fields of a named object come from: the rule's own record, else the prospect's."""
    if named == "account":
        if rule is not None and rule.object == "account":
            return _sources("account", rule.match)
        contact: Match = rule.match if rule is not None and rule.object == "contact" else "exact"
        return [(("contact", contact), "account_"), (("account", "domain"), "")]
    kind: RecordObject = "contact" if named == "contact" else "lead"
    return _sources(kind, rule.match if rule is not None and rule.object == kind else "exact")


def _sources(kind: RecordObject, match: Match) -> list[tuple[LookupKey, str]]:
    """The look-up that brings an object's records, and the prefix of its sets."""
    if (kind, match) == ("account", "exact"):
        return [(("contact", "exact"), "account_")]
    return [((kind, match), "")]


def submitted_email(router: RouterValues, situation: Situation) -> str:
    """The answer to the form's one e-mail field, "" where there is none."""
    answer = situation.submission.answers.get(email_key(router.fields) or "email")
    return answer if isinstance(answer, str) else ""


def found_records(lookups: Lookups, kind: RecordObject, match: Match, free: bool) -> Lookup:
    """How a look-up went, its records most recently modified first; by domain there is nothing for free mail."""
    if free and match == "domain":
        return Lookup()
    if (kind, match) == ("account", "exact"):
        contacts = lookups.get(("contact", "exact"), NOT_ASKED)
        accounts = {one.account.id: one.account for one in contacts.records if one.account}
        return Lookup(_newest_first(accounts.values()), contacts.failed)
    lookup = lookups.get((kind, match), NOT_ASKED)
    return Lookup(_newest_first(lookup.records), lookup.failed)


def _newest_first(records: Iterable[KnownRecord]) -> tuple[KnownRecord, ...]:
    return tuple(sorted(records, key=lambda one: one.modified_at or LONG_AGO, reverse=True))


def matched_records(
    lookups: Lookups, free: bool, chosen: KnownRecord | None = None
) -> dict[RecordObject, KnownRecord | None]:
    """Per object the record that conditions see, None for one truly not found; what could not be looked up is missing.

    A rule's chosen record comes first, then the prospect's own: by e-mail, and the Account of the Contact, else the one
    matched by domain.
    """
    records: dict[RecordObject, KnownRecord | None] = {}
    for kind in ("contact", "lead"):
        lookup = found_records(lookups, kind, "exact", free)
        if not lookup.failed:
            records[kind] = next(iter(lookup.records), None)
    if chosen is not None:
        records[chosen.object] = chosen
    if "account" not in records and "contact" in records:
        contact = records["contact"]
        by_domain = found_records(lookups, "account", "domain", free)
        if contact is not None and contact.account is not None:
            records["account"] = contact.account
        elif not by_domain.failed:
            records["account"] = next(iter(by_domain.records), None)
    return records


def facts_of(router: RouterValues, situation: Situation, chosen: KnownRecord | None = None) -> Facts:
    """The facts that a rule's conditions are tried on; `chosen` is an ownership rule's record."""
    submission = situation.submission
    free = is_free_email(submitted_email(router, situation), router.free_mail_domains)
    context = {"timezone": submission.timezone, "source_url": submission.source_url}
    context |= {f"utm.{key}": value for key, value in submission.utm.items()}
    records = matched_records(situation.lookups, free, chosen)
    return Facts(router.fields, submission.answers, context, records, router.free_mail_domains)


def owner_of(record: KnownRecord, owner_field: str) -> KnownOwner | None:
    """Whom a record's owner field names, whatever the field's case; None for an empty field."""
    wanted = owner_field.lower()
    return next((owner for name, owner in record.owners.items() if name.lower() == wanted), None)


def host_of(owner: KnownOwner, hosts: Mapping[HostKey, HostValues]) -> HostValues | None:
    """The host that an owner is, by e-mail, user name or id; an active one where several are."""
    known = {owner.email.lower(), owner.username.lower(), owner.id.lower()} - {""}
    same = [host for host in hosts.values() if _crm_name(host) in known or _is_id(host.crm_user, owner.id)]
    return next((host for host in same if host.active), next(iter(same), None))


def _crm_name(host: HostValues) -> str:
    return (host.crm_user or host.email).strip().lower()


def _is_id(crm_user: str, owner_id: str) -> bool:
    """Ids come in a short form of 15 characters, which is the long form's beginning."""
    return len(crm_user) == 15 and owner_id.startswith(crm_user)
