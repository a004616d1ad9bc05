"""The demo's company and its week of history."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum

from crm_sync.models import SyncRun
from distro.due.models import DueWork
from routing.actions.calendar_claims import ticks_of
from routing.demo import WORKSPACE_FILE
from routing.demo.history import write_history
from routing.demo.visitors import VISITORS
from routing.models import STANDING, LedgerEntry, Mail, Meeting, Status, Submission, Tick, Workspace
from routing.workspace_file import load, read_file

pytestmark = pytest.mark.django_db
# A Wednesday, and a Sunday in the week in which the clocks of Europe and America differ.
MOMENTS = [datetime(2026, 11, 25, 15, 20, tzinfo=UTC), datetime(2027, 3, 21, 0, 5, tzinfo=UTC)]


@pytest.fixture(params=MOMENTS, ids=lambda moment: f"{moment:%A}")
def now(request: pytest.FixtureRequest) -> datetime:
    moment: datetime = request.param
    load(read_file(str(WORKSPACE_FILE)))
    write_history(Workspace.objects.get(slug="harbourline"), moment)
    return moment


def test_everybody_of_the_week_is_there_and_in_the_past(now: datetime) -> None:
    assert Submission.objects.count() == len(VISITORS) + 1
    for row in (Submission, Meeting, LedgerEntry):
        times = row._default_manager.values_list("created_at", flat=True)
        assert now - timedelta(days=8) < min(times) <= max(times) <= now


def test_there_is_something_of_every_kind(now: datetime) -> None:
    statuses = Counter(Meeting.objects.values_list("status", flat=True))
    assert set(statuses) == {
        Status.SCHEDULED,
        Status.RESCHEDULED,
        Status.COMPLETED,
        Status.NO_SHOW,
        Status.CANCELLED,
    }
    assert set(Submission.objects.values_list("outcome", flat=True)) == {
        "book",
        "message",
        "redirect",
        "spam",
    }
    rules = {
        decision.get("rule", {}).get("name")
        for decision in Submission.objects.values_list("decision", flat=True)
    }
    assert rules == {
        None,
        "Students and job seekers",
        "Very small shippers",
        "Enterprise",
        "Asia",
        "Software vendors",
    }


def test_meetings_fit_the_clock(now: datetime) -> None:
    over = Meeting.objects.filter(status__in=(Status.COMPLETED, Status.NO_SHOW))
    assert max(over.values_list("end", flat=True)) <= now
    assert min(Meeting.objects.filter(status__in=STANDING).values_list("end", flat=True)) > now


def test_calendars_hold_what_stands_ahead_and_nothing_else(now: datetime) -> None:
    standing = Meeting.objects.filter(status__in=STANDING)
    claimed = {(meeting.host_id, number) for meeting in standing for number in ticks_of(meeting)}
    assert set(Tick.objects.values_list("host", "number")) == claimed
    cancelled = Meeting.objects.filter(status=Status.CANCELLED)
    assert not cancelled.filter(day_place__isnull=False).exists()
    assert not Meeting.objects.exclude(pk__in=cancelled).filter(day_place__isnull=True).exists()


def test_the_ledger_adds_up(now: datetime) -> None:
    held = Meeting.objects.exclude(status__in=(Status.CANCELLED, Status.NO_SHOW))
    assert LedgerEntry.objects.aggregate(Sum("turns"))["turns__sum"] == held.count()


def test_nobody_is_told_and_standing_meetings_will_complete(now: datetime) -> None:
    assert (SyncRun.objects.count(), Mail.objects.count()) == (0, 0)
    standing = Meeting.objects.filter(status__in=STANDING).values_list("pk", flat=True)
    assert {(one.kind, one.key) for one in DueWork.objects.all()} == {
        ("routing.complete", str(pk)) for pk in standing
    }


def test_history_is_written_once(now: datetime) -> None:
    before = list(Submission.objects.values_list("uuid", flat=True))
    write_history(Workspace.objects.get(slug="harbourline"), now + timedelta(days=30))
    assert list(Submission.objects.values_list("uuid", flat=True)) == before
