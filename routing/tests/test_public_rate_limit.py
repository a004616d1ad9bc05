"""PUBLIC_RATE_LIMIT: submissions and bookings together, per visitor address, in windows of the clock's unit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from threading import Barrier

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from distro.testing.factories import make_router, make_submission
from routing.models import Submission
from routing.rate_limit import seconds_to_wait

FORM = {"email": "a@b.example", "last_name": "x"}


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> None:
    cache.clear()


def submit(client: Client, key: str, address: str = "192.0.2.1", **more):
    return client.post(f"/r/{key}/submissions", FORM, REMOTE_ADDR=address, **more)


@override_settings(PUBLIC_RATE_LIMIT=(2, 60))
def test_submissions_and_bookings_are_counted_together(client: Client) -> None:
    router = make_router()
    token = make_submission(router).booking_token
    with time_machine.travel("2026-12-01T10:00:15Z", tick=False) as clock:
        assert submit(client, router.key).status_code == 201
        assert client.post(f"/b/{token}/book", {}, REMOTE_ADDR="192.0.2.1").status_code == 422
        for answer in (
            submit(client, router.key),
            client.post(f"/b/{token}/book", {}, REMOTE_ADDR="192.0.2.1"),
        ):
            assert (answer.status_code, answer.headers["Retry-After"]) == (429, "45")
            assert answer.json()["type"].endswith("/too-many-requests")
        assert submit(client, router.key, "192.0.2.2").status_code == 201
        assert client.get(f"/b/{token}/", REMOTE_ADDR="192.0.2.1").status_code == 200
        clock.move_to("2026-12-01T10:01:00Z")
        assert submit(client, router.key).status_code == 201
    assert Submission.objects.count() == 4


@override_settings(PUBLIC_RATE_LIMIT=(1, 60), TRUSTED_PROXIES=[ip_network("10.0.0.0/8")])
def test_behind_a_trusted_proxy_the_visitor_is_counted(client: Client) -> None:
    key = make_router().key
    statuses = [
        submit(client, key, "10.0.0.1", headers={"X-Forwarded-For": chain}).status_code
        for chain in ("198.51.100.7", "203.0.113.9, 198.51.100.8", "203.0.113.9, 198.51.100.7, 10.1.1.1")
    ]
    assert statuses == [201, 201, 429]


@override_settings(PUBLIC_RATE_LIMIT=(1, 60))
def test_an_allowed_site_can_read_that_it_is_too_much(client: Client) -> None:
    router = make_router()
    router.workspace.allowed_origins = ["https://www.acme.example"]
    router.workspace.save()
    first, second = (
        submit(client, router.key, headers={"Origin": "https://www.acme.example"}) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 429)
    assert second.headers["Access-Control-Allow-Origin"] == "https://www.acme.example"
    assert "Retry-After" in second.headers["Access-Control-Expose-Headers"]


@pytest.mark.django_db(transaction=True)
@override_settings(PUBLIC_RATE_LIMIT=(40, 86400))
def test_no_visit_is_lost_when_many_come_at_once() -> None:
    together = Barrier(8)

    def visit_ten_times(_: int) -> int:
        together.wait()
        try:
            return [seconds_to_wait("192.0.2.9") for _ in range(10)].count(None)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(visit_ten_times, range(8))) == 40
