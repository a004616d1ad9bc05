"""The org's daily API requests."""

from __future__ import annotations

from .errors import ApiError
from .org import Org


def count_call(org: Org) -> None:
    """Counts one API request; past the daily limit 403 REQUEST_LIMIT_EXCEEDED (REST has no 429)."""
    if org.quota_used >= org.daily_limit:
        raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.quota_used += 1
