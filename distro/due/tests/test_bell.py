"""Redis hears of due work if it can, and nobody waits for it if it cannot."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings
from redis import Redis

from distro import ports
from distro.due import bell, schedule
from distro.due.models import DueWork
from distro.embedded_redis import EmbeddedRedis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """No memory of Redis from other tests, and none left to them."""
    bell.memory.silent_until = 0.0
    yield
    bell.memory.silent_until = 0.0


@pytest.fixture
def black_hole(settings: Settings) -> Iterator[socket.socket]:
    """A Redis that accepts connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        settings.REDIS_URL = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        yield listening


def rings(server: EmbeddedRedis) -> int:
    return Redis.from_url(server.url).llen("rq:queue:default")


def seconds_to_schedule(*keys: str) -> float:
    started = time.monotonic()
    with transaction.atomic():
        for key in keys:
            schedule("trial", key)
    return time.monotonic() - started


def test_the_bell_rings_after_the_commit_and_not_before(redis_server: EmbeddedRedis) -> None:
    with transaction.atomic():
        schedule("trial", "x")
        assert rings(redis_server) == 0
    assert rings(redis_server) == 1


def test_work_of_a_later_time_rings_no_bell(redis_server: EmbeddedRedis) -> None:
    schedule("trial", "x", timezone.now() + timedelta(seconds=30))
    assert rings(redis_server) == 0


def test_a_ring_names_nobody_and_dies_in_a_minute(redis_server: EmbeddedRedis) -> None:
    schedule("trial", "ann@example.com")
    client = Redis.from_url(redis_server.url)
    [job] = client.keys("rq:job:*")
    assert 0 < client.ttl(job) <= 60
    assert "ann@example.com" not in str(client.hgetall(job))


def test_unheard_rings_do_not_pile_up(redis_server: EmbeddedRedis) -> None:
    for number in range(40):
        schedule("trial", number)
    assert rings(redis_server) == bell.ENOUGH_RINGS


def test_a_redis_that_is_away_fails_nobody(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{ports.any_free()}/0"
    before = bell.memory.failed
    assert seconds_to_schedule("x", "y", "z") < 1
    assert DueWork.objects.count() == 3
    assert bell.memory.failed == before + 3


def test_a_redis_that_hangs_holds_a_visitor_for_less_than_a_second_and_the_next_not_at_all(
    black_hole: socket.socket,
) -> None:
    assert seconds_to_schedule("a", "b", "c") < 1
    assert seconds_to_schedule("d", "e", "f") < 0.2
    assert DueWork.objects.count() == 6


def test_a_redis_that_came_back_is_told_again(redis_server: EmbeddedRedis) -> None:
    redis_server.stop()
    assert bell.ring() is False
    redis_server.start()
    assert bell.ring() is False
    bell.memory.silent_until -= bell.SILENCE_SECONDS
    assert bell.ring() is True
