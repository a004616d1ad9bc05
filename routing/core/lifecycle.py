"""The life of a meeting as a table: which action leads from which status to which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["Scheduled", "Rescheduled", "Completed", "No Show", "Cancelled"]
Action: TypeAlias = Literal["complete", "no_show", "undo", "cancel", "reschedule", "reassign"]
Step: TypeAlias = Literal["Completed", "No Show", "Cancelled", "Rescheduled", "same", "back"]

STANDING: frozenset[Status] = frozenset({"Scheduled", "Rescheduled"})

_STANDS: dict[Action, Step] = {
    "complete": "Completed",
    "no_show": "No Show",
    "cancel": "Cancelled",
    "reschedule": "Rescheduled",
    "reassign": "same",
}
# What is missing is refused.
TABLE: dict[Status, dict[Action, Step]] = {
    "Scheduled": _STANDS,
    "Rescheduled": _STANDS,
    "Completed": {"complete": "same", "no_show": "No Show", "undo": "back"},
    "No Show": {"complete": "Completed", "no_show": "same", "undo": "back"},
    "Cancelled": {"cancel": "same"},
}
# Actions whose "same" status still changes the meeting: its host.
_CHANGES_ALL_THE_SAME: frozenset[Action] = frozenset({"reassign"})
_DONE: dict[Action, str] = {
    "complete": "completed",
    "no_show": "marked as a no-show",
    "cancel": "cancelled",
    "reschedule": "rescheduled",
    "reassign": "given to another host",
}


class ActionRefused(Exception):
    """The table has no way from this status by this action (409); the text says so to a person."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an action leads. `changed` False: answer with the meeting as it is and tell nobody.

    `before` is the status that an undo would restore, "" for none. Rescheduling to the same start and reassigning to
    the same host change nothing either; the caller sees that, the table does not.
    """

    status: Status
    before: Status | Literal[""]
    changed: bool = True


def transition(status: Status, action: Action, before: Status | Literal[""] = "") -> Transition:
    """The status after an action, given the one before the present; raises ActionRefused where there is none."""
    step = TABLE[status].get(action)
    if step is None or (step == "back" and not before):
        raise ActionRefused(_refusal(status, action))
    if step == "back":
        assert before
        return Transition(before, "")
    if step == "same":
        return Transition(status, before, action in _CHANGES_ALL_THE_SAME)
    return Transition(step, status if action in ("complete", "no_show") else "")


def _refusal(status: Status, action: Action) -> str:
    if action == "undo":
        return f"There is nothing to undo: the meeting is {status}."
    again = " Book again instead." if action == "reschedule" and status != "Completed" else ""
    return f"A meeting that is {status} cannot be {_DONE[action]}.{again}"


def prospect_may_change(status: Status, end: datetime, now: datetime) -> bool:
    """Whether the prospect's own page may still reschedule or cancel: the meeting stands and is not over."""
    return status in STANDING and now < end


def completes_at(status: Status, end: datetime, complete_after: int | None) -> datetime | None:
    """When a meeting completes by itself, `complete_after` minutes after its end; None for never."""
    if status not in STANDING or complete_after is None:
        return None
    return end + timedelta(minutes=complete_after)
