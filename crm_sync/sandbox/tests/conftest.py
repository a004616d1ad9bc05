"""One served org for each test module, put back to its beginning for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm_sync.sandbox.org import Org
from crm_sync.sandbox.serving import RunningOrg

from .wire import Wire


@pytest.fixture(scope="module")
def served() -> Iterator[Org]:
    with RunningOrg(Org(approve=True)) as org:
        yield org


@pytest.fixture
def org(served: Org) -> Org:
    with served.lock:
        served.approve, served.approve_as = True, "dana@acme.example"
        served.daily_limit, served.access_token_seconds = 15000, 7200
        served.reset()
    return served


@pytest.fixture
def dana(org: Org) -> Wire:
    """The administrator's connection."""
    return Wire(org.base_url)


@pytest.fixture
def sam(org: Org) -> Wire:
    """A standard user's connection: no right to customise."""
    return Wire(org.base_url, "sam@acme.example")
