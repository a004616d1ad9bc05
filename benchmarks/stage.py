"""What the benchmarks stand on: a database of their own, an org in this process, a connected workspace."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from distro.testing import environment

if TYPE_CHECKING:
    from crm_sync.sandbox.org import Org
    from crm_sync.tests.sync.told import Told


@dataclass
class Cost:
    """What something took: calls of the API, seconds, SQL statements."""

    calls: int = 0
    seconds: float = 0.0
    statements: int = 0


@contextmanager
def stage() -> Iterator[Told]:
    """A workspace with one host, connected to an org with Distro's fields; the database is thrown away."""
    environment.prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "distro.testing.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        yield from _connected()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


def _connected() -> Iterator[Told]:
    from django.conf import settings

    from crm_sync.sandbox.org import CLIENT_ID, CLIENT_SECRET
    from crm_sync.sandbox.serving import RunningOrg
    from crm_sync.tests.sync.told import connect

    with RunningOrg() as org:
        settings.SALESFORCE_LOGIN_URL = org.base_url
        settings.SALESFORCE_CLIENT_ID, settings.SALESFORCE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        org.daily_limit = 1_000_000
        yield connect(org)


@contextmanager
def measured(told: Told) -> Iterator[Cost]:
    """The cost of what is done inside."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cost = Cost()
    told.forget_calls()
    started = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        yield cost
    cost.seconds = time.monotonic() - started
    cost.calls, cost.statements = len(told.calls()), len(queries)


def slow_down(org: Org, seconds: float) -> None:
    """Have every call of the API take at least so long."""
    from crm_sync.sandbox.faults import Fault

    org.faults[:] = [Fault(path="/services/data/", delay=seconds, times=None)] if seconds else []
