"""`/metrics` tells the database's present state in Prometheus' format, without anything about a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from crm_sync.models import RunState
from distro import ports
from distro.due.models import DueWork, WorkerBeat
from distro.embedded_redis import EmbeddedRedis
from distro.testing.factories import (
    make_connection,
    make_mail,
    make_meeting,
    make_run,
    make_submission,
    make_workspace,
)

pytestmark = pytest.mark.django_db
Samples = dict[tuple[str, ...], float]


def scrape() -> Samples:
    """{(name, label values…): value} of every sample."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_an_empty_installation_has_every_name(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{ports.any_free()}/0"
    found = scrape()
    assert found.pop(("distro_worker_last_seen_seconds",)) == float("inf")
    assert set(found.values()) == {0.0}
    assert {name for name, *_ in found} == {
        "distro_bookings_total",
        "distro_due_oldest_seconds",
        "distro_due_work",
        "distro_mail_oldest_seconds",
        "distro_mail_waiting",
        "distro_meetings",
        "distro_redis_up",
        "distro_submissions_total",
        "distro_sync_runs",
        "distro_workers",
    }


def test_what_is_counted(redis_server: EmbeddedRedis) -> None:
    acme, other = make_workspace(slug="acme"), make_workspace(slug="other")
    make_connection(acme, api_used=3000, api_max=15000)
    make_connection(other, state="broken")
    meeting = make_meeting(make_submission(), status="Completed")
    long_ago = timezone.now() - timedelta(seconds=300)
    make_run(meeting, workspace=acme, due_at=long_ago)
    make_run(make_submission(outcome="message"), workspace=other, due_at=long_ago)
    make_run(make_submission(), workspace=acme, state=RunState.DONE)
    make_mail(state="waiting")
    make_mail(state="sent")
    DueWork.objects.create(kind="routing.mail", key="1", due_at=long_ago)
    WorkerBeat.objects.create(name="one", seen_at=timezone.now() - timedelta(seconds=70))
    WorkerBeat.objects.create(name="two", seen_at=timezone.now() - timedelta(seconds=20))

    found = scrape()

    seconds = {key: found.pop(key) for key in list(found) if "seconds" in key[0]}
    assert {key: value // 10 * 10 for key, value in seconds.items()} == {
        ("distro_due_oldest_seconds",): 300,
        ("distro_sync_oldest_due_seconds", "acme"): 300,
        ("distro_sync_oldest_due_seconds", "other"): 0,
        ("distro_worker_last_seen_seconds",): 20,
        ("distro_mail_oldest_seconds",): 0,
    }
    assert {key: value for key, value in found.items() if value} == {
        ("distro_due_work",): 2,
        ("distro_workers",): 1,
        ("distro_redis_up",): 1,
        ("distro_submissions_total", "book"): 2,
        ("distro_submissions_total", "message"): 1,
        ("distro_meetings", "Completed"): 1,
        ("distro_bookings_total",): 1,
        ("distro_mail_waiting",): 1,
        ("distro_sync_runs", "waiting"): 2,
        ("distro_sync_runs", "done"): 1,
        ("distro_connection_state", "acme", "connected"): 1,
        ("distro_connection_state", "other", "broken"): 1,
        ("distro_sf_api_used_ratio", "acme"): 0.2,
    }


def test_no_person_is_named_and_the_cost_does_not_grow(redis_server: EmbeddedRedis) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            scrape()
        return len(asked)

    before = queries()
    for _ in range(3):
        submission = make_submission()
        make_connection(submission.workspace)
        make_run(make_meeting(submission))
        text = Client().get("/metrics").content.decode()
        for private in (submission.prospect.email, "Initech", "Lee", str(submission.uuid)):
            assert private not in text
    assert queries() == before == 10
