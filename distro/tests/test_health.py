"""Probes tell the truth about the database and do not fail for Redis."""

from __future__ import annotations

import os
import subprocess
import sys

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


def test_a_database_that_does_not_answer_makes_it_unready_and_not_dead() -> None:
    script = """
import django
django.setup()
from django.test import Client
from django.test.utils import override_settings
with override_settings(ROOT_URLCONF="distro.health", ALLOWED_HOSTS=["*"]):
    client = Client()
    ready = client.get("/readyz")
    print(client.get("/healthz").status_code, ready.status_code, ready.json()["database"])
    late = client.get("/healthz/sync")
    print(late.status_code, late.json(), client.get("/metrics").status_code)
"""
    nowhere = f"postgresql://nobody:x@127.0.0.1:{ports.any_free()}/none"
    environment = os.environ | {"DATABASE_URL": nowhere}
    told = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    unknown = {"due": None, "oldest_due_seconds": None, "workers": None, "states": None}
    assert told.stdout.splitlines() == ["200 503 not answering", f"503 {unknown} 503"]


@pytest.mark.django_db
def test_not_ready_before_the_last_migration(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'due'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "not migrated")
