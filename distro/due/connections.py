"""Database connections of programs that live long."""

from __future__ import annotations

from django.db import connections


def close_stale_connections() -> None:
    """Drop connections that broke or are too old; Django opens new ones. One in a transaction is left alone."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
