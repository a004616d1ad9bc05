"""RQ's worker, such that due work is found without being announced and an outage of Redis is only a pause."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import rq.worker
from django.db import connections
from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, worker_registration
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from distro.children import die_with_parent
from distro.due.rounds import Rounds
from distro.due.turns import stop_soon

DEQUEUE_SECONDS = 2
PAUSE_SECONDS = 1.0


class Worker(rq.worker.Worker):
    """RQ's own loop and hooks. Between jobs, while waiting and while a horse works, it goes on its rounds."""

    log_job_description = False
    max_connection_wait_time = PAUSE_SECONDS

    def __init__(self, queues: Any, name: str | None = None, **options: Any) -> None:
        # The rqworker command always passes pickle's serializer; whoever writes to Redis must not run code here.
        options |= {"serializer": JSONSerializer, "log_job_description": False}
        options["job_monitoring_interval"] = DEQUEUE_SECONDS
        if options.get("prepare_for_work", True):
            prepare(options["connection"])
        super().__init__(queues, name, **options)
        self.rounds = Rounds(self.name)

    @property
    def dequeue_timeout(self) -> int:
        """Seconds to wait for a job before the next round."""
        return DEQUEUE_SECONDS

    @property
    def connection_timeout(self) -> int:
        """Seconds to wait for any answer of Redis: little more than the longest wait we ask for."""
        return DEQUEUE_SECONDS + 2

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ calls this before each wait and after each job: the moment for a round."""
        if pipeline is not None:
            super().heartbeat(timeout, pipeline)
            return
        self.rounds.go(self.queues[0])
        with self.outage_survived():
            super().heartbeat(timeout)
            if not self.connection.hexists(self.key, "birth"):
                self.register_again()

    def register_again(self) -> None:
        """Redis came back empty: be known to it once more."""
        with self.connection.pipeline() as pipeline:
            pipeline.hset(self.key, mapping=self.serialize())
            pipeline.expire(self.key, self.worker_ttl + 60)
            worker_registration.register(self, pipeline)
            pipeline.execute()

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Called every other second while the horse works."""
        self.rounds.go(self.queues[0])
        with self.outage_survived():
            super().maintain_heartbeats(job, execution)

    def check_for_suspension(self, burst: bool) -> None:
        with self.outage_survived():
            super().check_for_suspension(burst)

    def run_maintenance_tasks(self) -> None:
        with self.outage_survived():
            super().run_maintenance_tasks()

    def set_shutdown_requested_date(self) -> None:
        with self.outage_survived():
            super().set_shutdown_requested_date()

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """RQ waits out a Redis that is away; this waits out one that answers with faults, too."""
        while True:
            with self.outage_survived():
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            time.sleep(PAUSE_SECONDS)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """A job that Redis forgets half-way is no loss: the table of due work knows how far it came."""
        with self.outage_survived():
            super().execute_job(job, queue)
        self.executions.clear()

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """No database connection may be shared by two processes."""
        connections.close_all()
        super().fork_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """In the horse: SIGTERM, or the worker's death, means to finish the row in hand and go."""
        super().setup_work_horse_signals()
        signal.signal(signal.SIGTERM, lambda signum, frame: stop_soon())
        die_with_parent()

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()
        if self.horse_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def teardown(self) -> None:
        with self.outage_survived():
            super().teardown()
        self.rounds.end()

    @contextlib.contextmanager
    def outage_survived(self) -> Iterator[None]:
        """Log a fault of Redis and go on."""
        try:
            yield
        except RedisError as fault:
            self.log.warning("Worker %s: Redis did not answer (%s)", self.name, type(fault).__name__)


def prepare(connection: Redis) -> None:
    """Give up on a silent Redis after seconds, not minutes, and wait for one that is not there yet."""
    connection.connection_pool.connection_kwargs["socket_timeout"] = DEQUEUE_SECONDS + 2
    connection.connection_pool.connection_kwargs["socket_connect_timeout"] = DEQUEUE_SECONDS
    connection.set_retry(Retry(NoBackoff(), 1))
    told = False
    while True:
        try:
            connection.ping()
            return
        except RedisError as fault:
            if not told:
                rq.worker.base.logger.warning("Waiting for Redis (%s).", type(fault).__name__)
            told = True
            time.sleep(PAUSE_SECONDS)
