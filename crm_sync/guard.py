"""The edge of an attempt: whatever ends it is nobody else's end, unless the whole org is in trouble."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.models import SalesforceConnection, SyncRun
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.tokens import mark_broken
from distro.due import LeaseLost

from .breaker import LIMITED, OrgTrouble, note_failure
from .journal import Journal
from .runs import park_runs
from .turn import Turn

logger = logging.getLogger(__name__)
BUG_ATTEMPTS = 8


def guarded(turn: Turn, runs: Collection[SyncRun], act: Callable[[], None]) -> bool:
    """Whether `act` went well; if not, these runs are settled. Raises OrgTrouble, LeaseLost, DatabaseError."""
    before = {run.pk: run.attempts for run in runs}
    try:
        act()
    except SalesforceFault as fault:
        fail_all(turn.connection, turn.journal, _open(turn.journal, runs, before), fault)
        return False
    except (LeaseLost, OrgTrouble, DatabaseError, InterfaceError):
        raise
    except Exception:  # the executor's edge: a fault of ours in one run must not stop the others
        logger.exception("runs %s could not be carried out", [run.pk for run in runs])
        for run in _open(turn.journal, runs, before):
            _fail_as_bug(turn.journal, run)
        return False
    return True


def _open(journal: Journal, runs: Iterable[SyncRun], before: Mapping[int, int]) -> list[SyncRun]:
    """The runs that the attempt did not settle, every one begun; one that waits again was settled by it."""
    untouched = [run for run in runs if run.pk not in journal.in_hand and run.attempts == before[run.pk]]
    journal.begin(untouched)
    return [run for run in runs if run.pk in journal.in_hand]


def _fail_as_bug(journal: Journal, run: SyncRun) -> None:
    verdict = Verdict.NEEDS_PERSON if run.attempts >= BUG_ATTEMPTS else Verdict.TRY_AGAIN
    remedy = "Tell whoever runs Distro, who finds the fault in the worker's log; then press Retry."
    journal.fail(run, verdict, "DISTRO_FAULT", "Distro could not work out what to send", remedy)


def fail_all(
    connection: SalesforceConnection,
    journal: Journal,
    runs: Iterable[SyncRun],
    fault: SalesforceFault,
    again_at: datetime | None = None,
) -> None:
    """Settle runs, begun, by a fault of the whole call; raises OrgTrouble when it says something about the org."""
    several = list(runs)
    for run in several:
        journal.fail_by(run, fault, again_at)
    journal.flush()
    if outcome_of(fault).verdict is Verdict.NEEDS_RECONNECTING:
        mark_broken(connection, fault)
        park_runs(connection)
        raise OrgTrouble
    if fault.is_transport or fault.code == LIMITED:
        note_failure(connection, fault, max((run.attempts for run in several), default=1))


def fail_together(turn: Turn, runs: Iterable[SyncRun], fault: SalesforceFault, together: int) -> None:
    """A call for several prospects failed as a whole: they go again at once, fewer together.

    Whose fault it was, if anybody's, shows only so. After five such calls in a row the org is left alone.
    """
    again_at = None
    if together > 1 and outcome_of(fault).verdict is Verdict.TRY_AGAIN:
        turn.shrink(together)
        again_at = timezone.now()
    fail_all(turn.connection, turn.journal, runs, fault, again_at)
