"""The lifecycle table of the contract, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from routing.core.lifecycle import (
    Action,
    ActionRefused,
    Status,
    Transition,
    completes_at,
    prospect_may_change,
    transition,
)

ACTIONS: tuple[Action, ...] = ("complete", "no_show", "undo", "cancel", "reschedule", "reassign")
# The contract's table; "same" is 200 without a change, "=" the same status with another host.
TABLE = {
    "Scheduled": ["Completed", "No Show", "409", "Cancelled", "Rescheduled", "="],
    "Rescheduled": ["Completed", "No Show", "409", "Cancelled", "Rescheduled", "="],
    "Completed": ["same", "No Show", "before", "409", "409", "409"],
    "No Show": ["Completed", "same", "before", "409", "409", "409"],
    "Cancelled": ["409", "409", "409", "same", "409", "409"],
}
CELLS = [
    (status, action, cell) for status, row in TABLE.items() for action, cell in zip(ACTIONS, row, strict=True)
]


@pytest.mark.parametrize(("status", "action", "cell"), CELLS)
def test_every_cell(status: Status, action: Action, cell: str) -> None:
    if cell == "409":
        with pytest.raises(ActionRefused):
            transition(status, action, "Scheduled" if action != "undo" else "")
        return
    after = transition(status, action, "Rescheduled")
    expected = {"same": status, "=": status, "before": "Rescheduled"}.get(cell, cell)
    assert (after.status, after.changed) == (expected, cell != "same")


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(get_args(Status))
    assert set(ACTIONS) == set(get_args(Action))


def test_undo_restores_the_status_before_once() -> None:
    completed = transition("Rescheduled", "complete")
    missed = transition(completed.status, "no_show", completed.before)
    assert missed == Transition("No Show", "Completed")
    undone = transition(missed.status, "undo", missed.before)
    assert undone == Transition("Completed", "")
    with pytest.raises(ActionRefused, match="nothing to undo"):
        transition(undone.status, "undo", undone.before)


def test_what_changes_nothing_keeps_what_an_undo_would_restore() -> None:
    assert transition("Completed", "complete", "Scheduled") == Transition("Completed", "Scheduled", False)


@pytest.mark.parametrize("status", ["No Show", "Cancelled"])
def test_who_cannot_reschedule_is_told_to_book_again(status: Status) -> None:
    with pytest.raises(ActionRefused, match="Book again"):
        transition(status, "reschedule")


def test_the_prospect_may_change_what_stands_until_its_end() -> None:
    end = datetime(2026, 6, 1, 10, tzinfo=UTC)
    early, late = end - timedelta(seconds=1), end
    statuses = get_args(Status)
    assert [one for one in statuses if prospect_may_change(one, end, early)] == ["Scheduled", "Rescheduled"]
    assert [one for one in statuses if prospect_may_change(one, end, late)] == []


def test_a_standing_meeting_completes_by_itself() -> None:
    end = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert completes_at("Rescheduled", end, 60) == end + timedelta(hours=1)
    assert completes_at("Scheduled", end, 0) == end
    assert completes_at("Scheduled", end, None) is None
    assert completes_at("No Show", end, 60) is None
