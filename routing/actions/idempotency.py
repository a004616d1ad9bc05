"""Idempotency-Key: the same key and body give the same answer, and nothing happens twice."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ..models import IdempotencyKey, Router

KEPT_FOR = timedelta(hours=24)
WAIT_SECONDS = 2.0
ABANDONED_AFTER = timedelta(seconds=60)
"""A first request that has not answered by then died with its process: the key may be used again."""


class KeyReused(Exception):
    """The key came before with another body."""


class StillRunning(Exception):
    """The first request with this key has not answered yet."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The first request's answer."""

    status: int
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """This request is the first with its key: `finish` or `abandon` it."""

    row_id: int


def is_key(text: str) -> bool:
    """1 to 255 visible ASCII characters."""
    return 1 <= len(text) <= 255 and all("!" <= character <= "~" for character in text)


def begin(router: Router, key: str, body: bytes) -> Replay | Claimed:
    """Claim the key for this request, or give the first one's answer, waiting up to 2 s for it.

    Raises KeyReused, or StillRunning when the wait was in vain.
    """
    digest = hashlib.sha256(body).hexdigest()
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        claimed = _claim(router, key, digest)
        if claimed:
            return claimed
        row = IdempotencyKey.objects.filter(router=router, key=key).first()
        if row is not None and row.body_digest != digest:
            raise KeyReused
        if row is not None and row.status is not None:
            return Replay(row.status, row.answer or {})
        if time.monotonic() >= deadline:
            raise StillRunning
        time.sleep(0.05)


def _claim(router: Router, key: str, digest: str) -> Claimed | None:
    now = timezone.now()
    stale = IdempotencyKey.objects.filter(router=router, key=key)
    stale.filter(created_at__lt=now - KEPT_FOR).delete()
    stale.filter(status=None, created_at__lt=now - ABANDONED_AFTER).delete()
    if stale.exists():
        return None
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(router=router, key=key, body_digest=digest)
    except IntegrityError:
        return None
    return Claimed(row.pk)


def finish(claimed: Claimed, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer for those who come again with the key."""
    IdempotencyKey.objects.filter(pk=claimed.row_id).update(status=status, answer=answer)


def abandon(claimed: Claimed) -> None:
    """Give the key back: the request came to nothing, and may be tried again."""
    IdempotencyKey.objects.filter(pk=claimed.row_id, status=None).delete()
