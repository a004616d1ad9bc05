"""What can go wrong between us and Salesforce, as one exception that is safe to log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["not_applied", "unknown"]
BodyKind = Literal["json", "other", "none"]

# Our own codes, for what has no errorCode of Salesforce's.
TIMEOUT = "TIMEOUT"
NOT_REACHED = "NOT_REACHED"
CONNECTION_LOST = "CONNECTION_LOST"
UNREADABLE_ANSWER = "UNREADABLE_ANSWER"
HOST_REFUSED = "HOST_REFUSED"
SEVERAL_RECORDS = "SEVERAL_RECORDS"
NOT_CONNECTED = "NOT_CONNECTED"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that a duplicate rule holds against a new one."""

    object: str
    record_id: str


class SalesforceFault(Exception):
    """A call that Salesforce refused, or that got no readable answer.

    `outcome` tells whether the write may have been applied all the same. `message` is Salesforce's own text and
    may hold personal facts; `str()` of the fault holds neither that, nor addresses, nor tokens.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        status: int = 0,
        fields: Sequence[str] = (),
        body_kind: BodyKind = "none",
        outcome: Outcome = "not_applied",
        duplicates: Sequence[Duplicate] = (),
        may_save_duplicate: bool = False,
    ) -> None:
        super().__init__(f"{code} ({status})" if status else code)
        self.code = code
        self.message = message
        self.status = status
        self.fields = tuple(fields)
        self.body_kind = body_kind
        self.outcome = outcome
        self.duplicates = tuple(duplicates)
        self.may_save_duplicate = may_save_duplicate

    @property
    def is_transport(self) -> bool:
        """Whether the org, and not this one record, seems to be in trouble."""
        return self.outcome == "unknown" or self.code in (NOT_REACHED, HOST_REFUSED)


def fault_of_answer(status: int, body: Any) -> SalesforceFault:
    """The fault of an answer that is no success: its HTTP status and decoded body (text where it was no JSON).

    Source: REST API guide, "Status codes and error responses": a list of {message, errorCode, fields}; the
    OAuth endpoints answer {error, error_description}; 300 is a list of addresses.
    """
    if status == 300:
        text = "Several records carry the same external id"
        return SalesforceFault(SEVERAL_RECORDS, text, status=status, body_kind="json")
    entry = body[0] if isinstance(body, list) and body else body
    if isinstance(entry, Mapping) and entry.get("errorCode"):
        return _fault_of_entry(status, entry)
    if isinstance(entry, Mapping) and entry.get("error"):
        text = str(entry.get("error_description", ""))
        return SalesforceFault(str(entry["error"]), text, status=status, body_kind="json")
    kind: BodyKind = "other" if body else "none"
    text = f"Salesforce answered {status} with a page that is no answer of its API"
    return SalesforceFault(UNREADABLE_ANSWER, text, status=status, body_kind=kind, outcome="unknown")


def _fault_of_entry(status: int, entry: Mapping[str, Any]) -> SalesforceFault:
    # API versions up to somewhere between 57 and 60 misspell the key.
    found = entry.get("duplicateResult") or entry.get("duplicateResut") or {}
    return SalesforceFault(
        str(entry["errorCode"]),
        str(entry.get("message", "")).strip(),
        status=status,
        fields=[str(name) for name in entry.get("fields") or ()],
        body_kind="json",
        outcome="unknown" if status >= 500 else "not_applied",
        duplicates=_duplicates(found),
        may_save_duplicate=bool(found.get("allowSave")),
    )


def _duplicates(found: Mapping[str, Any]) -> list[Duplicate]:
    return [
        Duplicate(str(result.get("entityType", "")), str(match["record"]["Id"]))
        for result in found.get("matchResults") or ()
        for match in result.get("matchRecords") or ()
        if match.get("record", {}).get("Id")
    ]
