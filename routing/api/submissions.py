"""Submissions: every filled form, what was decided about it, and what came of it."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from distro.rest.faults import with_faults
from distro.rest.keys import one_of, own_rows
from distro.rest.pages import PageQuery, page_of
from distro.rest.shapes import Moment, RunShape, UuidInPath, read_uuid
from routing.crm import get_crm
from routing.models import Submission

from .decisions import DecisionShape, decision_of

router = Router(tags=["Submissions"])


class SubmissionShape(Schema):
    """One filled form."""

    submission: UUID
    router: str = Field(description="The router's key.")
    email: str | None = Field(description="null for spam.")
    created_at: Moment
    outcome: Literal["book", "redirect", "message", "spam"]
    meetings: list[UUID] = Field(description="The meetings booked upon it, oldest first.")


class WholeSubmissionShape(SubmissionShape):
    """One filled form with its answers, how it was decided, and what Salesforce hears of it."""

    answers: dict[str, Any]
    decision: DecisionShape
    runs: list[RunShape] = Field(description="Its own runs and its meetings', newest first.")


class SubmissionsShape(Schema):
    """A page of submissions."""

    items: list[SubmissionShape]
    next: str | None = Field(description="The cursor of the next page.")


def with_all(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """The submissions with all that a list shows: 2 queries."""
    return submissions.select_related("router", "prospect").prefetch_related("meetings")


def shown(submission: Submission) -> dict[str, Any]:
    """One submission of `with_all`, as a list shows it."""
    meetings = sorted(submission.meetings.all(), key=lambda meeting: meeting.pk)
    return {
        "submission": submission.uuid,
        "router": submission.router.key,
        "email": submission.prospect.email if submission.prospect else None,
        "created_at": submission.created_at,
        "outcome": submission.outcome,
        "meetings": [meeting.uuid for meeting in meetings],
    }


@router.get("submissions", response=with_faults(SubmissionsShape, 422), summary="List submissions")
def list_submissions(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Every filled form, newest first; spam too, told by its outcome."""
    found, following = page_of(with_all(own_rows(request, Submission)), page)
    return {"items": [shown(row) for row in found], "next": following}


@router.get(
    "submissions/{submission}", response=with_faults(WholeSubmissionShape, 404), summary="Show a submission"
)
def show_submission(request: HttpRequest, submission: UuidInPath) -> dict[str, Any]:
    """One filled form with everything that is known of it.

    The trace is told in full as long as its router's rules are the ones that decided; once they were changed, of
    each rule only the condition that failed first is left.
    """
    rows = with_all(own_rows(request, Submission)).select_related("workspace", "router__form")
    row = one_of(rows, uuid=read_uuid(submission))
    return {
        **shown(row),
        "answers": row.answers,
        "decision": decision_of(row),
        "runs": get_crm().runs_of(row),
    }
