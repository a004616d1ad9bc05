"""What those who watch over an installation are told: each app adds what it knows, in a module `watched`.

What is due is counted by rows of due work, but for kinds where an app can say what stands behind such a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Count, Min
from django.db.models.functions import Coalesce
from django.utils.module_loading import autodiscover_modules
from prometheus_client.core import Metric

from distro.due.models import DueWork, WorkerBeat
from distro.due.registry import KINDS

HEARD_WITHIN = timedelta(seconds=60)
LATE_AFTER = timedelta(seconds=120)


@dataclass(frozen=True)
class Backlog:
    """How much is due at this moment, and since when the oldest of it (None: nothing is)."""

    count: int = 0
    since: datetime | None = None


Behind = Callable[[datetime], Backlog]
RunStates = Callable[[], dict[str, int]]
Measure = Callable[[datetime], Iterable[Metric]]

BEHIND: dict[str, Behind] = {}
RUN_STATES: list[RunStates] = []
MEASURES: list[Measure] = []


def stands_behind(kind: str) -> Callable[[Behind], Behind]:
    """Count what the decorated function answers in place of due rows of `kind`."""

    def register(count: Behind) -> Behind:
        BEHIND[kind] = count
        return count

    return register


def counts_runs(count: RunStates) -> RunStates:
    """Register what answers {state: number of runs}, every state of it always."""
    RUN_STATES.append(count)
    return count


def measured(measure: Measure) -> Measure:
    """Register what yields Prometheus metrics, computed when they are asked for."""
    MEASURES.append(measure)
    return measure


@cache
def discover() -> None:
    """Load every app's `watched`, once."""
    autodiscover_modules("watched")


def backlog(now: datetime) -> Backlog:
    """All that is due: work waiting for its own time, for a person or for a reconnection is not."""
    discover()
    kinds = KINDS.keys() - BEHIND.keys()
    rows = DueWork.objects.claimable(now, kinds).order_by()
    found = rows.aggregate(count=Count("pk"), since=Min(Coalesce("due_at", "lease_until")))
    parts = [Backlog(found["count"], found["since"]), *(count(now) for count in BEHIND.values())]
    return Backlog(
        sum(part.count for part in parts),
        min((part.since for part in parts if part.since), default=None),
    )


def run_states() -> dict[str, int]:
    """How many runs there are in each state."""
    discover()
    return {state: number for count in RUN_STATES for state, number in count().items()}


def workers_heard(now: datetime) -> int:
    """How many workers gave a sign of life within a minute."""
    return WorkerBeat.objects.filter(seen_at__gte=now - HEARD_WITHIN).count()


def measures(now: datetime) -> Iterable[Metric]:
    """Every app's metrics."""
    discover()
    for measure in MEASURES:
        yield from measure(now)
