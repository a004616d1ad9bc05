"""Whose turn it is: the standing of a team's members by its ledger, the order it gives, and when it starts afresh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from routing.core.values import HostKey, Member

Reset: TypeAlias = Literal["monthly", "quarterly", "yearly", "never"]
# How many months a period has; each begins with a January.
PERIOD_MONTHS: dict[Reset, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A row of a team's ledger, or a host's rows of a period summed up.

    `turns` is what it adds to the host's own turns: 1 for an assignment, 0 for a skip, less than 0 for what is given
    back or credited, and what `turns_at_par` says for one who joins.
    """

    host: HostKey
    turns: int | float | Decimal = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's balance: shortfall = weight share x turns of all - own turns, exact."""

    host: HostKey
    weight: int
    turns: Fraction
    shortfall: Fraction


def standings(members: Sequence[Member], entries: Iterable[LedgerEntry]) -> tuple[Standing, ...]:
    """Where each of a team's active members stands, in the team's order, by the ledger since the last reset.

    Entries of hosts who are not among the members count for nothing.
    """
    turns = {member.host: Fraction(0) for member in members}
    for entry in entries:
        if entry.host in turns:
            turns[entry.host] += Fraction(entry.turns)
    of_all, weights = sum(turns.values(), Fraction(0)), sum(member.weight for member in members)
    return tuple(
        Standing(
            host=member.host,
            weight=member.weight,
            turns=turns[member.host],
            shortfall=Fraction(member.weight, weights or 1) * of_all - turns[member.host],
        )
        for member in members
    )


def order(standing: Sequence[Standing], candidates: Collection[HostKey] | None = None) -> tuple[HostKey, ...]:
    """The candidates (None: everybody), fairest first: by shortfall, then weight, then the order in the team."""
    asked = [one for one in standing if candidates is None or one.host in candidates]
    return tuple(one.host for one in sorted(asked, key=lambda one: (-one.shortfall, -one.weight)))


def next_host(standing: Sequence[Standing], candidates: Collection[HostKey] | None = None) -> HostKey | None:
    """The candidate whose turn it is; None without candidates."""
    return next(iter(order(standing, candidates)), None)


def turns_at_par(members: Sequence[Member], entries: Iterable[LedgerEntry], host: HostKey) -> Fraction:
    """The turns to enter for a member who joins (again), so that their shortfall begins at nothing.

    The others have had so many turns per weight; the one who joins is taken to have had as many. What the ledger has
    of them already is taken off.
    """
    known = {one.host: one for one in standings(members, entries)}
    others = [one for one in known.values() if one.host != host]
    weights = sum(one.weight for one in others)
    if not weights:
        return -known[host].turns
    par = known[host].weight * sum((one.turns for one in others), Fraction(0)) / weights
    return par - known[host].turns


def why_next(standing: Sequence[Standing], host: HostKey, names: Mapping[HostKey, str]) -> str:
    """Why a host is next, in a sentence for people."""
    name = names[host]
    if len(standing) == 1:
        return f"{name} is the only one to choose from."
    one = next(one for one in standing if one.host == host)
    of_all = sum((other.turns for other in standing), Fraction(0))
    if not of_all:
        return f"{name} is next: nobody has had a turn yet, and weight, then the order in the team decide."
    weights = sum(other.weight for other in standing)
    return (
        f"{name} is next: with weight {one.weight} of {weights}, {_plain(one.turns + one.shortfall)} of the team's "
        f"{_plain(of_all)} turns would be theirs, and they have had {_plain(one.turns)}."
    )


def standing_json(standing: Sequence[Standing], emails: Mapping[HostKey, str]) -> list[dict[str, object]]:
    """The standing as Simulate shows it."""
    return [
        {
            "host": emails[one.host],
            "weight": one.weight,
            "turns": _number(one.turns),
            "shortfall": _number(one.shortfall),
        }
        for one in standing
    ]


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else round(float(value), 4)


def _plain(value: Fraction) -> str:
    return f"{float(value):.1f}".removesuffix(".0")


def period_start(reset: Reset, now: datetime, timezone: str) -> datetime | None:
    """When the present period began, 00:00 of the first day in that zone, aware; None for one that never ends."""
    if reset == "never":
        return None
    local = now.astimezone(ZoneInfo(timezone))
    month = (local.month - 1) // PERIOD_MONTHS[reset] * PERIOD_MONTHS[reset] + 1
    return datetime(local.year, month, 1, tzinfo=ZoneInfo(timezone))
