"""The stock rqworker command, as real processes, through what happens to it and around it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from redis import Redis
from rq import Queue
from rq.serializers import PickleSerializer
from rq.worker import Worker as RqWorker

from distro.due import schedule
from distro.due.models import DueWork, WorkerBeat
from distro.embedded_redis import EmbeddedRedis
from distro.testing.due_kinds import notes
from distro.testing.programs import Program, start_worker
from distro.testing.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_horse_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A horse that lingers ends with its test."""
    yield
    for pid in notes(lingering(request)):
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue


def lingering(request: pytest.FixtureRequest) -> str:
    return f"{request.node.name}-lingers"


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A file of notes that no other test writes to."""
    return str(request.node.name)


def done(name: str, times: int = 1) -> Callable[[], bool]:
    return lambda: len(notes(name)) >= times


def is_alive(pid: str) -> bool:
    """Whether a process runs; a dead one that nobody has asked after has no command line any more."""
    command = Path("/proc") / pid / "cmdline"
    return command.exists() and bool(command.read_bytes())


def row_without_ring(key: str) -> None:
    """What a process leaves behind that dies between its commit and its ring."""
    from django.utils import timezone

    DueWork.objects.all().upsert("testing.act", key, timezone.now())


def test_announced_work_is_done_at_once(worker: Program, name: str) -> None:
    schedule("testing.act", f"note:{name}")
    wait_for(done(name), "the work is done", seconds=2)
    wait_for(lambda: not DueWork.objects.exists(), "its row is gone", seconds=2)


def test_an_idle_worker_finds_unannounced_work_within_five_seconds(worker: Program, name: str) -> None:
    row_without_ring(f"note:{name}")
    wait_for(done(name), "the work is done", seconds=5)


def test_a_pickled_job_is_not_run_and_stops_nobody(
    worker: Program, redis_server: EmbeddedRedis, name: str
) -> None:
    pickling = Queue("default", connection=Redis.from_url(redis_server.url), serializer=PickleSerializer)
    pickling.enqueue("distro.testing.due_kinds.note", f"{name}-pickled")
    schedule("testing.act", f"note:{name}")
    wait_for(done(name), "the work is done", seconds=5)
    assert notes(f"{name}-pickled") == []


def test_work_goes_on_after_redis_was_killed_and_came_back_empty(
    worker: Program, redis_server: EmbeddedRedis, name: str
) -> None:
    assert redis_server.child is not None
    redis_server.child.kill()
    redis_server.stop()
    schedule("testing.act", f"note:{name}")
    time.sleep(6)
    assert notes(name) == []
    redis_server.start()
    wait_for(done(name), "the work is taken up", seconds=10)
    assert worker.is_running()


def test_flushing_redis_loses_nothing_and_the_worker_is_known_again(
    worker: Program, redis_server: EmbeddedRedis, name: str
) -> None:
    client = Redis.from_url(redis_server.url)
    row_without_ring(f"note:{name}")
    client.flushall()
    wait_for(done(name), "the work is done", seconds=5)
    wait_for(lambda: RqWorker.count(connection=client) == 1, "the worker is registered", seconds=5)


def test_work_of_a_killed_worker_is_taken_by_another_when_its_lease_ends(
    worker: Program, request: pytest.FixtureRequest
) -> None:
    name = lingering(request)
    schedule("testing.act", f"linger:{name}")
    wait_for(done(name), "the work has begun")
    worker.kill()
    assert not is_alive(notes(name)[0])
    other = start_worker("other")
    try:
        wait_for(done(name, times=2), "another worker has it", seconds=3 + 5)
    finally:
        other.kill()


def test_work_that_kills_its_horse_delays_no_other(worker: Program, name: str) -> None:
    schedule("testing.act", f"die:{name}-dies")
    wait_for(done(f"{name}-dies"), "the horse has died")
    schedule("testing.act", f"note:{name}")
    wait_for(done(name), "other work is done", seconds=5)
    assert worker.is_running()
    wait_for(done(f"{name}-dies", times=2), "the deadly work is tried again after its lease", seconds=3 + 5)
    assert DueWork.objects.get().attempts == 2


def test_work_that_hangs_delays_no_other_while_another_worker_is_there(
    worker: Program, name: str, request: pytest.FixtureRequest
) -> None:
    other = start_worker("other")
    try:
        schedule("testing.act", f"linger:{lingering(request)}")
        wait_for(done(lingering(request)), "one worker hangs")
        schedule("testing.act", f"note:{name}")
        wait_for(done(name), "the other does the rest", seconds=5)
    finally:
        other.kill()
        worker.kill()


def test_a_worker_shows_that_it_lives_and_is_not_missed_when_it_stops(worker: Program) -> None:
    wait_for(lambda: WorkerBeat.objects.count() == 1, "a sign of life")
    worker.stop()
    assert worker.child is not None
    assert worker.child.returncode == 0
    assert WorkerBeat.objects.count() == 0


def test_a_worker_that_is_asked_to_stop_finishes_the_row_in_hand(worker: Program, name: str) -> None:
    schedule("testing.act", f"slow:{name}")
    schedule("testing.act", f"slow:{name}-next")
    wait_for(lambda: DueWork.objects.exclude(token="").exists(), "the work has begun")
    worker.stop()
    assert [len(notes(name)), len(notes(f"{name}-next"))] == [1, 0]
    assert [(row.key, row.token) for row in DueWork.objects.all()] == [(f"slow:{name}-next", "")]


def test_a_worker_survives_the_loss_of_every_database_connection(
    transactional_db: None, redis_server: EmbeddedRedis, name: str
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections to lose")
    # Known by a name of its own, so that nobody else's connections are ended with its.
    worker = start_worker("loser", PGAPPNAME="loser")
    try:
        wait_for(lambda: WorkerBeat.objects.exists(), "the worker has used its connection")
        with connection.cursor() as cursor:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'loser'"
            wait_for(lambda: cursor.execute(ended) or cursor.fetchall(), "its connections are ended")
        row_without_ring(f"note:{name}")
        wait_for(done(name), "the work is done", seconds=5)
    finally:
        worker.stop()
