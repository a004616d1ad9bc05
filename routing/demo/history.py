"""A week of believable history for the demo's company, made by the product's own decisions, as if at the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from distro.due import schedule
from routing import snapshots
from routing.actions.book import draft, save_claimed, write_turn
from routing.actions.calendar_claims import release_time
from routing.actions.change import give_turn_back, move
from routing.actions.slots import slots_between
from routing.actions.submit import Received, keep, keep_spam
from routing.core.matching import lookups_needed
from routing.core.records import Lookup
from routing.core.rotation import order
from routing.core.route import decide
from routing.core.stored import shrink
from routing.core.values import Situation, Slot, SubmissionValues
from routing.models import (
    STANDING,
    LedgerEntry,
    LedgerReason,
    Meeting,
    Outcome,
    Prospect,
    Router,
    Submission,
    Tick,
    Workspace,
)
from routing.standings import read_ledger

from .visitors import SALES, VISITORS, Visitor

SITE = "https://www.harbourline.example"


@transaction.atomic
def write_history(workspace: Workspace, now: datetime) -> None:
    """Write a week of submissions and meetings that ends at `now`; nothing where there are submissions already.

    Nobody is told of any of it: no mail, and no CRM, which knows nothing of what came before its connection.
    """
    if workspace.submissions.exists():
        return
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for visitor in VISITORS:
        sent_at = midnight - timedelta(days=visitor.days) + timedelta(hours=visitor.hour)
        submission = _submit(workspace, visitor, sent_at)
        if submission.outcome == Outcome.BOOK and visitor.fate != "left":
            _book(submission, visitor, sent_at, now)
    _leave_spam(workspace, midnight - timedelta(days=2, hours=20))


def _submit(workspace: Workspace, visitor: Visitor, sent_at: datetime) -> Submission:
    router = Router.objects.select_related("form", "workspace").get(workspace=workspace, key=visitor.router)
    values = snapshots.router_values(router)
    utm = {"source": visitor.source, "medium": "web"} if visitor.source else {}
    sent = SubmissionValues(
        _answers(visitor), visitor.timezone, f"{SITE}/{visitor.router.removeprefix('harbourline-')}", utm
    )
    # Salesforce had never heard of them; everybody had a free time within the horizon.
    unknown = {(need.object, need.match): Lookup() for need in lookups_needed(values, visitor.email)}
    situation = Situation(sent, unknown, lambda host, meeting_type: True)
    decision = decide(values, situation)
    prospect, _ = Prospect.objects.get_or_create(workspace=workspace, email=visitor.email)
    submission = keep(router, prospect, sent, decision, shrink(values, situation, decision))
    _happened(prospect, sent_at)
    return _happened(submission, sent_at)


def _answers(visitor: Visitor) -> dict[str, Any]:
    first, _, last = visitor.name.partition(" ")
    who = {"email": visitor.email, "first_name": first, "last_name": last, "company": visitor.company}
    return {**who, **visitor.answers}


def _happened(row: Any, moment: datetime) -> Any:
    """Give a row the time at which it would have been written; columns that fill themselves need an update."""
    row.created_at = moment
    type(row).objects.filter(pk=row.pk).update(created_at=moment)
    return row


def _book(submission: Submission, visitor: Visitor, sent_at: datetime, now: datetime) -> None:
    first = sent_at + timedelta(days=visitor.ahead)
    slots = slots_between(submission, first, first + timedelta(days=6), sent_at)
    offered = [slot for slot in slots if _is_daytime(slot, visitor)]
    if not offered:
        return
    meeting = _give(submission, offered[min(visitor.choice, len(offered) - 1)], visitor, sent_at)
    if meeting is None:
        return
    booked_at = sent_at + timedelta(minutes=4)
    _happened(meeting, booked_at)
    for row in meeting.ledger.all():
        _happened(row, booked_at)
    _live(meeting, visitor, booked_at, now)


def _is_daytime(slot: Slot, visitor: Visitor) -> bool:
    """Whether the visitor, too, would be at work then."""
    return 7 <= slot.start.astimezone(ZoneInfo(visitor.timezone)).hour < 19


def _give(submission: Submission, slot: Slot, visitor: Visitor, sent_at: datetime) -> Meeting | None:
    meeting = draft(submission, slot, timezone=visitor.timezone, guests=[], notes="")
    team = submission.target_team
    free = [int(key) for key in slot.hosts]
    ranked = order(read_ledger(team, submission.router, sent_at).standing, free) if team else tuple(free)
    hosts = submission.workspace.hosts.in_bulk(free)
    for key in ranked:
        meeting.host = hosts[int(key)]
        if save_claimed(meeting):
            write_turn(meeting, team)
            return meeting
    return None


def _live(meeting: Meeting, visitor: Visitor, booked_at: datetime, now: datetime) -> None:
    """What became of the meeting by `now`."""
    is_over = meeting.end <= now
    if visitor.fate == "cancelled":
        cancelled_at = min(booked_at + timedelta(hours=19), now)
        move(meeting, "cancel")
        meeting.cancel_reason = "Something came up, I will write again next month."
        release_time(meeting)
        _give_back(meeting, LedgerReason.CANCELLATION, "the meeting was cancelled", cancelled_at)
    elif is_over and visitor.fate == "no-show":
        move(meeting, "no_show")
        _give_back(meeting, LedgerReason.NO_SHOW, "the prospect did not come", meeting.end)
    elif is_over:
        move(meeting, "complete")
    elif visitor.fate == "moved":
        move(meeting, "reschedule")
    meeting.save()
    if is_over:
        Tick.objects.filter(meeting=meeting).delete()
    after = meeting.meeting_type.complete_after
    if meeting.status in STANDING and after is not None:
        schedule("routing.complete", meeting.pk, meeting.end + timedelta(minutes=after))


def _give_back(meeting: Meeting, reason: LedgerReason, note: str, moment: datetime) -> None:
    give_turn_back(meeting, reason, note)
    for row in LedgerEntry.objects.filter(meeting=meeting, reason=reason):
        _happened(row, moment)


def _leave_spam(workspace: Workspace, sent_at: datetime) -> None:
    router = Router.objects.select_related("workspace").get(workspace=workspace, key=SALES)
    answers = {"email": "offers@bulk-leads.example", "last_name": "SEO", "company": "Rank higher today"}
    _happened(keep_spam(router, Received(answers, source_url=SITE)), sent_at)
