"""When the org's API calls run short, meetings and owners go first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm_sync.budget import Budget, budget_of
from crm_sync.models import SalesforceConnection, SyncRun
from crm_sync.tests.sync.told import ANN, Told

pytestmark = pytest.mark.django_db
NEXT = "next@initrode.example"


@pytest.mark.parametrize(
    ("used", "low", "tight"),
    [
        (0, False, False),
        (11_999, False, False),
        (12_000, True, False),
        (14_249, True, False),
        (14_250, True, True),
    ],
)
def test_it_warns_at_80_per_cent_and_is_tight_at_95(used: int, low: bool, tight: bool) -> None:
    budget = Budget(used, 15_000)
    assert (budget.is_low, budget.is_tight, bool(budget.warning)) == (low, tight, low)


def test_an_unknown_budget_holds_nothing_back() -> None:
    assert not Budget(0, 0).is_low


def test_at_95_per_cent_persons_wait_with_a_sentence_and_meetings_and_owners_go(told: Told) -> None:
    told.org.quota_used = 14_400
    told.submit("first@initrode.example")
    told.work()
    assert budget_of(told.connection).is_tight
    told.submit(NEXT)
    meeting = told.book(told.submit())
    told.work()
    waiting = SyncRun.objects.get(prospect__email=NEXT)
    assert (waiting.state, waiting.attempts) == ("waiting", 0)
    assert waiting.notes == [
        f"It waits: {told.org.quota_used - 2:,} of the org's 15,000 API calls of the last 24 hours are used: only "
        "meetings and owners are sent until that recovers"
    ]
    assert waiting.due_at > timezone.now() + timedelta(minutes=14)
    assert told.event["WhoId"] == told.link(meeting.prospect).record_id
    SyncRun.objects.filter(kind="owner").update(due_at=timezone.now())
    told.crm.meeting_changed(meeting)
    told.work()
    assert told.record("Lead")["OwnerId"] == told.user(ANN)
    assert told.records("Lead", Email=NEXT) == []


def test_it_recovers_by_asking_for_the_limits(told: Told) -> None:
    SalesforceConnection.objects.update(
        api_used=14_900, api_max=15_000, last_success_at=timezone.now() - timedelta(minutes=16)
    )
    told.submit(NEXT)
    told.work()
    assert told.calls()[0].path.rpartition("/")[2] == "limits"
    assert told.runs() == {"person": "done"}
    assert told.run("person").notes == []
    assert not budget_of(told.connection).is_low
