"""What the CRM knows about a prospect, in neutral words: records, their owners, and how a look-up went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from routing.core.fields import AnswerValue

RecordObject: TypeAlias = Literal["contact", "lead", "account"]
Match: TypeAlias = Literal["exact", "domain"]


@dataclass(frozen=True, slots=True)
class KnownOwner:
    """Whom an owner field names. A queue is an owner that is no person; `active` is the CRM's own word."""

    id: str
    email: str = ""
    username: str = ""
    name: str = ""
    active: bool = True
    is_person: bool = True


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A record, with the owner that each owner field asked for names and the fields asked for, as in JSON.

    Field names are found without regard to case. A Contact brings its Account along.
    """

    object: RecordObject
    id: str
    email: str = ""
    modified_at: datetime | None = None
    owners: Mapping[str, KnownOwner] = field(default_factory=dict)
    fields: Mapping[str, AnswerValue] = field(default_factory=dict)
    account: KnownRecord | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a look-up brought: records (none of them is a true "not found"), or why it failed, as a clause:
    "Salesforce did not answer in time"."""

    records: tuple[KnownRecord, ...] = ()
    failed: str = ""


LookupKey: TypeAlias = tuple[RecordObject, Match]
# ("account", "exact") is never looked up by itself: it is the Account of ("contact", "exact")'s Contacts.
# A key that is missing was not asked, which counts as failed.
Lookups: TypeAlias = Mapping[LookupKey, Lookup]


@dataclass(frozen=True, slots=True)
class LookupNeed:
    """A look-up that a router's rules need, and the fields to fetch beside id, e-mail and modification time.

    `owner_fields` are references to a user; the two `account_` sets are those of a Contact's Account.
    """

    object: RecordObject
    match: Match
    fields: frozenset[str] = frozenset()
    owner_fields: frozenset[str] = frozenset()
    account_fields: frozenset[str] = frozenset()
    account_owner_fields: frozenset[str] = frozenset()
