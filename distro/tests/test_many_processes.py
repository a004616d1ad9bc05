"""Several web servers and workers on one PostgreSQL: nobody is booked twice, and Salesforce hears of each once."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

import e2e
from crm_sync.models import SalesforceConnection
from distro import ports
from distro.embedded_redis import EmbeddedRedis
from distro.testing.programs import Program, SandboxOrg, database_url, start_web, start_worker
from distro.testing.waiting import wait_for
from e2e.outside import Person, all_done
from routing.models import Host, Meeting, MeetingType, WorkingHours

VISITORS = 16
HOURS = (540, 660)  # 09:00 to 11:00: four half hours
PLACES = 2 * 4  # of two hosts
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="machines share a PostgreSQL, not a SQLite file"
    ),
]


@pytest.fixture
def webs(transactional_db: None, redis_server: EmbeddedRedis) -> Iterator[list[str]]:
    """The addresses of two web servers, one of them the public one, beside two workers."""
    with ExitStack() as running:
        port = ports.any_free()
        command = [sys.executable, "-m", "gunicorn", "distro.wsgi", "--bind", f"127.0.0.1:{port}"]
        command += ["--threads", "8", "--graceful-timeout", "2", "--no-control-socket"]
        second = Program("second-web", command, DATABASE_URL=database_url())
        for program in (start_web(), second, start_worker("worker-1"), start_worker("worker-2")):
            running.callback(program.stop)
        second.start()
        second.wait_until_answering(port)
        yield [settings.BASE_URL, f"http://127.0.0.1:{port}"]


def connect_workspace() -> None:
    """Ann and Bob, with two hours on one day within reach, connected to the org as a person does it."""
    call_command("load_workspace", str(Path(e2e.__file__).with_name("journey.yaml")), verbosity=0)
    MeetingType.objects.update(horizon_days=6)
    Host.objects.update(timezone="UTC")
    WorkingHours.objects.all().delete()
    weekday = (datetime.now(UTC) + timedelta(days=2)).weekday()
    for host in Host.objects.all():
        host.working_hours.create(weekday=weekday, start_minute=HOURS[0], end_minute=HOURS[1])
    User.objects.create_superuser("root", "root@journey.example", "correct-horse-battery")
    person = Person(settings.BASE_URL)
    person.sign_in("root", "correct-horse-battery")
    person.connect("journey")
    connections = SalesforceConnection.objects.filter(provision_state="done")
    wait_for(connections.exists, "the custom fields are set up", seconds=60)


def visit(number: int, base: str, together: threading.Barrier) -> list[int]:
    """One visitor, who takes the first free time, or the first that is offered instead; the statuses they got."""
    answers = {"email": f"p{number}@many.example", "last_name": f"Person {number}", "company": "Many"}
    submitted = requests.post(f"{base}/r/journey-demo/submissions", json={"answers": answers}, timeout=30)
    address = submitted.json()["booking_url"].replace(settings.BASE_URL, base)
    today = datetime.now(UTC).date()
    days = {"from": str(today), "to": str(today + timedelta(days=7)), "timezone": "UTC"}
    slots = requests.get(f"{address}slots", params=days, timeout=30).json()["slots"]
    together.wait(timeout=60)
    statuses: list[int] = []
    while slots:
        wanted = {"start": slots[0]["start"], "timezone": "UTC"}
        answer = requests.post(f"{address}book", json=wanted, timeout=30)
        statuses.append(answer.status_code)
        slots = answer.json().get("slots", []) if answer.status_code == 409 else []
    return statuses


def test_bookings_at_once_over_two_webs_and_two_workers(webs: list[str], sandbox_org: SandboxOrg) -> None:
    connect_workspace()
    together = threading.Barrier(VISITORS)
    with ThreadPoolExecutor(VISITORS) as crowd:
        visits = [crowd.submit(visit, number, webs[number % 2], together) for number in range(VISITORS)]
        statuses = [one.result() for one in visits]

    ends = Counter(one[-1] for one in statuses)
    assert ends == {201: PLACES, 409: VISITORS - PLACES}, statuses
    assert {status for one in statuses for status in one[:-1]} <= {409}
    times = Counter(Meeting.objects.values_list("host__name", "start"))
    assert (len(times), set(times.values())) == (PLACES, {1})

    wait_for(all_done, "everything is told", seconds=60)
    meetings = {str(uuid) for uuid in Meeting.objects.values_list("uuid", flat=True)}
    assert told_once(sandbox_org, "Event", "Distro_Meeting_Id__c") == dict.fromkeys(meetings, 1)
    people = {f"p{number}@many.example" for number in range(VISITORS)}
    assert told_once(sandbox_org, "Lead", "Email", ending="@many.example") == dict.fromkeys(people, 1)
    for base in webs:
        healthy = requests.get(f"{base}/healthz/sync", timeout=10)
        told: dict[str, Any] = healthy.json()
        runs = VISITORS + 2 * PLACES
        assert (healthy.status_code, told["workers"], told["states"]["done"]) == (200, 2, runs)
        assert "distro_workers 2.0" in requests.get(f"{base}/metrics", timeout=10).text


def told_once(org: SandboxOrg, sobject: str, field: str, ending: str = "") -> dict[str, int]:
    """How often each value of a field stands in the org."""
    values = [record[field] for record in org.records(sobject) if record[field]]
    return dict(Counter(value for value in values if value.endswith(ending)))
