"""Taking a due row for oneself for a while, and proving later that it is still one's own."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from distro.due.backoff import retry_delay
from distro.due.registry import KINDS
from distro.due.turns import TURN_SECONDS, is_stopping

if TYPE_CHECKING:
    from distro.due.models import DueWorkQuerySet


class LeaseLost(Exception):
    """Another worker has the row by now: change nothing more and stop."""


@dataclass(frozen=True)
class Claim:
    """A worker's hold on one row of due work: `token` fences it, `version` is the row as it was taken."""

    row: int
    kind: str
    key: str
    token: str
    version: int
    attempts: int
    lease: timedelta
    ends_at: float = field(default_factory=lambda: time.monotonic() + TURN_SECONDS)

    def renew(self) -> None:
        """Make the lease whole again. Raises LeaseLost when another worker took the row."""
        if not self.held().update(lease_until=timezone.now() + self.lease):
            raise LeaseLost(f"{self.kind} {self.key}")

    def is_mine(self) -> bool:
        """Whether no other worker took the row."""
        return self.held().exists()

    @property
    def must_yield(self) -> bool:
        """Whether this turn is over (60 s, or the worker was asked to stop): return when to go on, soon."""
        return is_stopping() or time.monotonic() >= self.ends_at

    def held(self) -> DueWorkQuerySet:
        """The row, as long as it is this claim's."""
        return _rows().filter(pk=self.row, token=self.token)


def claim_next() -> Claim | None:
    """Take the row that has been due for longest and that nobody holds, or None.

    One short transaction: IMMEDIATE on SQLite, row lock with SKIP LOCKED on PostgreSQL. The attempt is
    counted here, so that work which kills its process is put off like work which raises.
    """
    now = timezone.now()
    if not _rows().claimable(now, KINDS).exists():
        return None  # without a write lock: this is what most rings find
    with transaction.atomic():
        row = _rows().claimable(now, KINDS).select_for_update(skip_locked=True).first()
        if row is None:
            return None
        lease = KINDS[row.kind].lease
        if row.attempts:
            lease = max(lease, retry_delay(row.attempts))
        row.attempts += 1
        row.token = secrets.token_hex(16)
        row.lease_until = timezone.now() + lease
        row.due_at = None  # so that what is scheduled from now on is told apart from what is being done
        row.save(update_fields=["attempts", "token", "lease_until", "due_at"])
    return Claim(row.pk, row.kind, row.key, row.token, row.version, row.attempts, lease)


def _rows() -> DueWorkQuerySet:
    """The table. Asked for late, because apps import this package before Django has their models."""
    return apps.get_model("due", "DueWork").objects.all()
