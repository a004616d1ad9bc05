"""200 submissions of one new address at the same time: one prospect, one Lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

import pytest
from django.db import connections

from crm_sync.drain import drain
from crm_sync.models import SyncRun
from crm_sync.tests.sync.told import EMAIL, Told
from distro.due import Claim
from distro.due.jobs import run_due
from distro.due.models import DueWork
from distro.testing.factories import make_ownership_rule
from routing.actions.submit import Received, submit
from routing.models import Prospect, Router

pytestmark = pytest.mark.django_db(transaction=True)
SUBMISSIONS, AT_ONCE, WORKERS = 200, 25, 2


def in_thread(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connections.close_all()


@contextmanager
def workers(count: int) -> Iterator[None]:
    """So many workers' hands, who look at what is due as long as this lasts."""
    over = Event()

    def work() -> None:
        while not over.wait(0.01):
            run_due()

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(in_thread, work) for _ in range(count)]
        try:
            yield
        finally:
            over.set()
        for future in futures:
            future.result()


def submit_at_once(told: Told) -> None:
    """All submissions, in waves of as many as there are threads, each with its visitor's look-up."""
    make_ownership_rule(told.router, object="lead")
    wave = Barrier(AT_ONCE)
    answers = {"email": EMAIL, "first_name": "Pat", "last_name": "Lee", "company": "Initrode"}

    def one() -> None:
        wave.wait(60)
        in_thread(lambda: submit(Router.objects.get(pk=told.router.pk), Received(answers)))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(one) for _ in range(SUBMISSIONS)]:
            future.result()


def test_200_submissions_of_one_new_address_make_one_lead(told: Told) -> None:
    with workers(WORKERS):
        submit_at_once(told)
    told.wait()
    assert Prospect.objects.filter(workspace=told.workspace).count() == 1
    assert SyncRun.objects.filter(kind="person", state="done").count() == SUBMISSIONS
    assert len(told.records("Lead", Email=EMAIL)) == 1


def test_the_external_id_holds_even_where_two_drain_one_org_at_once(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was taken for dead writes on: the lease keeps it from our tables, the id from a second Lead."""
    told.submit(looked=True)
    row = DueWork.objects.get(kind="crm.drain")
    claims = [Claim(row.pk, row.kind, row.key, "", 1, 1, None) for _ in range(2)]  # type: ignore[arg-type]
    monkeypatch.setattr(Claim, "renew", lambda self: None)
    start = Barrier(2)

    def one(claim: Claim) -> None:
        start.wait(10)
        in_thread(lambda: drain(told.connection.pk, claim))

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(one, claim) for claim in claims]:
            future.result()
    assert len(told.records("Lead", Email=EMAIL)) == 1
    assert told.runs() == {"person": "done"}
