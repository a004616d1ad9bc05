"""An owner is looked at again, later, since automation may come by after a while."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from crm_sync.models import SyncRun
from crm_sync.tests.sync.told import ANN, BOB, SAM, Told

pytestmark = pytest.mark.django_db
AUTOMATION = "automation@acme.example"


def owned(told: Told) -> None:
    told.book(told.submit())
    told.work()
    told.wait()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
    told.forget_calls()


def look_again(told: Told) -> None:
    SyncRun.objects.filter(kind="owner").exclude(verify_at=None).update(verify_at=timezone.now())
    told.wait()


def test_an_owner_that_stays_is_looked_at_twice_for_a_call_each(told: Told) -> None:
    owned(told)
    first = told.run("owner").verify_at
    assert first and 600 <= (first - timezone.now()).total_seconds() + 60 <= 1000
    look_again(told)
    second = told.run("owner").verify_at
    assert second and second > first
    look_again(told)
    assert told.run("owner").verify_at is None
    assert (told.run("owner").state, told.run("owner").notes, len(told.calls())) == ("done", [], 2)


def test_what_automation_undid_is_written_once_more_and_reported(told: Told) -> None:
    owned(told)
    told.change("Lead", told.link().record_id, AUTOMATION, OwnerId=told.user(BOB))
    look_again(told)
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
    (owner,) = told.records("User", Id=told.user(BOB))
    note = (
        f"The owner did not stay: something in the org gave the record to {owner['Name']}, "
        "and Distro wrote it once more"
    )
    assert told.run("owner").notes == [note]
    look_again(told)
    assert (told.run("owner").state, told.run("owner").notes, told.run("owner").verify_at) == (
        "done",
        [note],
        None,
    )


def test_what_a_person_changed_later_stands(told: Told) -> None:
    owned(told)
    told.change("Lead", told.link().record_id, SAM, OwnerId=told.user(BOB))
    look_again(told)
    assert told.record("Lead")["OwnerId"] == told.user(BOB)
    assert told.run("owner").notes == [
        "Sam Standard changed the owner in Salesforce meanwhile, and that stands"
    ]
    assert told.run("owner").verify_at is None


def test_the_delays_can_be_set(told: Told, settings: Any) -> None:
    settings.SYNC_OWNER_RECHECKS = ()
    owned(told)
    assert told.run("owner").verify_at is None
