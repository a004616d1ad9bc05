"""Long faults: a Redis that is away for a minute, and one that is shot or emptied all the time."""

from __future__ import annotations

import random
import time

import pytest
from redis import Redis
from redis.exceptions import RedisError

from distro.due import schedule
from distro.due.models import DueWork
from distro.embedded_redis import EmbeddedRedis
from distro.testing.due_kinds import notes
from distro.testing.programs import Program
from distro.testing.waiting import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
ROWS = 200


def test_a_redis_that_is_away_for_a_minute(worker: Program, redis_server: EmbeddedRedis) -> None:
    redis_server.stop()
    schedule("testing.act", "note:away-a-minute")
    time.sleep(60)
    redis_server.start()
    wait_for(lambda: notes("away-a-minute"), "the work is taken up", seconds=10)
    assert worker.is_running()


def test_a_redis_that_is_shot_and_emptied_all_the_time(worker: Program, redis_server: EmbeddedRedis) -> None:
    chance = random.Random(4)
    for number in range(ROWS):
        schedule("testing.act", f"note:shot-{number}")
        time.sleep(0.05)
        if number % 10 == 9:
            trouble(redis_server, chance)
    wait_for(lambda: not DueWork.objects.exists(), "all of it is done", seconds=60)
    assert [number for number in range(ROWS) if not notes(f"shot-{number}")] == []
    assert worker.is_running()


def trouble(server: EmbeddedRedis, chance: random.Random) -> None:
    """One of two: everything forgotten, or killed and started again."""
    if chance.random() < 0.5:
        try:
            Redis.from_url(server.url).flushall()
        except RedisError:
            return
    else:
        assert server.child is not None
        server.child.kill()
        server.stop()
        server.start()
