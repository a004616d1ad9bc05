"""Routers: what would become of a submission, without making one."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone as clock
from ninja import Router, Schema
from pydantic import Field

from distro.problems import Problem
from distro.rest.bodies import BodyShape
from distro.rest.faults import with_faults
from distro.rest.keys import workspace_of
from distro.rest.shapes import Moment
from routing.actions.submit import InvalidAnswers
from routing.simulation import find_router, read_received, simulate

from .decisions import RuleShape, TriedShape

router = Router(tags=["Routers"])


class SimulateBody(BodyShape):
    """A submission as a form would send it."""

    answers: dict[str, Any] = Field(description="By the form's keys.")
    timezone: Any = Field(None, description="Such as Europe/Berlin.")
    source_url: Any = None
    utm: Any = Field(None, description='Such as {"source": "newsletter"}.')


class StandingShape(Schema):
    """A host's place in the rotation; who is next has the greatest shortfall."""

    host: str
    weight: int
    turns: int | float
    shortfall: int | float


class SlotShape(Schema):
    """A time that would be offered."""

    start: Moment
    end: Moment


class PersonShape(Schema):
    """The record that Salesforce already has of the prospect."""

    object: str
    id: str
    owner: str | None


class PlannedShape(Schema):
    """One write that Salesforce would see."""

    when: str
    action: Literal["create", "update"]
    object: str
    id: str | None
    fields: dict[str, Any]


class SimulationShape(Schema):
    """The whole story of a submission that nobody sent."""

    outcome: Literal["book", "redirect", "message"]
    redirect_url: str | None
    message: str | None
    rule: RuleShape
    trace: list[TriedShape]
    candidates: list[str]
    next_host: str | None
    why_next: str | None
    standing: list[StandingShape]
    first_slots: list[SlotShape] = Field(description="Up to 5.")
    person: PersonShape | None
    planned: list[PlannedShape]


@router.post(
    "routers/{key}/simulate",
    response=with_faults(SimulationShape, 400, 404, 413, 415, 422),
    summary="Simulate a submission",
)
def simulate_submission(request: HttpRequest, key: str, body: SimulateBody) -> dict[str, Any]:
    """What would become of these answers: rule, host, times, and what Salesforce would hear.

    Nothing is written anywhere; Salesforce is only read.
    """
    found = find_router(key, workspace_of(request))
    if found is None:
        raise Problem("not-found", "This key's workspace has no router of that key.")
    try:
        return simulate(found, read_received(body.dict()), clock.now()).as_json()
    except InvalidAnswers as fault:
        raise Problem("invalid", errors=fault.errors) from None
