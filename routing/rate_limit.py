"""How often one visitor address may submit and book: PUBLIC_RATE_LIMIT in fixed windows of the clock's unit."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction


def seconds_to_wait(address: str) -> int | None:
    """Count one request of the address; None when it may pass, else the whole seconds to the window's end."""
    if settings.PUBLIC_RATE_LIMIT is None:
        return None
    most, seconds = settings.PUBLIC_RATE_LIMIT
    now = time.time()
    window = int(now // seconds)
    name = hashlib.sha256(f"{address} {window} {seconds}".encode()).hexdigest()
    if _count(f"visits.{name}", most, seconds):
        return None
    return max(1, math.ceil((window + 1) * seconds - now))


def _count(name: str, most: int, seconds: int) -> bool:
    """Whether this visit is among the first `most`; those beyond are read only, so a flood writes nothing."""
    if cache.get(name, 0) >= most:
        return False
    with _one_at_a_time(name):
        visits = cache.get(name, 0) + 1
        cache.set(name, visits, seconds + 60)
    return visits <= most


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    """A transaction in which nobody else counts under this name.

    The database cache reads and writes in two statements. SQLite's transactions hold the one write lock from
    their beginning; on PostgreSQL an advisory lock does the same for this name alone.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        yield
