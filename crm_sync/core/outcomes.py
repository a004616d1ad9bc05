"""What a refusal of Salesforce means and what is to be done: a table by errorCode (contract, section 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


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
    **_same(
        Verdict.NEEDS_PERSON,
        "Give the connected user the right to create and edit these records, then press Retry.",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS",
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


def outcome_of(refusal: Refusal) -> Outcome:
    """The table's row for a refusal, with any 5xx and everything unanswered as "try again"."""
    known = OUTCOMES.get(refusal.code, UNKNOWN)
    if refusal.status >= 500 or refusal.outcome == "unknown":
        return known if known.verdict is Verdict.TRY_AGAIN else Outcome(Verdict.TRY_AGAIN, WAIT)
    return known
