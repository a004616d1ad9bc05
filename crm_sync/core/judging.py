"""What is to be done about a step that Salesforce refused: the table's verdict, and the field it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .outcomes import FIELD, MEND, USER, Outcome, Refusal, Verdict, outcome_of
from .schema import EVENT
from .steps import Step

KEY_MISSING = "external id field does not exist or is not accessible"
NAMED = (
    re.compile(r"No such column '([^']+)'"),
    re.compile(r"create/update fields?: ([\w, ]+?)\."),
    re.compile(r"for field:? '?(\w+)'?"),
    re.compile(r"^(\w+): "),
)
MAX_LENGTH = re.compile(r"max length=(\d+)")
# Refusals that can only mean the owner we sent. Of an Event's references the person was just read or written, so
# that a refused one is the calendar of somebody else.
OWNER_CODES = ("INACTIVE_OWNER_OR_USER", "OP_WITH_INVALID_USER_TYPE_EXCEPTION")
CALENDAR_CODES = (*OWNER_CODES, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one step; `field` and `length` are for LEAVE_OUT and CUT."""

    verdict: Verdict
    remedy: str
    field: str = ""
    length: int = 0


def judge(refusal: Refusal, step: Step) -> Judgement:
    """What is to be done about a step that Salesforce refused."""
    outcome = outcome_of(refusal)
    refine = REFINEMENTS.get(outcome.verdict)
    return refine(refusal, step, outcome) if refine else Judgement(outcome.verdict, outcome.remedy)


def refused_fields(refusal: Refusal, step: Step) -> list[str]:
    """The fields of ours that a refusal is about: from its `fields`, else from its message."""
    named = [step.sent_field(name) for name in refusal.fields]
    if not any(refusal.fields):
        named = [step.sent_field(name) for name in _named_in(refusal.message)]
        named = [name for name in named if name] or _by_value(refusal, step)
    return [name for name in dict.fromkeys(named) if name]


def _named_in(message: str) -> list[str]:
    found = [match[1] for pattern in NAMED if (match := pattern.search(message))]
    return [name for names in found for name in names.split(",")]


def _by_value(refusal: Refusal, step: Step) -> list[str]:
    """Fields whose record id the message shows; the owner, where the code or the message speaks of it."""
    ids = [
        name
        for name, value in step.fields.items()
        if name.endswith("Id")
        and isinstance(value, str)
        and len(value) >= 15
        and value[:15] in refusal.message
    ]
    codes = CALENDAR_CODES if step.object == EVENT else OWNER_CODES
    if not ids and (refusal.code in codes or re.search(r"\bowner\b", refusal.message, re.I)):
        ids = [name for name in ("OwnerId",) if name in step.fields]
    return ids


def _leave_out(refusal: Refusal, step: Step, outcome: Outcome) -> Judgement:
    if step.key_field and (step.key_field in refusal.fields or step.key_field in refusal.message):
        return Judgement(Verdict.DEGRADE, FIELD)
    names = refused_fields(refusal, step)
    if names and names[0] in step.optional:
        return Judgement(Verdict.LEAVE_OUT, outcome.remedy, names[0])
    return Judgement(Verdict.NEEDS_PERSON, outcome.remedy, names[0] if names else "")


def _cut(refusal: Refusal, step: Step, outcome: Outcome) -> Judgement:
    names = refused_fields(refusal, step)
    limit = MAX_LENGTH.search(refusal.message)
    if names and limit and len(str(step.fields[names[0]])) > int(limit[1]):
        return Judgement(Verdict.CUT, outcome.remedy, names[0], int(limit[1]))
    return _leave_out(refusal, step, outcome)


def _resolve(refusal: Refusal, step: Step, outcome: Outcome) -> Judgement:
    if refusal.code == "NOT_FOUND" and KEY_MISSING in refusal.message.lower():
        return Judgement(Verdict.DEGRADE, FIELD)
    named = refused_fields(refusal, step)
    if refusal.code == "DUPLICATE_VALUE" and not (step.key_field or _is_about_key(refusal, step)):
        return Judgement(Verdict.NEEDS_PERSON, MEND)
    if refusal.code == "INVALID_CROSS_REFERENCE_KEY" and "OwnerId" in named:
        return Judgement(Verdict.NEEDS_PERSON, USER)
    return Judgement(Verdict.RESOLVE, outcome.remedy, named[0] if named else "")


def _is_about_key(refusal: Refusal, step: Step) -> bool:
    return any(name.startswith("Distro_") and name in refusal.message for name in step.fields)


REFINEMENTS = {Verdict.LEAVE_OUT: _leave_out, Verdict.CUT: _cut, Verdict.RESOLVE: _resolve}
