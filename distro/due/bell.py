"""Telling RQ that something is due. It may fail, it may not hold anybody up: the table is the truth."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import django_rq
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue

logger = logging.getLogger(__name__)
JOB = "distro.due.jobs.run_due"
ANSWER_SECONDS = 0.25  # for one answer of Redis; at most three are awaited before patience is asked again
PATIENCE_SECONDS = 0.4  # a visitor is waiting meanwhile
SILENCE_SECONDS = 5.0  # after a failure: no second visitor pays for the same outage
ENOUGH_RINGS = 16  # so many rings unheard will look at whatever is due by then


@dataclass
class Bell:
    """This process's memory of how Redis answered. `failed` counts the rings that did not get through."""

    failed: int = 0
    silent_until: float = 0.0
    client: Redis | None = None
    url: str = ""

    def connection(self) -> Redis:
        """A client with short time-outs and no retries of its own."""
        if self.client is None or self.url != settings.REDIS_URL:
            self.url = settings.REDIS_URL
            self.client = Redis.from_url(
                self.url,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self.client


memory = Bell()


def ring() -> bool:
    """Enqueue one "look at what is due", whatever the transaction does. False if Redis did not hear."""
    started = time.monotonic()
    if started < memory.silent_until:
        memory.failed += 1
        return False
    try:
        return _ring(started)
    except (RedisError, OSError) as fault:
        memory.failed += 1
        memory.silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("Redis did not hear the bell (%s); workers will find the work.", type(fault).__name__)
        return False


def _ring(started: float) -> bool:
    queue = django_rq.get_queue("default", connection=memory.connection(), commit_mode="auto")
    if queue.count >= ENOUGH_RINGS:
        return True
    if time.monotonic() - started > PATIENCE_SECONDS:
        raise TimeoutError
    enqueue_look(queue)
    return True


def enqueue_look(queue: Queue) -> None:
    """Put one "look at what is due" on the queue: no time limit, gone in a minute if nobody takes it."""
    queue.enqueue(JOB, job_timeout=-1, ttl=60, result_ttl=0, failure_ttl=300)


def answers() -> bool:
    """Whether Redis answers within a quarter of a second, for those who watch over the installation."""
    try:
        return bool(memory.connection().ping())
    except (RedisError, OSError):
        return False
