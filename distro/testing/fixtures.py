"""Pytest fixtures. What costs a start is kept for the session, and only started when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from distro.embedded_redis import EmbeddedRedis
    from distro.testing.programs import Program, SandboxOrg


@pytest.fixture(scope="session")
def redis_of_session() -> Iterator[EmbeddedRedis]:
    """The session's own Redis-compatible server, at REDIS_URL."""
    from django.conf import settings

    from distro.embedded_redis import EmbeddedRedis
    from distro.testing.programs import FOLDER

    port = urlsplit(settings.REDIS_URL).port
    assert port
    server = EmbeddedRedis(port, FOLDER / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(redis_of_session: EmbeddedRedis) -> Iterator[EmbeddedRedis]:
    """The server, running and empty, and this process free of memories of it being away."""
    from redis import Redis

    from distro.due import bell

    if redis_of_session.child is None:
        redis_of_session.start()
    Redis.from_url(redis_of_session.url).flushall()
    bell.memory.silent_until = 0.0
    yield redis_of_session


@pytest.fixture
def worker(transactional_db: None, redis_server: EmbeddedRedis) -> Iterator[Program]:
    """A running `manage.py rqworker` on the test database."""
    from distro.testing.programs import start_worker

    program = start_worker()
    yield program
    program.stop()


@pytest.fixture
def web_server(transactional_db: None) -> Iterator[Program]:
    """gunicorn on the test database, at settings.BASE_URL."""
    from distro.testing.programs import start_web

    program = start_web()
    yield program
    program.stop()


@pytest.fixture(scope="session")
def org_of_session() -> Iterator[SandboxOrg]:
    """The session's sandbox org."""
    from distro.testing.programs import SandboxOrg

    org = SandboxOrg()
    org.start()
    yield org
    org.stop()


@pytest.fixture
def sandbox_org(org_of_session: SandboxOrg) -> SandboxOrg:
    """The sandbox org at settings.SALESFORCE_LOGIN_URL, as it is at first; `.url`, `.control(…)`, `.records(…)`."""
    org_of_session.reset()
    return org_of_session
