"""The frozen values that the core decides on and answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal, TypeAlias

from routing.core.conditions import ConditionResult, Tree
from routing.core.fields import Answers, FormField

# Said again here, so that callers find every value in one place.
from routing.core.records import KnownOwner as KnownOwner
from routing.core.records import KnownRecord as KnownRecord
from routing.core.records import Lookup as Lookup
from routing.core.records import LookupKey as LookupKey
from routing.core.records import LookupNeed as LookupNeed
from routing.core.records import Lookups as Lookups
from routing.core.records import Match, RecordObject

HostKey: TypeAlias = int | str
TeamKey: TypeAlias = int | str
MeetingTypeKey: TypeAlias = int | str
RuleKey: TypeAlias = int | str

Outcome: TypeAlias = Literal["book", "redirect", "message"]
RuleKind: TypeAlias = Literal["ownership", "distribution", "default"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Minutes after local midnight, 0 to 1440; an end that is not after its start is the next day's.
Span: TypeAlias = tuple[int, int]
# Seven days of spans, Monday first.
WeekHours: TypeAlias = tuple[tuple[Span, ...], ...]
NINE_TO_FIVE: WeekHours = (((540, 1020),),) * 5 + ((),) * 2


@dataclass(frozen=True, slots=True)
class Busy:
    """Foreign busy time of a host: [start, end), aware. Buffers of ours do not widen it."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class StandingMeeting:
    """A meeting of ours that stands (not cancelled), aware times, with its own buffers in minutes."""

    start: datetime
    end: datetime
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True, slots=True)
class HostValues:
    """A host as routing and slots see them; routing alone needs neither `busy` nor `meetings`.

    `crm_user` is the e-mail, user name or id by which the CRM knows the host, "" for the host's e-mail.
    `time_off` holds first and last local day, both included.
    """

    key: HostKey
    email: str
    name: str = ""
    active: bool = True
    crm_user: str = ""
    timezone: str = "UTC"
    working_hours: WeekHours = NINE_TO_FIVE
    time_off: tuple[tuple[date, date], ...] = ()
    busy: tuple[Busy, ...] = ()
    meetings: tuple[StandingMeeting, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A host's place in a team, with a weight from 0 to 100."""

    host: HostKey
    weight: int = 1


@dataclass(frozen=True, slots=True)
class TeamValues:
    """`members` in the team's order, those of inactive hosts included."""

    key: TeamKey
    name: str
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingTypeValues:
    """Minutes, in multiples of 5; `horizon_days` are of 24 hours; `daily_limit` is per host and local day."""

    key: MeetingTypeKey
    name: str = ""
    duration: int = 30
    slot_interval: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int = 60
    horizon_days: int = 14
    daily_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable start and end, aware UTC, and who is free then, in the order the hosts were given in."""

    start: datetime
    end: datetime
    hosts: tuple[HostKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a rule or the default leads: a HostKey, a TeamKey, a message's text or a redirect's address."""

    kind: Literal["host", "team", "message", "redirect"]
    value: int | str


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """Meeting type None is the router's. `broken` is a clause saying why the rule can never match ("its field
    budget is no longer on the form"), "" for a sound one."""

    name: str
    object: RecordObject
    match: Match = "exact"
    owner_field: str = "OwnerId"
    when: Tree | None = None
    meeting_type: MeetingTypeKey | None = None
    broken: str = ""
    key: RuleKey | None = None


@dataclass(frozen=True, slots=True)
class DistributionRule:
    """As an ownership rule, but leading to a target of its own."""

    name: str
    target: Target
    when: Tree | None = None
    meeting_type: MeetingTypeKey | None = None
    broken: str = ""
    key: RuleKey | None = None


@dataclass(frozen=True)
class RouterValues:
    """A router with all that its rules may name; `hosts` are the whole workspace's, as owners may be any."""

    key: str
    name: str
    default: Target
    meeting_type: MeetingTypeKey
    fields: tuple[FormField, ...] = ()
    ownership_rules: tuple[OwnershipRule, ...] = ()
    distribution_rules: tuple[DistributionRule, ...] = ()
    hosts: Mapping[HostKey, HostValues] = field(default_factory=dict)
    teams: Mapping[TeamKey, TeamValues] = field(default_factory=dict)
    rotation: Literal["flexible", "strict"] = "flexible"
    free_mail_domains: frozenset[str] = frozenset()

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything that decides; equal in every process, for equal settings."""
        people = [(one.key, one.email, one.name, one.active, one.crm_user) for one in self.hosts.values()]
        settings = (
            (self.fields, self.ownership_rules, self.distribution_rules, self.default, self.meeting_type),
            (people, list(self.teams.values()), sorted(self.free_mail_domains)),
        )
        return sha256(repr(settings).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SubmissionValues:
    """What a prospect sent: cleaned answers, and where they came from; keys of `utm` without `utm_`."""

    answers: Answers
    timezone: str = ""
    source_url: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)


# Whether a host has a free time of that meeting type from notice to horizon. Asked only for rules that match.
HasFreeTime: TypeAlias = Callable[[HostKey, MeetingTypeKey], bool]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a router decides on: who asks, what the CRM knows of them, and who could meet them."""

    submission: SubmissionValues
    lookups: Lookups
    has_free_time: HasFreeTime


@dataclass(frozen=True, slots=True)
class RuleRef:
    """The rule that decided; `index` is its place in its own list, `key` its row's."""

    kind: RuleKind
    name: str | None
    index: int = 0
    key: RuleKey | None = None


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """A rule that was tried, with a sentence that a salesperson understands."""

    kind: RuleKind
    name: str | None
    matched: bool
    why: str
    conditions: tuple[ConditionResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a submission.

    `target` is where the rule leads (a host, for ownership). `candidates` are its active hosts with a free
    time, in the team's order; with outcome "book" there are none when even the default has none.
    `record` is the one that an ownership rule matched by.
    """

    outcome: Outcome
    rule: RuleRef
    target: Target
    meeting_type: MeetingTypeKey
    candidates: tuple[HostKey, ...] = ()
    message: str | None = None
    redirect_url: str | None = None
    record: KnownRecord | None = None
