"""Whether owner runs are due at all: what else of their prospects is still open, and which booking decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crm_sync.models import RunKind, RunState, SyncRun
from routing.models import Meeting, Status

OPEN = (RunState.WAITING, RunState.RUNNING, RunState.NEEDS_PERSON, RunState.NEEDS_RECONNECTING)
CANCELLED = "The meeting was cancelled before its owner was due, so the owner stays"
LATER = "A later booking decides about the owner"


@dataclass(frozen=True)
class Owners:
    """What decides about the owner runs of some prospects, read in two queries.

    `persons` and `meetings` are those whose person, and whose meetings', runs are open; `bookings` the meetings that
    have an owner run and stand, by prospect.
    """

    persons: frozenset[int]
    meetings: frozenset[int]
    bookings: dict[int, list[Meeting]]

    @classmethod
    def of(cls, prospects: Iterable[int]) -> Owners:
        several = list(prospects)
        rows = SyncRun.objects.filter(prospect__in=several, state__in=OPEN).exclude(kind=RunKind.OWNER)
        found = list(rows.values_list("kind", "prospect", "meeting"))
        standing = Meeting.objects.filter(prospect__in=several, sync_runs__kind=RunKind.OWNER)
        bookings: dict[int, list[Meeting]] = {}
        for meeting in standing.exclude(status=Status.CANCELLED):
            bookings.setdefault(meeting.prospect_id, []).append(meeting)
        return cls(
            persons=frozenset(prospect for kind, prospect, _ in found if kind == RunKind.PERSON),
            meetings=frozenset(meeting for kind, _, meeting in found if kind == RunKind.MEETING and meeting),
            bookings=bookings,
        )

    def needless(self, run: SyncRun) -> str:
        """Why nothing is to be done any more, "" where there is."""
        meeting = run.meeting
        assert meeting
        if meeting.status == Status.CANCELLED:
            return CANCELLED
        others = self.bookings.get(run.prospect_id, ())
        return LATER if any(other.created_at > meeting.created_at for other in others) else ""

    def is_early(self, run: SyncRun, *, known: bool) -> bool:
        """Whether person and Event are still to come."""
        return (not known and run.prospect_id in self.persons) or run.meeting_id in self.meetings
