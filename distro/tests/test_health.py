"""Probes tell the truth about the database and do not fail for Redis."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from distro import health, ports
from distro.embedded_redis import EmbeddedRedis


@pytest.fixture(autouse=True)
def only_probes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has just begun."""
    settings.ROOT_URLCONF = "distro.health"
    monkeypatch.setattr(health, "_migrated", False)


def test_a_living_process_says_so_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_everything_there(client: Client, redis_server: EmbeddedRedis) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok"})


@pytest.mark.django_db
def test_a_missing_redis_is_told_and_not_fatal(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{ports.any_free()}/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "not answering"})


@pytest.mark.django_db
def test_not_ready_before_the_last_migration(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'due'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "not migrated")
