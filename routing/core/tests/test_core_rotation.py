"""Whose turn it is: the contract's formula, shares that converge, joiners at par, and periods."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.rotation import (
    LedgerEntry,
    Reset,
    Standing,
    next_host,
    order,
    period_start,
    standing_json,
    standings,
    turns_at_par,
    why_next,
)
from routing.core.values import HostKey, Member

TEAM = (Member("ann", 2), Member("bob", 1))
NAMES: dict[HostKey, str] = {"ann": "Ann", "bob": "Bob", "cy": "Cy"}


def test_the_standing_is_share_of_all_turns_less_own() -> None:
    entries = [LedgerEntry("ann", 3), LedgerEntry("bob"), LedgerEntry("gone", 50)]
    assert standings(TEAM, entries) == (
        Standing("ann", 2, Fraction(3), Fraction(-1, 3)),
        Standing("bob", 1, Fraction(1), Fraction(1, 3)),
    )
    assert standing_json(standings(TEAM, entries), {"ann": "ann@x", "bob": "bob@x"}) == [
        {"host": "ann@x", "weight": 2, "turns": 3, "shortfall": -0.3333},
        {"host": "bob@x", "weight": 1, "turns": 1, "shortfall": 0.3333},
    ]


def test_next_is_the_greatest_shortfall_then_weight_then_the_teams_order() -> None:
    assert order(standings((Member("a"), Member("b", 3), Member("c", 3)), [])) == ("b", "c", "a")
    owed = standings((Member("a"), Member("b", 3), Member("c", 3)), [LedgerEntry("b"), LedgerEntry("c")])
    assert order(owed) == ("a", "b", "c")
    assert next_host(owed, {"b", "c"}) == "b"
    assert next_host(owed, ()) is None


def test_credits_and_refunds_bring_a_turn_forward() -> None:
    entries = [
        LedgerEntry("ann"),
        LedgerEntry("ann"),
        LedgerEntry("bob"),
        LedgerEntry("bob", Decimal("-1.0000")),
    ]
    assert next_host(standings(TEAM, entries)) == "bob"


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(1, 150))
def test_shares_keep_to_the_weights_within_one_turn_and_nobody_starves(
    weights: list[int], bookings: int
) -> None:
    members = tuple(Member(index, weight) for index, weight in enumerate(weights))
    turns = dict.fromkeys(range(len(weights)), 0)
    for _ in range(bookings):
        chosen = next_host(standings(members, [LedgerEntry(host, had) for host, had in turns.items()]))
        assert isinstance(chosen, int)
        turns[chosen] += 1
    for member in members:
        due = Fraction(member.weight, sum(weights)) * bookings
        assert turns[int(member.host)] - due < 1
    whole_rounds = sum(weights)
    if bookings % whole_rounds == 0:
        assert list(turns.values()) == [weight * bookings // whole_rounds for weight in weights]


def test_a_weight_of_nothing_gets_no_turn_while_others_are_owed_one() -> None:
    members = (Member("ann"), Member("bob"), Member("cy", 0))
    entries: list[LedgerEntry] = []
    for _ in range(20):
        chosen = next_host(standings(members, entries))
        assert chosen is not None
        entries.append(LedgerEntry(chosen))
    assert {entry.host for entry in entries} == {"ann", "bob"}


def test_a_team_without_any_weight_still_takes_turns() -> None:
    members = (Member("ann", 0), Member("bob", 0))
    assert next_host(standings(members, [LedgerEntry("ann")])) == "bob"


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=5),
    st.integers(1, 9),
    st.integers(-3, 12),
)
def test_who_joins_is_at_par_whatever_came_before(turns: list[int], weight: int, before: int) -> None:
    members = (*(Member(index, index + 1) for index in range(len(turns))), Member("new", weight))
    entries = [*(LedgerEntry(index, had) for index, had in enumerate(turns)), LedgerEntry("new", before)]
    par = turns_at_par(members, entries, "new")
    after = standings(members, [*entries, LedgerEntry("new", Decimal(par.numerator) / par.denominator)])
    assert float(after[-1].shortfall) == pytest.approx(0)


def test_the_first_to_join_begins_with_nothing() -> None:
    assert turns_at_par((Member("ann"),), [], "ann") == 0
    assert turns_at_par((Member("ann"),), [LedgerEntry("ann", 7)], "ann") == -7


def test_why_somebody_is_next() -> None:
    standing = standings(TEAM, [LedgerEntry("ann", 3), LedgerEntry("bob", 1)])
    assert why_next(standing, "bob", NAMES) == (
        "Bob is next: with weight 1 of 3, 1.3 of the team's 4 turns would be theirs, and they have had 1."
    )
    assert why_next(standings(TEAM, []), "ann", NAMES) == (
        "Ann is next: nobody has had a turn yet, and weight, then the order in the team decide."
    )
    assert why_next(standings(TEAM[:1], []), "ann", NAMES) == "Ann is the only one to choose from."


@pytest.mark.parametrize(
    ("reset", "begins"),
    [("monthly", (2026, 8, 1)), ("quarterly", (2026, 7, 1)), ("yearly", (2026, 1, 1)), ("never", None)],
)
def test_periods_begin_at_midnight_of_the_workspaces_zone(
    reset: Reset, begins: tuple[int, int, int] | None
) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    now = datetime(2026, 7, 31, 16, tzinfo=UTC)  # 1 August in Tokyo
    expected = datetime(*begins, tzinfo=zone) if begins else None
    assert period_start(reset, now, "Asia/Tokyo") == expected
