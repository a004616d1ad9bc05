"""The life of a meeting after its booking: attendance, other times, other hosts, and the strict rotation."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from distro.testing.factories import (
    make_host,
    make_meeting_type,
    make_member,
    make_router,
    make_submission,
    make_team,
    make_workspace,
    next_ten,
)
from routing.actions.attendance import complete, complete_by_itself, mark_no_show, undo
from routing.actions.book import SlotTaken, book
from routing.actions.change import Refused, cancel
from routing.actions.message import leave_message
from routing.actions.reassign import reassign
from routing.actions.reschedule import next_times, reschedule
from routing.actions.slots import next_free
from routing.models import (
    Host,
    LedgerEntry,
    Mail,
    Meeting,
    ProspectMessage,
    Role,
    Rotation,
    Router,
    Status,
    Submission,
    Tick,
)

pytestmark = pytest.mark.django_db


def a_router(hosts: int = 1, **values: object) -> Router:
    workspace = make_workspace()
    team = make_team(workspace, [make_host(workspace) for _ in range(hosts)])
    return make_router(workspace, default_team=team, meeting_type=make_meeting_type(workspace), **values)


def booked(router: Router | None = None, hours: int = 0) -> Meeting:
    submission = make_submission(router or a_router())
    start = next_ten() + timedelta(hours=hours)
    now = timezone.now()
    return book(submission, start=start, timezone="UTC", guests=[], notes="", now=now).meeting


def turns_of(host: Host) -> Decimal:
    return sum(LedgerEntry.objects.filter(host=host).values_list("turns", flat=True), Decimal(0))


def kinds() -> Counter[str]:
    return Counter(Mail.objects.values_list("kind", flat=True))


def test_a_no_show_gives_the_turn_back_and_undo_takes_it_again() -> None:
    meeting = booked()
    assert mark_no_show(meeting).status == Status.NO_SHOW
    assert turns_of(meeting.host) == 0
    restored = undo(meeting)
    assert (restored.status, turns_of(meeting.host)) == (Status.SCHEDULED, 1)
    with pytest.raises(Refused):
        undo(meeting)


def test_completed_then_no_show_then_back() -> None:
    meeting = booked()
    assert complete(meeting).status == Status.COMPLETED
    assert complete(meeting).version == 2
    assert mark_no_show(meeting).status == Status.NO_SHOW
    assert undo(meeting).status == Status.COMPLETED
    with pytest.raises(Refused):
        cancel(meeting, "")


def test_an_undo_is_refused_where_another_meeting_took_the_place() -> None:
    meeting = booked()
    mark_no_show(meeting)
    again = book(
        meeting.submission,
        start=next_ten() + timedelta(hours=2),
        timezone="UTC",
        guests=[],
        notes="",
        now=timezone.now(),
    )
    assert again.created
    with pytest.raises(Refused, match="in its place"):
        undo(meeting)


def test_a_meeting_completes_by_itself_an_hour_after_its_end() -> None:
    meeting = booked()
    due = meeting.end + timedelta(minutes=60)
    assert complete_by_itself(meeting, due - timedelta(seconds=1)) == due
    assert complete_by_itself(meeting, due) is None
    meeting.refresh_from_db()
    assert meeting.status == Status.COMPLETED


def test_rescheduling_moves_the_ticks_keeps_the_host_and_tells_everybody() -> None:
    meeting = booked()
    start = meeting.start + timedelta(minutes=30)
    moved = reschedule(meeting, start, timezone.now())
    assert (moved.status, moved.start, moved.end) == ("Rescheduled", start, start + timedelta(minutes=30))
    assert moved.host == meeting.host
    assert Tick.objects.filter(meeting=meeting).count() == 6
    assert (kinds()["rescheduled_prospect"], kinds()["rescheduled_host"]) == (1, 1)


def test_rescheduling_to_the_same_time_changes_nothing() -> None:
    meeting = booked()
    same = reschedule(meeting, meeting.start, timezone.now())
    assert (same.status, same.version) == (Status.SCHEDULED, 1)
    assert kinds()["rescheduled_prospect"] == 0


def test_rescheduling_into_another_meeting_is_answered_with_fresh_times() -> None:
    router = a_router()
    meeting, other = booked(router), booked(router, hours=1)
    with pytest.raises(SlotTaken) as fault:
        reschedule(meeting, other.start, timezone.now())
    assert len(fault.value.slots) == 10
    meeting.refresh_from_db()
    assert (meeting.status, meeting.start) == (Status.SCHEDULED, next_ten())
    assert Tick.objects.filter(meeting=meeting).count() == 6


def test_the_offered_times_leave_the_meetings_own_out() -> None:
    meeting = booked()
    starts = [slot.start for slot in next_times(meeting, timezone.now())]
    assert meeting.start not in starts
    assert len(starts) == 10


def test_the_next_in_line_takes_a_meeting_over_with_its_turn() -> None:
    router = a_router(3)
    meeting = booked(router)
    given = reassign(meeting, None, timezone.now())
    assert given.host != meeting.host
    assert (turns_of(meeting.host), turns_of(given.host)) == (0, 1)
    assert given.host_token != meeting.host_token, "the former host's link still works"
    assert Tick.objects.filter(host=meeting.host).count() == 0
    told = kinds()
    assert (told["cancelled_host"], told["reassigned_host"], told["reassigned_prospect"]) == (1, 1, 1)
    assert Mail.objects.get(kind="cancelled_host").to == meeting.host.email
    cancel(given, "")
    assert turns_of(given.host) == 0


def test_somebody_named_takes_over_unless_they_are_in_another_meeting() -> None:
    router = a_router(2)
    meeting, other = booked(router), booked(router)
    assert meeting.host != other.host
    with pytest.raises(Refused, match="not free"):
        reassign(meeting, other.host, timezone.now())
    outsider = make_host(router.workspace, working=False)
    assert reassign(meeting, outsider, timezone.now()).host == outsider
    assert reassign(meeting, outsider, timezone.now()).version == 2


def test_nobody_else_to_take_over() -> None:
    meeting = booked()
    with pytest.raises(Refused, match="nobody else"):
        reassign(meeting, None, timezone.now())


def test_strict_rotation_offers_the_next_hosts_times_alone_and_keeps_the_pick() -> None:
    router = a_router(2, rotation=Rotation.STRICT)
    first, second = (member.host for member in router.default_team.members.all())
    submission = make_submission(router)
    slots = next_free(submission, timezone.now())
    assert {slot.hosts for slot in slots} == {(first.pk,)}
    booked(router)
    submission = Submission.objects.get(pk=submission.pk)
    assert {slot.hosts for slot in next_free(submission, timezone.now())} == {(first.pk,)}
    assert {slot.hosts for slot in next_free(make_submission(router), timezone.now())} == {(second.pk,)}
    Host.objects.filter(pk=first.pk).update(active=False)
    assert {slot.hosts for slot in next_free(submission, timezone.now())} == {(second.pk,)}


def test_a_message_goes_to_the_default_host_or_else_to_the_owners() -> None:
    workspace = make_workspace()
    host = make_host(workspace)
    owner = make_member(workspace, Role.OWNER)
    for router in (
        make_router(workspace, default_host=host),
        make_router(workspace, default_message="Thank you"),
    ):
        leave_message(make_submission(router), "Any evening?", timezone.now())
    assert list(Mail.objects.order_by("pk").values_list("to", flat=True)) == [host.email, owner.user.email]
    assert ProspectMessage.objects.filter(text="Any evening?").count() == 2
