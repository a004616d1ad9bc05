"""`/healthz/sync` tells what is due and fails when nobody does it; what waits for its time or a person is not due."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from crm_sync.models import RunState, SyncRun
from distro.due.models import DueWork, WorkerBeat
from distro.testing.factories import make_connection, make_run, make_submission

pytestmark = pytest.mark.django_db
NO_RUNS = dict.fromkeys(RunState.values, 0)
AWAY = "203.0.113.9"


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def beat(db: None) -> WorkerBeat:
    return WorkerBeat.objects.create(name="one", seen_at=timezone.now())


def ask(**headers: str) -> HttpResponse:
    return Client(**headers).get("/healthz/sync")


def make_due(seconds: float, connection: dict[str, Any] | None = None, **run: Any) -> SyncRun:
    """A run of a connected workspace, due so many seconds ago, and the row that stands for it."""
    submission = make_submission()
    made = make_connection(submission.workspace, **connection or {})
    DueWork.objects.create(kind="crm.drain", key=str(made.pk), due_at=ago(seconds))
    return make_run(submission, **{"due_at": ago(seconds)} | run)


def test_a_quiet_installation_with_a_worker(beat: WorkerBeat) -> None:
    answer = ask()
    told = {"due": 0, "oldest_due_seconds": None, "workers": 1, "states": NO_RUNS}
    assert (answer.status_code, answer.json()) == (200, told)


@pytest.mark.parametrize(("seconds", "status"), [(90, 200), (121, 503)])
def test_due_runs_count_once_and_may_wait_two_minutes(beat: WorkerBeat, seconds: int, status: int) -> None:
    make_due(seconds)
    make_due(seconds - 60)
    answer = ask()
    told = answer.json()
    assert (answer.status_code, told["due"], told["states"]) == (status, 2, NO_RUNS | {"waiting": 2})
    assert seconds <= told["oldest_due_seconds"] < seconds + 5


def test_a_run_whose_row_was_lost_is_due_all_the_same(beat: WorkerBeat) -> None:
    make_due(600)
    DueWork.objects.all().delete()
    assert (ask().status_code, ask().json()["due"]) == (503, 1)


@pytest.mark.parametrize(
    ("connection", "run"),
    [
        ({}, {"due_at": timezone.now() + timedelta(days=1)}),
        ({}, {"state": RunState.NEEDS_PERSON}),
        ({}, {"state": RunState.IGNORED}),
        ({}, {"state": RunState.DONE}),
        ({"state": "broken"}, {"state": RunState.NEEDS_RECONNECTING}),
        ({"state": "broken"}, {}),
        ({"state": "disconnected"}, {}),
        ({"resting_until": timezone.now() + timedelta(days=1)}, {}),
    ],
    ids=["later", "person", "ignored", "done", "parked", "broken", "disconnected", "resting"],
)
def test_what_waits_for_its_time_or_for_somebody_is_not_due(
    beat: WorkerBeat, connection: dict[str, Any], run: dict[str, Any]
) -> None:
    state = make_due(3600, connection, **run).state
    answer = ask()
    told = {"due": 0, "oldest_due_seconds": None, "workers": 1, "states": NO_RUNS | {state: 1}}
    assert (answer.status_code, answer.json()) == (200, told)


def test_an_org_that_rested_is_due_since_the_end_of_that(beat: WorkerBeat) -> None:
    make_due(3600, {"resting_until": ago(30)})
    answer = ask()
    assert (answer.status_code, answer.json()["due"]) == (200, 1)
    assert 30 <= answer.json()["oldest_due_seconds"] < 35


def test_a_write_to_be_looked_at_again_is_due_at_its_time(beat: WorkerBeat) -> None:
    make_due(3600, state=RunState.DONE, verify_at=ago(10))
    make_due(3600, state=RunState.DONE, verify_at=timezone.now() + timedelta(hours=1))
    assert ask().json()["due"] == 1


def test_other_work_counts_by_its_rows_and_since_its_lease_ended(beat: WorkerBeat) -> None:
    DueWork.objects.create(kind="routing.mail", key="1", due_at=ago(20))
    DueWork.objects.create(kind="routing.mail", key="2", token="dead", lease_until=ago(200))
    DueWork.objects.create(
        kind="routing.mail", key="3", token="busy", lease_until=timezone.now() + timedelta(1)
    )
    DueWork.objects.create(kind="routing.mail", key="4", due_at=timezone.now() + timedelta(1))
    answer = ask()
    assert (answer.status_code, answer.json()["due"]) == (503, 2)
    assert 200 <= answer.json()["oldest_due_seconds"] < 205


@pytest.mark.parametrize(("seconds", "expected"), [(50, (200, 1)), (61, (503, 0))])
def test_a_worker_must_be_heard_of_within_a_minute(seconds: int, expected: tuple[int, int]) -> None:
    assert (ask().status_code, ask().json()["workers"]) == (503, 0)
    WorkerBeat.objects.create(name="one", seen_at=ago(seconds))
    assert (ask().status_code, ask().json()["workers"]) == expected


@pytest.mark.parametrize("path", ["/healthz/sync", "/metrics"])
class TestWhoMayAsk:
    def test_without_a_token_this_machine_alone(self, client: Client, beat: WorkerBeat, path: str) -> None:
        assert client.get(path, REMOTE_ADDR="::1").status_code == 200
        refused = client.get(path, REMOTE_ADDR=AWAY)
        assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
        assert client.get(path, REMOTE_ADDR="").status_code == 403

    def test_with_a_token_whoever_has_it(
        self, client: Client, beat: WorkerBeat, settings: Settings, path: str
    ) -> None:
        settings.METRICS_TOKEN = "correct"
        for header in ("", "Bearer wrong", "Bearer ", "Basic correct", "Bearer corréct"):
            refused = client.get(path, REMOTE_ADDR=AWAY, headers={"Authorization": header})
            assert (refused.status_code, refused.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
            assert refused.json()["type"].endswith("/token-needed")
        told = client.get(path, REMOTE_ADDR=AWAY, headers={"Authorization": "Bearer correct"})
        assert told.status_code == 200
        assert client.get(path).status_code == 200

    def test_the_address_is_the_one_behind_trusted_proxies(
        self, client: Client, beat: WorkerBeat, settings: Settings, path: str
    ) -> None:
        settings.TRUSTED_PROXIES = [ip_network("127.0.0.1/32")]
        assert client.get(path, headers={"X-Forwarded-For": AWAY}).status_code == 403
        assert client.get(path, headers={"X-Forwarded-For": f"127.0.0.1, {AWAY}"}).status_code == 403
        assert client.get(path, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 200

    def test_a_proxy_that_nobody_declared_opens_nothing(
        self, client: Client, beat: WorkerBeat, path: str
    ) -> None:
        assert client.get(path, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
        assert client.get(path, headers={"Via": "1.1 cache"}).status_code == 403

    def test_it_is_for_reading(self, client: Client, beat: WorkerBeat, path: str) -> None:
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405
