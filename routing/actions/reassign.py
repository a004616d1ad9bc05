"""A meeting goes to another host: one that is named, or the next in line by the rule that made it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from distro.links import digest_of, new_seed, token_of

from .. import snapshots
from ..core.rotation import order
from ..core.slots import is_free
from ..crm import get_crm
from ..emails import tell_host, tell_people
from ..models import Host, LedgerEntry, LedgerReason, Meeting, Team
from ..standings import read_ledger, write_joiners
from .book import settle_races, title_of
from .calendar_claims import Taken, claim_time
from .change import Refused, lock, move


@settle_races
@transaction.atomic
def reassign(meeting: Meeting, host: Host | None, now: datetime) -> Meeting:
    """Give the meeting to `host`, or to the next in line who is free then (None).

    Somebody named may work outside their hours, but not in two meetings at once. Raises Refused.
    """
    team = lock_team(meeting)
    meeting = lock(meeting)
    move(meeting, "reassign")
    if host is not None and host.pk == meeting.host_id:
        return lock(meeting)
    before = meeting.host
    if not give_to_one_of([host] if host else in_line(meeting, team, now), meeting):
        name = host.name if host else "nobody else of the team"
        raise Refused(f"{name} is free at that time." if not host else f"{name} is not free at that time.")
    move_turn(meeting, before, team)
    tell_host(meeting, before, "cancelled")
    tell_people(meeting, "reassigned")
    get_crm().meeting_changed(meeting)
    return meeting


def lock_team(meeting: Meeting) -> Team | None:
    """The team whose ledger the meeting counts in, locked before the meeting, as booking does."""
    team_id = meeting.submission.target_team_id
    return Team.objects.select_for_update().get(pk=team_id) if team_id else None


def in_line(meeting: Meeting, team: Team | None, now: datetime) -> list[Host]:
    """The team's other active hosts who are free then, fairest first; none for a meeting without a team."""
    if team is None:
        return []
    ledger = read_ledger(team, meeting.router, now)
    write_joiners(team, meeting.router, ledger)
    keys = [one.host for one in ledger.standing if one.host != meeting.host_id]
    hosts = snapshots.host_values(meeting.workspace, [int(key) for key in keys])
    hosts = snapshots.with_calendars(hosts, meeting.start, meeting.end)
    kind = snapshots.meeting_type_values(meeting.meeting_type)
    free = [key for key, host in hosts.items() if is_free(host, kind, now, meeting.start)]
    rows = Host.objects.in_bulk([int(key) for key in free])
    return [rows[int(key)] for key in order(ledger.standing, free)]


def give_to_one_of(hosts: list[Host], meeting: Meeting) -> bool:
    """Give the meeting to the first of `hosts` whose time can be claimed."""
    for host in hosts:
        try:
            with transaction.atomic():
                meeting.host = host
                meeting.meeting_url = host.meeting_url
                meeting.title = title_of(meeting)
                renew_host_link(meeting)
                meeting.save()
                claim_time(meeting, meeting.meeting_type.daily_limit)
        except Taken:
            continue
        return True
    return False


def renew_host_link(meeting: Meeting) -> None:
    """The former host's link dies with the reassignment."""
    meeting.host_seed = new_seed()
    meeting.host_digest = digest_of(token_of("host", meeting.host_seed))


def move_turn(meeting: Meeting, before: Host, team: Team | None) -> None:
    """The turn moves from one host to the other."""
    if team is None:
        return
    for host, turns, note in (
        (before, -1, f"given to {meeting.host.name}"),
        (meeting.host, 1, f"taken from {before.name}"),
    ):
        LedgerEntry.objects.create(
            workspace=meeting.workspace,
            team=team,
            host=host,
            router=meeting.router,
            meeting=meeting,
            reason=LedgerReason.REASSIGNMENT,
            turns=turns,
            note=note[:255],
        )
