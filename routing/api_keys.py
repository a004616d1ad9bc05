"""Making the keys of the JSON API, and finding the one that a request shows."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from distro.links import digest_of

from .models import ApiKey, Workspace

PREFIX = "distro_"
HINTED = len(PREFIX) + 4
NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use is noted: a busy program does not cost a write for each of its requests."""


def new_key() -> str:
    """A key that nobody guesses: a recognisable prefix and 256 random bits, 50 characters in all."""
    return PREFIX + secrets.token_urlsafe(32)


def keep_key(row: ApiKey, text: str) -> ApiKey:
    """Save a row for a new key. The key itself is kept nowhere: show it now, it cannot be shown again."""
    row.digest, row.hint = digest_of(text), text[:HINTED]
    row.save()
    return row


def create_key(workspace: Workspace, name: str) -> str:
    """A new key of the workspace."""
    text = new_key()
    keep_key(ApiKey(workspace=workspace, name=name), text)
    return text


def use_key(text: str, now: datetime) -> ApiKey | None:
    """The row of a key that was shown, its use noted; None for no key of ours and for a revoked one."""
    row = ApiKey.objects.select_related("workspace").filter(digest=digest_of(text)).first()
    if row is not None and (row.last_used_at is None or now - row.last_used_at >= NOTED_EVERY):
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row
