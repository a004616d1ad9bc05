"""One simulated submission: decided, offered times and planned by the very functions of the live path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..actions.book import draft, fill_in_host
from ..actions.slots import horizon, slots_of
from ..actions.submit import Received, Routed, draft_submission, route
from ..core import rotation
from ..core.rotation import Standing, standing_json
from ..core.trace import explain, trace_json
from ..core.values import Decision, HostKey, HostValues, Slot, TraceEntry
from ..crm import Foreseen, PlannedWrite, get_crm
from ..models import Meeting, Prospect, Router, Submission, Team
from ..standings import read_host, read_ledger

MOST_SLOTS = 5


@dataclass(frozen=True, slots=True)
class Simulation:
    """The whole story. `standing` is empty after an ownership match; `slots` are the first ones offered."""

    decision: Decision
    hosts: dict[HostKey, HostValues]
    trace: tuple[TraceEntry, ...]
    standing: tuple[Standing, ...]
    next_host: HostKey | None
    why_next: str | None
    slots: tuple[Slot, ...]
    foreseen: Foreseen

    def as_json(self) -> dict[str, Any]:
        """The shape that the command and the API answer with; every key is always there."""
        decision, person = self.decision, self.foreseen.person
        emails = {key: host.email for key, host in self.hosts.items()}
        return {
            "outcome": decision.outcome,
            "redirect_url": decision.redirect_url,
            "message": decision.message,
            "rule": {"kind": decision.rule.kind, "name": decision.rule.name},
            "trace": trace_json(self.trace),
            "candidates": [emails[key] for key in decision.candidates],
            "next_host": None if self.next_host is None else emails[self.next_host],
            "why_next": self.why_next,
            "standing": standing_json(self.standing, emails),
            "first_slots": [{"start": written(slot.start), "end": written(slot.end)} for slot in self.slots],
            "person": None
            if person is None
            else {"object": person.object, "id": person.id, "owner": person.owner or None},
            "planned": [write_json(write) for write in self.foreseen.planned],
        }


def written(moment: datetime) -> str:
    """ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_json(write: PlannedWrite) -> dict[str, Any]:
    """A planned write as Simulate shows it."""
    return {
        "when": write.when,
        "action": write.action,
        "object": write.object,
        "id": write.id,
        "fields": dict(write.fields),
    }


def simulate(router: Router, received: Received, now: datetime) -> Simulation:
    """What would become of a submission at `now`, and of a booking of the next host's first time.

    The CRM is asked whatever the live path's pause says. Raises InvalidAnswers. Called outside any transaction.
    """
    routed = route(router, received, now, simulated=True)
    decision = routed.decision
    trace = explain(routed.values, routed.situation)
    standing = standing_of(router, decision, now)
    chosen = next_of(decision, standing)
    submission = drafted(router, routed)
    slots = offered(submission, decision, chosen, now)
    return Simulation(
        decision=decision,
        hosts=dict(routed.values.hosts),
        trace=trace,
        standing=standing,
        next_host=chosen,
        why_next=None if chosen is None else why(routed, trace, standing, chosen),
        slots=tuple(slots[:MOST_SLOTS]),
        foreseen=get_crm().foresee(submission, booked(submission, slots, chosen, now)),
    )


def standing_of(router: Router, decision: Decision, now: datetime) -> tuple[Standing, ...]:
    """How those stand among whom the booking chooses; nobody chooses after an ownership match."""
    if decision.rule.kind == "ownership":
        return ()
    if decision.target.kind == "host":
        return read_host(int(decision.target.value), router, now)
    if decision.target.kind == "team":
        return read_ledger(Team.objects.get(pk=decision.target.value), router, now).standing
    return ()


def next_of(decision: Decision, standing: tuple[Standing, ...]) -> HostKey | None:
    """Whose turn it is among those who have a free time."""
    if decision.rule.kind == "ownership":
        return decision.candidates[0]
    return rotation.next_host(standing, decision.candidates)


def why(
    routed: Routed, trace: tuple[TraceEntry, ...], standing: tuple[Standing, ...], chosen: HostKey
) -> str:
    """Why a host is next, in sentences for people."""
    if not standing:
        return f"{trace[-1].why}."
    names = {key: host.name or host.email for key, host in routed.values.hosts.items()}
    told = rotation.why_next(standing, chosen, names)
    fairest = rotation.next_host(standing)
    if fairest is None or fairest == chosen:
        return told
    return f"{told} {names[fairest]}, whose turn it would be, has no free time to offer."


def drafted(router: Router, routed: Routed) -> Submission:
    """The submission as it would be kept, for the prospect whom we know or for a new one."""
    known = Prospect.objects.filter(workspace=router.workspace, email=routed.email).first()
    prospect = known or Prospect(workspace=router.workspace, email=routed.email)
    return draft_submission(router, prospect, routed.situation.submission, routed.decision)


def offered(submission: Submission, decision: Decision, chosen: HostKey | None, now: datetime) -> list[Slot]:
    """The times that the link would offer: those of all candidates, in strict rotation the next host's alone."""
    if chosen is None:
        return []
    strict = decision.target.kind == "team" and submission.router.rotation == "strict"
    keys = [chosen] if strict else decision.candidates
    return slots_of(submission, [int(key) for key in keys], now, horizon(submission, now), now)


def booked(
    submission: Submission, slots: list[Slot], chosen: HostKey | None, now: datetime
) -> Meeting | None:
    """The meeting of somebody who books, at once, the first time at which the next host is free."""
    slot = next((slot for slot in slots if chosen in slot.hosts), None)
    if slot is None or chosen is None:
        return None
    meeting = draft(submission, slot, timezone=submission.timezone, guests=[], notes="")
    meeting.host = submission.workspace.hosts.get(pk=chosen)
    meeting.created_at = now
    fill_in_host(meeting)
    return meeting
