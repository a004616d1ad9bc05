"""Asking for work: a row in the caller's transaction, and the bell after it."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from distro.due import bell


def schedule(kind: str, key: str | int, due_at: datetime | None = None) -> None:
    """Have `kind` run for `key` at `due_at` (aware; None: now), or earlier if it was already due earlier.

    The row is written in the caller's transaction and holds a lock on PostgreSQL until that ends: call this
    last, and with sorted keys where there are several. Redis is told after the commit, and only about work
    due now; whether Redis answers changes nothing but how soon the work is found.
    """
    now = timezone.now()
    apps.get_model("due", "DueWork").objects.all().upsert(kind, str(key), due_at or now)
    if due_at is None or due_at <= now:
        transaction.on_commit(bell.ring, robust=True)
