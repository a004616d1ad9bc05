"""A team's ledger in the period that counts, and what it owes those who joined since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Min, QuerySet, Sum

from .core.rotation import LedgerEntry as Entry
from .core.rotation import Reset, Standing, period_start, standings, turns_at_par
from .core.values import Member
from .models import Fairness, LedgerEntry, LedgerReason, Router, Team, TeamMember


@dataclass(frozen=True, slots=True)
class TeamLedger:
    """Where each active member stands. `joiners` are (host, turns) at par that are not yet rows of the ledger:
    the next booking of the team writes them."""

    standing: tuple[Standing, ...]
    joiners: tuple[tuple[int, float], ...]


def read_ledger(team: Team, router: Router, now: datetime) -> TeamLedger:
    """The standing that a router's rotation goes by: 2 queries."""
    rows = rows_that_count(router, now).filter(team=team)
    columns = rows.order_by().values_list("host").annotate(Sum("turns"), Min("created_at"))
    totals = {host: (turns, first) for host, turns, first in columns}
    entries = [Entry(host, turns) for host, (turns, _) in totals.items()]
    began = min((first for _, first in totals.values()), default=now)
    active = TeamMember.objects.filter(team=team, host__active=True, host__archived_at=None)
    members = {row: Member(row.host_id, row.weight) for row in active}
    joiners = []
    for row in members:
        # Who was there before the first turn of the period began with the others, at nothing.
        if row.host_id not in totals and row.joined_at > began:
            turns = turns_at_par(list(members.values()), entries, row.host_id)
            joiners.append((row.host_id, float(turns)))
    entries += [Entry(host, turns) for host, turns in joiners]
    return TeamLedger(standings(list(members.values()), entries), tuple(joiners))


def read_host(host: int, router: Router, now: datetime) -> tuple[Standing, ...]:
    """The standing of a host whom a rule or the default names, who shares with nobody: 1 query."""
    rows = rows_that_count(router, now).filter(team=None, host=host)
    turns = rows.aggregate(of_all=Sum("turns"))["of_all"] or 0
    return standings([Member(host)], [Entry(host, turns)])


def rows_that_count(router: Router, now: datetime) -> QuerySet[LedgerEntry]:
    """The ledger's rows since the last reset, or those of them that the router made where it is fair by itself."""
    workspace = router.workspace
    rows = LedgerEntry.objects.all()
    since = period_start(cast(Reset, workspace.rotation_reset), now, workspace.timezone)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    return rows.filter(router=router) if router.fairness == Fairness.ROUTER else rows


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
