"""The table of due work and the workers' signs of life. Neither belongs to a workspace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connections, models, router
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

# One statement, so that two who schedule the same key at once can neither fail nor lose one another's wish.
SCHEDULE = """
INSERT INTO due_duework (kind, key, due_at, lease_until, token, attempts, version, last_error)
VALUES (%s, %s, %s, NULL, '', 0, 1, '')
ON CONFLICT (kind, key) DO UPDATE SET
    version = due_duework.version + 1,
    due_at = CASE WHEN due_duework.due_at < excluded.due_at THEN due_duework.due_at ELSE excluded.due_at END
"""


class DueWorkQuerySet(models.QuerySet["DueWork"]):
    """Filters in the words of the trade."""

    def claimable(self, now: datetime, kinds: Iterable[str]) -> DueWorkQuerySet:
        """Rows of `kinds` whose time has come and that nobody holds any more; the longest due first."""
        waiting = Q(token="", due_at__lte=now)
        abandoned = ~Q(token="") & Q(lease_until__lte=now)
        rows = self.filter(waiting | abandoned, kind__in=list(kinds))
        return rows.order_by(Coalesce("due_at", "lease_until"), "pk")

    def upsert(self, kind: str, key: str, due_at: datetime) -> None:
        """Create the row, or bring its time forward to `due_at`; either way it counts as a new wish."""
        connection = connections[router.db_for_write(self.model)]
        moment = connection.ops.adapt_datetimefield_value(due_at)
        with connection.cursor() as cursor:
            cursor.execute(SCHEDULE, [kind, key, moment])


class DueWork(models.Model):
    """Something to be done at a time: `kind` says what, `key` about which row of ours.

    While a worker has it, `token` is that worker's and `due_at` is empty, unless it was scheduled meanwhile.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    token = models.CharField(max_length=32, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0, help_text="Turns taken since the last that went well.")
    version = models.PositiveIntegerField(default=1, help_text="Grows whenever the work is asked for.")
    last_error = models.CharField(
        max_length=120, blank=True, default="", help_text="The class of the last fault."
    )

    objects = DueWorkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "due work"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="due_work_once")]
        indexes = [
            models.Index(fields=["token", "due_at"], name="due_work_waiting"),
            models.Index(fields=["lease_until"], name="due_work_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class WorkerBeat(models.Model):
    """A worker's latest sign of life."""

    name = models.CharField(max_length=100, unique=True)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "worker's sign of life"
        verbose_name_plural = "workers' signs of life"

    def __str__(self) -> str:
        return self.name
