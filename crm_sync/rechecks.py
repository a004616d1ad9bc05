"""Looking at a new owner again, later: a customer's automation may come by after half an hour and undo it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from crm_sync.models import SyncRun

from .journal import Journal

UNSTUCK = (
    "The owner did not stay: something in the org gave the record to {owner}, and Distro wrote it once more"
)
# Seconds after the owner was written; a setting SYNC_OWNER_RECHECKS of the same form takes their place, () for none.
RECHECKS = (600, 2400)
GRID = 300  # seconds: what is due in the same five minutes is looked at in one call
CHECKED = "owner_checks"  # in an owner run's memo: how often its owner was looked at again
WRITTEN_AT = "owner_written_at"


def is_recheck(run: SyncRun) -> bool:
    """Whether the run's owner stood before, and is only looked at again."""
    return CHECKED in run.memo and run.written == run.wanted


def next_check(journal: Journal, run: SyncRun) -> datetime | None:
    """When the owner that was just written is looked at next, None for not again; noted in the run's memo."""
    delays = tuple(getattr(settings, "SYNC_OWNER_RECHECKS", RECHECKS))
    checked = int(run.memo.get(CHECKED, -1)) + 1
    if checked >= len(delays):
        return None
    written_at = str(run.memo.get(WRITTEN_AT) or timezone.now().replace(microsecond=0).isoformat())
    journal.remember(run, CHECKED, checked)
    journal.remember(run, WRITTEN_AT, written_at)
    due = datetime.fromisoformat(written_at) + timedelta(seconds=delays[checked])
    return datetime.fromtimestamp(-(-due.timestamp() // GRID) * GRID, UTC)
