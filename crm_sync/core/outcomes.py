"""What a refusal of Salesforce means and what is to be done: a table by errorCode (contract, section 10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from .schema import EVENT
from .steps import Step


class Verdict(Enum):
    """What follows from a refusal; the first three are where a run can end up."""

    TRY_AGAIN = "try again"
    NEEDS_PERSON = "needs a person"
    NEEDS_RECONNECTING = "needs reconnecting"
    LEAVE_OUT = "leave the field out and write the rest"
    CUT = "cut the text and write it"
    RESOLVE = "look for the record anew, once"
    DUPLICATES = "see which record the duplicate rule returned"
    DEGRADE = "do without the external id"
    HALTED = "wait for the part it depends on"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the table: the verdict, and the remedy in plain words for whoever reads the run."""

    verdict: Verdict
    remedy: str


class Refusal(Protocol):
    """What is known of a refused call (SalesforceFault has it)."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def fields(self) -> Sequence[str]: ...
    @property
    def outcome(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one step; `field` and `length` are for LEAVE_OUT and CUT."""

    verdict: Verdict
    remedy: str
    field: str = ""
    length: int = 0


WAIT = "Nothing to do: Distro tries again by itself."
RECONNECT = "Connect Salesforce again on the integrations page; everything that waits is then sent."
MEND = "Mend what Salesforce's message names, then press Retry."
FIELD = (
    "Check in Salesforce that the field exists, has the right type and that the connected user may edit it "
    "(Setup, Object Manager, Fields & Relationships, Set Field-Level Security)."
)
USER = "Check that the host's Salesforce user is active and may own such records."


def _same(verdict: Verdict, remedy: str, *codes: str) -> dict[str, Outcome]:
    return dict.fromkeys(codes, Outcome(verdict, remedy))


def _person(code: str, remedy: str) -> dict[str, Outcome]:
    return {code: Outcome(Verdict.NEEDS_PERSON, remedy)}


OUTCOMES: dict[str, Outcome] = {
    **_same(Verdict.TRY_AGAIN, WAIT, "TIMEOUT", "NOT_REACHED", "CONNECTION_LOST", "UNREADABLE_ANSWER"),
    **_same(Verdict.TRY_AGAIN, WAIT, "UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE"),
    **_same(
        Verdict.TRY_AGAIN,
        "The org's API calls for today, or those at one time, are used up. Distro tries again by itself.",
        "REQUEST_LIMIT_EXCEEDED",
        "EXCEEDED_ID_LIMIT",
    ),
    **_same(Verdict.NEEDS_RECONNECTING, RECONNECT, "invalid_grant", "INVALID_SESSION_ID", "NOT_CONNECTED"),
    **_same(
        Verdict.NEEDS_RECONNECTING,
        "Let the org's edition and the connected user's profile use the API (permission API Enabled), then press "
        "Retry.",
        "API_DISABLED_FOR_ORG",
        "API_CURRENTLY_DISABLED",
    ),
    **_same(
        Verdict.NEEDS_RECONNECTING,
        "Activate the user or the org in Salesforce, or connect again with another user.",
        "inactive_user",
        "inactive_org",
    ),
    **_same(Verdict.LEAVE_OUT, FIELD, "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"),
    **_same(
        Verdict.LEAVE_OUT,
        "Add the value to the field's picklist in Salesforce, or map the answer to another field.",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    ),
    **_same(
        Verdict.LEAVE_OUT,
        "Salesforce does not take the value together with the record's other values: see its message.",
        "FIELD_INTEGRITY_EXCEPTION",
    ),
    **_same(Verdict.LEAVE_OUT, "Salesforce does not take this e-mail address.", "INVALID_EMAIL_ADDRESS"),
    **_same(Verdict.LEAVE_OUT, USER, "INACTIVE_OWNER_OR_USER", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"),
    **_same(
        Verdict.LEAVE_OUT,
        "Give the connected user access to the record that the field points to.",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    ),
    **_same(Verdict.CUT, "Lengthen the field in Salesforce, or shorten the answer.", "STRING_TOO_LONG"),
    **_same(
        Verdict.RESOLVE,
        "The record is gone or was merged or converted, and looking anew did not help: see its history in "
        "Salesforce, then press Retry.",
        "ENTITY_IS_DELETED",
        "NOT_FOUND",
        "INVALID_CROSS_REFERENCE_KEY",
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "DUPLICATE_VALUE",
    ),
    **_same(
        Verdict.DUPLICATES,
        "A duplicate rule holds another record against this one: merge them in Salesforce or change the rule, then "
        "press Retry.",
        "DUPLICATES_DETECTED",
    ),
    **_same(Verdict.HALTED, WAIT, "PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"),
    **_person(
        "HOST_REFUSED", "The org's address is none of Salesforce's: connect again on the integrations page."
    ),
    **_person(
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "A validation rule of the org refuses the record: change the record or the rule, then press Retry.",
    ),
    **_person(
        "REQUIRED_FIELD_MISSING",
        "Map an answer to the required field, or make it optional in Salesforce, then press Retry.",
    ),
    **_person(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "An Apex trigger of the org failed: show its message to whoever wrote it, then press Retry.",
    ),
    **_person(
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "A Flow of the org failed: show its message to whoever built it, then press Retry.",
    ),
    **_person(
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "Give the connected user the right to create and edit these records, then press Retry.",
    ),
    **_person("STORAGE_LIMIT_EXCEEDED", "Free or buy data storage in Salesforce, then press Retry."),
    **_person(
        "TXN_SECURITY_NO_ACCESS",
        "A transaction security policy of the org forbids the call: change it, then press Retry.",
    ),
    **_person("LIMIT_EXCEEDED", "The org is at one of its limits: see its message, then press Retry."),
    **_person(
        "SEVERAL_RECORDS",
        "Several records carry the same Distro id, which somebody must have copied: clear it on all but one, then "
        "press Retry.",
    ),
    **_person("INVALID_TYPE", "Give the connected user rights to the object, then press Retry."),
}
UNKNOWN = Outcome(Verdict.NEEDS_PERSON, MEND)
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


def outcome_of(refusal: Refusal) -> Outcome:
    """The table's row for a refusal, with any 5xx and everything unanswered as "try again"."""
    known = OUTCOMES.get(refusal.code, UNKNOWN)
    if refusal.status >= 500 or refusal.outcome == "unknown":
        return known if known.verdict is Verdict.TRY_AGAIN else Outcome(Verdict.TRY_AGAIN, WAIT)
    return known


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
