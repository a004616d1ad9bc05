"""Shapes that several endpoints answer with: moments, and runs, which stand alone and within what they are about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, PlainSerializer, WithJsonSchema

from distro.problems import Problem


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with Z, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-12-08T09:30:00Z"]}),
]

UuidInPath = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
NumberInPath = Annotated[str, WithJsonSchema({"type": "integer"})]
"""Read by `read_uuid` and `read_number`, for which what cannot be an id is the id of nothing: 404, not 422."""


class ErrorShape(Schema):
    """What keeps a run from being done."""

    code: str = Field(description="Salesforce's own code, such as FIELD_CUSTOM_VALIDATION_EXCEPTION.")
    message: str = Field(description="Salesforce's own words.")
    remedy: str = Field(description="What a person can do about it.")


class StepShape(Schema):
    """One operation that Salesforce answered."""

    action: Literal["find", "create", "update", "read"]
    object: str = Field(description="Such as Lead, Contact or Event.")
    id: str | None = Field(description="The record's Salesforce id, once it is known.")
    fields: dict[str, Any] = Field(description="What was written or searched for.")
    state: Literal["done", "failed"]
    code: str | None = Field(description="Why it failed.")
    at: Moment


class RunShape(Schema):
    """One change that Salesforce must hear of, and how that goes."""

    id: int
    kind: Literal["person", "meeting", "owner"]
    state: Literal["waiting", "running", "done", "needs_person", "needs_reconnecting", "ignored"] = Field(
        description="`waiting` is due now or later; what is tried again waits too, with `attempts` and `error`."
    )
    submission: UUID | None
    meeting: UUID | None
    attempts: int
    due_at: Moment
    error: ErrorShape | None
    notes: list[str] = Field(description="What is worth knowing about how it was written.")
    left_out: list[str] = Field(description="Fields that Salesforce refused, such as Lead.Rating.")
    steps: list[StepShape] = Field(description="Every attempt's operations, oldest first.")


def read_uuid(text: str) -> UUID:
    """An id from an address. Raises 404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Problem("not-found") from None


def read_number(text: str) -> int:
    """A number from an address. Raises 404 for what is none that a row could have."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise Problem("not-found")
