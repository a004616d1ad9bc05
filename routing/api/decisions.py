"""What was decided about a submission, and why: told again in full from what was kept."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from routing import snapshots
from routing.core.stored import full_trace, rule_as_shown
from routing.core.values import SubmissionValues
from routing.models import Host, Submission


class RuleShape(Schema):
    """The rule that decided."""

    kind: Literal["ownership", "distribution", "default"]
    name: str | None = Field(description="null for the default.")


class ConditionShape(Schema):
    """One condition of a rule; nested ones are told flat, in the file's order."""

    field: str
    op: str
    value: Any
    actual: Any = Field(description="What the submission, or the record in Salesforce, had.")
    holds: bool


class TriedShape(RuleShape):
    """One rule that was tried."""

    matched: bool
    why: str
    conditions: list[ConditionShape]


class DecisionShape(Schema):
    """Which rule decided, what was tried before it, and who could meet the prospect."""

    rule: RuleShape | None = Field(description="null for spam, which is not routed.")
    trace: list[TriedShape] = Field(description="Every rule tried, in order; the last one is what matched.")
    candidates: list[str] = Field(description="E-mail addresses of the hosts whose times were offered.")


def decision_of(submission: Submission) -> dict[str, Any]:
    """The decision in its shape. The submission's router, form and workspace are at hand: 9 queries."""
    stored = submission.decision
    if not stored:
        return {"rule": None, "trace": [], "candidates": []}
    sent = SubmissionValues(submission.answers, submission.timezone, submission.source_url, submission.utm)
    keys = stored["candidates"]
    hosts = Host.objects.filter(workspace=submission.workspace).in_bulk(keys)
    return {
        "rule": rule_as_shown(stored),
        "trace": full_trace(stored, snapshots.router_values(submission.router), sent),
        "candidates": [hosts[key].email for key in keys if key in hosts],
    }
