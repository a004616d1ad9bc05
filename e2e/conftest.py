"""Fixtures of the journeys: an org, and a workspace that is connected to it as a person connects it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command

from crm_sync.models import ProvisionState, SalesforceConnection
from distro.testing.waiting import wait_for
from e2e.outside import Org, Person
from routing.models import Workspace


@pytest.fixture
def org(sandbox_org: Any) -> Org:
    org = Org(sandbox_org.url)
    org.ask("POST", "reset")
    return org


@pytest.fixture
def connected(org: Org, worker: Any, web_server: Any) -> Workspace:
    """A workspace whose owner has connected it through the browser, its fields set up by the worker."""
    call_command("load_workspace", str(Path(__file__).with_name("journey.yaml")))
    User.objects.create_superuser("root", "root@journey.example", "correct-horse-battery")
    person = Person(settings.BASE_URL)
    person.sign_in("root", "correct-horse-battery")
    card = person.connect("journey")
    assert card.url.startswith(f"{settings.BASE_URL}/integrations/"), card.text[:2000]
    wait_for(
        lambda: SalesforceConnection.objects.filter(provision_state=ProvisionState.DONE).exists(),
        "the custom fields are set up",
        seconds=30,
    )
    return Workspace.objects.get(slug="journey")
