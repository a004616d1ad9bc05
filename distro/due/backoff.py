"""How long to wait after a failure."""

from __future__ import annotations

import random
from datetime import timedelta

from django.conf import settings

SPREAD = 0.25


def retry_delay(failures: int) -> timedelta:
    """The wait after so many failures in a row: SYNC_RETRY_FIRST, doubling up to SYNC_RETRY_MAX.

    Up to a quarter is taken off at random, so that what failed together does not come back together.
    """
    doublings = min(max(failures, 1) - 1, 40)  # 2**40 s is beyond any maximum, and still a float
    seconds = min(settings.SYNC_RETRY_FIRST * 2.0**doublings, settings.SYNC_RETRY_MAX)
    return timedelta(seconds=seconds * (1 - SPREAD * random.random()))  # noqa: S311 - a spread, not a secret
