"""What a worker does on its rounds: a sign of life, and a look for due work that nobody announced."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.utils import timezone
from redis.exceptions import RedisError
from rq import Queue

from distro.due import bell
from distro.due.connections import close_stale_connections
from distro.due.models import DueWork, WorkerBeat
from distro.due.registry import KINDS

logger = logging.getLogger(__name__)
BEAT_SECONDS = 10.0
SWEEP_SECONDS = 1.0
FORGET_AFTER = timedelta(hours=1)


class Rounds:
    """The rounds of one worker. Faults of the database and of Redis are waited out, never raised."""

    def __init__(self, name: str) -> None:
        self.name = name[:100]
        self.beat_after = self.sweep_after = 0.0

    def go(self, queue: Queue) -> None:
        """Beat and sweep, as far as it is time for either."""
        now = time.monotonic()
        if now < self.sweep_after:
            return
        self.sweep_after = now + SWEEP_SECONDS
        try:
            close_stale_connections()
            if now >= self.beat_after:
                beat(self.name)
                self.beat_after = now + BEAT_SECONDS
            sweep(queue)
        except (DatabaseError, InterfaceError) as fault:
            logger.warning("The database did not answer (%s); looking again.", type(fault).__name__)
            connections.close_all()
        except RedisError as fault:
            logger.warning("Redis did not hear of due work (%s); ringing again.", type(fault).__name__)

    def end(self) -> None:
        """The worker stops on purpose: it is not missed."""
        try:
            WorkerBeat.objects.filter(name=self.name).delete()
        except (DatabaseError, InterfaceError) as fault:
            logger.warning("The database did not answer at the end (%s).", type(fault).__name__)


def beat(name: str) -> None:
    """Say that worker `name` lives, and forget those not heard of for an hour."""
    now = timezone.now()
    with transaction.atomic():
        WorkerBeat.objects.update_or_create(name=name, defaults={"seen_at": now})
        WorkerBeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def sweep(queue: Queue) -> None:
    """Ring once if something is due and no ring is waiting to be heard."""
    if DueWork.objects.claimable(timezone.now(), KINDS).exists() and queue.count == 0:
        bell.enqueue_look(queue)
