"""A team's ledger in the period that counts, and what it owes those who joined since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from .core.rotation import par_turns, period_start
from .core.values import LedgerEntry as Entry
from .core.values import Member
from .models import Fairness, LedgerEntry, LedgerReason, Router, Team, TeamMember


@dataclass(frozen=True, slots=True)
class TeamLedger:
    """`entries` are each host's turns in the period, summed, those of `joiners` at par included.

    `joiners` are hosts whose par is not yet a row; the next booking of the team writes it.
    """

    entries: tuple[Entry, ...]
    joiners: tuple[tuple[int, float], ...]


def read_ledger(team: Team, router: Router, now: datetime) -> TeamLedger:
    """The ledger that a router's rotation goes by: 2 queries."""
    workspace = router.workspace
    since = period_start(workspace.rotation_reset, now, workspace.timezone)
    rows = LedgerEntry.objects.filter(team=team)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if router.fairness == Fairness.ROUTER:
        rows = rows.filter(router=router)
    sums = dict(rows.order_by().values_list("host").annotate(Sum("turns")))
    entries = [Entry(host, float(turns)) for host, turns in sums.items()]
    members = list(TeamMember.objects.filter(team=team))
    joined = [row for row in members if row.host_id not in sums and (since is None or row.joined_at >= since)]
    joiners = _at_par(members, joined, entries)
    return TeamLedger(tuple(entries + [Entry(host, turns) for host, turns in joiners]), joiners)


def _at_par(
    members: Sequence[TeamMember], joined: Sequence[TeamMember], entries: list[Entry]
) -> tuple[tuple[int, float], ...]:
    if not entries:
        return ()
    values = [Member(row.host_id, row.weight) for row in members]
    return tuple((row.host_id, par_turns(row.host_id, values, entries)) for row in joined)


def write_joiners(team: Team, router: Router, ledger: TeamLedger) -> None:
    """Make the joiners' par rows of the ledger; called under the team's lock."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            workspace_id=team.workspace_id,
            team=team,
            host_id=host,
            router=router,
            reason=LedgerReason.JOINED,
            turns=round(turns, 4),
            note="starts at par with the team",
        )
        for host, turns in ledger.joiners
    )
