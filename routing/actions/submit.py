"""A prospect submits a form: clean, look up, decide, and keep it, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone as clock

from distro.links import digest_of, new_seed, token_of

from .. import snapshots
from ..core.answers import clean_answers
from ..core.fields import email_key
from ..core.matching import lookups_needed
from ..core.route import decide
from ..core.slots import free_time_finder
from ..core.stored import shrink
from ..core.values import (
    Decision,
    HasFreeTime,
    HostKey,
    MeetingTypeKey,
    RouterValues,
    Situation,
    SubmissionValues,
)
from ..crm import LookUp, get_crm
from ..models import Outcome, Prospect, Router, Submission, Workspace

LOOKUP_SECONDS = 2.0
"""What the CRM is given in total; the visitor has their answer within 2.5 s whatever it does."""


class InvalidAnswers(Exception):
    """`errors` is {field key: [sentence]}."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("The answers do not fit the form.")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Received:
    """What came in: raw answers by form key, and where they came from; keys of `utm` without `utm_`."""

    answers: Mapping[str, Any]
    timezone: str = ""
    source_url: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    spam: bool = False


class Calendars:
    """Answers whether a host has a free time; reads all calendars in one query when first asked."""

    def __init__(self, router: Router, values: RouterValues, now: datetime) -> None:
        self.router, self.values, self.now = router, values, now
        self.find: HasFreeTime | None = None

    def __call__(self, host: HostKey, meeting_type: MeetingTypeKey) -> bool:
        if self.find is None:
            types = [snapshots.meeting_type_values(row) for row in self.router.workspace.meeting_types.all()]
            end = self.now + timedelta(days=max(kind.horizon_days for kind in types))
            hosts = snapshots.with_calendars(self.values.hosts, self.now, end)
            self.find = free_time_finder(hosts, {kind.key: kind for kind in types}, self.now)
        return self.find(host, meeting_type)


@dataclass(frozen=True, slots=True)
class Routed:
    """A submission decided on and not kept: what came in, what is known, and what becomes of it."""

    email: str
    values: RouterValues
    situation: Situation
    decision: Decision
    memo: Mapping[str, Any]


def submit(router: Router, received: Received) -> Submission:
    """Keep a submission and what was decided about it.

    Raises InvalidAnswers; nothing is kept then. Spam is kept without routing, and no CRM hears of it.
    """
    if received.spam:
        return keep_spam(router, received)
    routed = route(router, received, clock.now())
    shrunk = shrink(routed.values, routed.situation, routed.decision)
    with transaction.atomic():
        prospect, _ = Prospect.objects.get_or_create(workspace=router.workspace, email=routed.email)
        submission = keep(router, prospect, routed.situation.submission, routed.decision, shrunk)
        get_crm().submission_routed(submission, routed.memo)
    return submission


def route(router: Router, received: Received, now: datetime, *, simulated: bool = False) -> Routed:
    """Decide on a submission; nothing is written. Raises InvalidAnswers."""
    values = snapshots.router_values(router)
    cleaned = clean_answers(values.fields, received.answers)
    if cleaned.errors:
        raise InvalidAnswers(cleaned.errors)
    sent = SubmissionValues(cleaned.answers, received.timezone, received.source_url, received.utm)
    email = str(cleaned.answers[email_key(values.fields) or ""]).lower()
    looked = look_up(router.workspace, email, values, simulated=simulated)
    situation = Situation(sent, looked.lookups, Calendars(router, values, now))
    return Routed(email, values, situation, decide(values, situation), looked.memo)


def look_up(workspace: Workspace, email: str, values: RouterValues, *, simulated: bool = False) -> LookUp:
    """Ask the CRM for what the rules name; a router whose rules name nothing asks nothing."""
    needs = lookups_needed(values, email)
    if not needs:
        return LookUp()
    return get_crm().look_up(workspace, email, needs, LOOKUP_SECONDS, simulated=simulated)


def keep(
    router: Router,
    prospect: Prospect,
    sent: SubmissionValues,
    decision: Decision,
    shrunk: dict[str, Any],
) -> Submission:
    """The row of a routed submission."""
    submission = draft_submission(router, prospect, sent, decision)
    submission.decision = shrunk
    submission.save(force_insert=True)
    return submission


def draft_submission(
    router: Router, prospect: Prospect, sent: SubmissionValues, decision: Decision
) -> Submission:
    """The same row not saved, and without the stored form of its decision."""
    rule, target = decision.rule, decision.target
    seed = new_seed()
    return Submission(
        workspace=router.workspace,
        router=router,
        prospect=prospect,
        answers=dict(sent.answers),
        utm=dict(sent.utm),
        source_url=sent.source_url,
        timezone=sent.timezone,
        outcome=decision.outcome,
        message=decision.message or "",
        redirect_url=decision.redirect_url or "",
        ownership_rule_id=rule.key if rule.kind == "ownership" else None,
        distribution_rule_id=rule.key if rule.kind == "distribution" else None,
        meeting_type_id=decision.meeting_type,
        target_host_id=target.value if target.kind == "host" else None,
        target_team_id=target.value if target.kind == "team" else None,
        booking_seed=seed,
        booking_digest=digest_of(token_of("booking", seed)),
    )


def keep_spam(router: Router, received: Received) -> Submission:
    """The row of a submission whose honeypot was filled: as it came, for a person to look at."""
    seed = new_seed()
    return Submission.objects.create(
        workspace=router.workspace,
        router=router,
        answers={plain(key)[:40]: plain(value)[:255] for key, value in list(received.answers.items())[:100]},
        source_url=received.source_url,
        outcome=Outcome.SPAM,
        booking_seed=seed,
        booking_digest=digest_of(token_of("booking", seed)),
    )


def plain(value: object) -> str:
    """Text that every database takes: PostgreSQL knows no NUL."""
    return str(value).replace("\x00", "")
