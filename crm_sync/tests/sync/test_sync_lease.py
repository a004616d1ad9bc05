"""Who lost the lease changes nothing more; what a dead worker left is taken up."""

from __future__ import annotations

import pytest

from crm_sync.drain import drain
from crm_sync.models import RecordLink, RunState, SyncRun, SyncStep
from crm_sync.tests.sync.told import EMAIL, Told
from distro.due import Claim, LeaseLost
from distro.due.claims import claim_next
from distro.due.models import DueWork

pytestmark = pytest.mark.django_db


def claim(told: Told) -> Claim:
    DueWork.objects.exclude(kind="crm.drain").delete()
    taken = claim_next()
    assert taken
    return taken


def test_a_worker_without_its_lease_makes_no_call_and_writes_nothing(told: Told) -> None:
    told.submit()
    taken = claim(told)
    DueWork.objects.update(token="somebody else's")
    with pytest.raises(LeaseLost):
        drain(told.connection.pk, taken)
    assert told.calls() == []
    assert told.run("person").attempts == 0


def test_a_worker_that_loses_its_lease_in_a_call_leaves_the_settling_to_the_other(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.submit(looked=True)
    taken = claim(told)
    renew, calls = Claim.renew, []

    def renew_then_freeze(self: Claim) -> None:
        renew(self)
        calls.append(1)
        DueWork.objects.update(token="somebody else's")  # while the call is on its way

    monkeypatch.setattr(Claim, "renew", renew_then_freeze)
    with pytest.raises(LeaseLost):
        drain(told.connection.pk, taken)
    monkeypatch.undo()
    assert len(calls) == 1
    assert told.run("person").state == RunState.RUNNING
    assert [one.state for one in SyncStep.objects.all()] == ["started"]
    assert not RecordLink.objects.exists()
    DueWork.objects.update(token="", due_at=told.run("person").due_at)
    told.work()
    assert told.runs() == {"person": "done"}
    assert len(told.records("Lead", Email=EMAIL)) == 1


def test_a_change_that_comes_during_the_write_is_written_too(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = told.book(told.submit(looked=True))
    changed: list[int] = []
    renew = Claim.renew

    def change_meanwhile(self: Claim) -> None:
        renew(self)
        if SyncStep.objects.filter(object="Event").exists() and not changed:
            changed.append(1)
            told.cancel(meeting)

    monkeypatch.setattr(Claim, "renew", change_meanwhile)
    told.work()
    assert changed == [1]
    assert told.event["Distro_Meeting_Status__c"] == "Cancelled"
    run = SyncRun.objects.get(kind="meeting")
    assert (run.state, run.wanted, run.written) == ("done", 2, 2)
