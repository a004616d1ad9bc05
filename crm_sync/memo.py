"""What the visitor's look-up leaves behind for the drain: that Salesforce knew nobody, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from crm_sync.models import SyncRun

NOBODY_AT = "nobody_at"
REPAIRS = "repairs"  # in a person run's memo: only what is Distro's own is written again
HOLDS_FOR = timedelta(seconds=30)


def nobody_now(now: datetime) -> dict[str, str]:
    """The memo of a look-up that found no Contact and no Lead, converted ones included."""
    return {NOBODY_AT: now.isoformat()}


def knows_nobody(runs: Iterable[SyncRun]) -> bool:
    """Whether one of the runs may create without a second look: its look-up was just now, and nothing was tried."""
    now = timezone.now()
    return any(
        not run.attempts
        and NOBODY_AT in run.memo
        and datetime.fromisoformat(run.memo[NOBODY_AT]) > now - HOLDS_FOR
        for run in runs
    )
