"""The one RQ job: take what is due, row after row, until nothing is."""

from __future__ import annotations

import logging
import time
import traceback
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from distro.due import bell
from distro.due.backoff import retry_delay
from distro.due.claims import Claim, LeaseLost, claim_next
from distro.due.connections import close_stale_connections
from distro.due.models import DueWork
from distro.due.registry import KINDS
from distro.due.turns import TURN_SECONDS, is_stopping

logger = logging.getLogger(__name__)
SETTLE_PAUSES = (0.5, 2, 5, 10)  # seconds; a database restarts within these


def run_due() -> None:
    """Claim and run due rows for up to a minute; ring for whoever takes the rest."""
    ends_at = time.monotonic() + TURN_SECONDS
    while not is_stopping():
        close_stale_connections()
        claim = claim_next()
        if claim is None:
            return
        run_claim(claim)
        if time.monotonic() >= ends_at:
            break
    if DueWork.objects.claimable(timezone.now(), KINDS).exists():
        bell.ring()


def run_claim(claim: Claim) -> None:
    """Run one claimed row and write down what came of it. No transaction is open while it runs."""
    try:
        again_at, fault = KINDS[claim.kind].run(claim.key, claim), ""
    except LeaseLost:
        logger.info("%s %s was taken by another worker", claim.kind, claim.key)
        return
    except Exception as exception:  # the edge: one row's fault must not become another's
        fault = type(exception).__name__
        again_at = timezone.now() + retry_delay(claim.attempts)
        where = _where(exception)
        logger.warning("%s %s: %s on turn %d\n%s", claim.kind, claim.key, fault, claim.attempts, where)
    settle(claim, again_at, fault)


def settle(claim: Claim, again_at: datetime | None, fault: str) -> None:
    """Give the row back, or take it away; waits out a database that restarts meanwhile."""
    for pause in SETTLE_PAUSES:
        try:
            _settle(claim, again_at, fault)
            return
        except (DatabaseError, InterfaceError):
            if transaction.get_connection().in_atomic_block:
                raise
            time.sleep(pause)
            close_stale_connections()
    _settle(claim, again_at, fault)


def _settle(claim: Claim, again_at: datetime | None, fault: str) -> None:
    if again_at is None and claim.held().filter(version=claim.version).delete()[0]:
        return
    changes: dict[str, Any] = {"token": "", "lease_until": None, "last_error": fault}
    changes["attempts"] = claim.attempts if fault else 0
    if again_at is not None:  # else it was scheduled while it ran, and stands at that time already
        changes["due_at"] = Least(Coalesce(F("due_at"), again_at), again_at)
    claim.held().update(**changes)


def _where(exception: Exception) -> str:
    """The frames of a fault without its text, which may quote a person's data or a secret."""
    return "".join(traceback.format_tb(exception.__traceback__))
