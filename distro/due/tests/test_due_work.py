"""What is asked for is done, once per wish, and nobody's work stands in another's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from distro.due import Claim, LeaseLost, kind, registry, retry_delay, schedule
from distro.due.claims import claim_next
from distro.due.jobs import run_due
from distro.due.models import DueWork

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Act = Callable[[str, Claim], datetime | None]


@pytest.fixture
def acts() -> Iterator[dict[str, Act]]:
    """What the kind "trial" does, by key; keys that are not in it do nothing."""
    table: dict[str, Act] = {}

    @kind("trial", lease=60)
    def run(key: str, claim: Claim) -> datetime | None:
        return table.get(key, lambda key, claim: None)(key, claim)

    yield table
    del registry.KINDS["trial"]


def row(key: str) -> DueWork:
    return DueWork.objects.get(kind="trial", key=key)


def keys() -> list[str]:
    return list(DueWork.objects.filter(kind="trial").order_by("key").values_list("key", flat=True))


def take() -> Claim:
    claim = claim_next()
    assert claim is not None
    return claim


def let_lease_end(claim: Claim) -> None:
    claim.held().update(lease_until=timezone.now() - timedelta(seconds=1))


def test_scheduling_twice_keeps_the_earlier_time_and_counts_both_wishes() -> None:
    soon, later = timezone.now() + HOUR, timezone.now() + 2 * HOUR
    for due_at in (later, soon, later):
        schedule("trial", 7, due_at)
    assert [(row.kind, row.key, row.due_at, row.version) for row in DueWork.objects.all()] == [
        ("trial", "7", soon, 3)
    ]


def test_a_rolled_back_wish_was_never_made() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        schedule("trial", "x")
        1 / 0  # noqa: B018
    assert keys() == []


def test_work_that_is_done_goes_and_work_of_a_later_time_waits(acts: dict[str, Act]) -> None:
    schedule("trial", "now")
    schedule("trial", "later", timezone.now() + HOUR)
    run_due()
    assert keys() == ["later"]


def test_the_longest_due_comes_first(acts: dict[str, Act]) -> None:
    for key, hours in (("b", 2), ("c", 1), ("a", 3)):
        schedule("trial", key, timezone.now() - hours * HOUR)
    assert [take().key for _ in range(3)] == ["a", "b", "c"]
    assert claim_next() is None


def test_rows_of_a_kind_nobody_here_knows_are_left_alone() -> None:
    schedule("from.a.newer.release", "x")
    run_due()
    assert DueWork.objects.get().attempts == 0


def test_a_time_given_back_is_when_it_is_due_again(acts: dict[str, Act]) -> None:
    again_at = timezone.now() + HOUR
    acts["x"] = lambda key, claim: again_at
    schedule("trial", "x")
    run_due()
    left = row("x")
    assert (left.due_at, left.token, left.lease_until, left.attempts) == (again_at, "", None, 0)


def test_a_wish_made_while_it_runs_is_not_lost(acts: dict[str, Act]) -> None:
    turns: list[str] = []

    def act(key: str, claim: Claim) -> None:
        turns.append(key)
        if len(turns) == 1:
            schedule("trial", key)

    acts["x"] = act
    schedule("trial", "x")
    run_due()
    assert turns == ["x", "x"]
    assert keys() == []


@pytest.mark.parametrize(("asked", "answered", "due"), [(1, None, 1), (1, 2, 1), (2, 1, 1), (None, 2, 2)])
def test_the_earlier_of_wish_and_answer_counts(
    acts: dict[str, Act], asked: int | None, answered: int | None, due: int
) -> None:
    start = timezone.now()

    def act(key: str, claim: Claim) -> datetime | None:
        if asked:
            schedule("trial", key, start + asked * HOUR)
        return start + answered * HOUR if answered else None

    acts["x"] = act
    schedule("trial", "x")
    run_due()
    assert row("x").due_at == start + due * HOUR


def test_a_fault_puts_off_its_own_row_alone_and_tells_no_secret(
    acts: dict[str, Act], caplog: pytest.LogCaptureFixture
) -> None:
    address = "@".join(["ann", "example.com"])

    def act(key: str, claim: Claim) -> None:
        raise ValueError(address)

    acts["a"] = act
    schedule("trial", "a")
    schedule("trial", "b")
    run_due()
    left = row("a")
    assert (keys(), left.attempts, left.last_error, left.token) == (["a"], 1, "ValueError", "")
    assert left.due_at is not None
    assert timedelta(0) < left.due_at - timezone.now() <= retry_limit(1)
    assert "ValueError" in caplog.text
    assert address not in caplog.text


def retry_limit(failures: int) -> timedelta:
    """The longest that may be waited after so many failures, the tests' SYNC_RETRY_FIRST being 1."""
    return timedelta(seconds=min(2 ** (failures - 1), 900))


@pytest.mark.parametrize("failures", [1, 2, 5, 10, 11, 500])
def test_the_wait_doubles_up_to_the_maximum_less_a_quarter_at_most(failures: int) -> None:
    waits = {retry_delay(failures) for _ in range(50)}
    assert 0.75 * retry_limit(failures) <= min(waits)
    assert max(waits) <= retry_limit(failures)
    assert len(waits) > 1


def test_a_success_forgets_the_faults_before_it(acts: dict[str, Act]) -> None:
    schedule("trial", "x")
    DueWork.objects.update(attempts=7, last_error="OSError")
    acts["x"] = lambda key, claim: timezone.now() + HOUR
    run_due()
    assert (row("x").attempts, row("x").last_error) == (0, "")


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(acts: dict[str, Act]) -> None:
    schedule("trial", "x")
    first = take()
    assert claim_next() is None
    let_lease_end(first)
    second = take()
    assert (first.is_mine(), second.is_mine(), second.attempts) == (False, True, 2)


def test_renewing_makes_the_lease_whole_again(acts: dict[str, Act]) -> None:
    schedule("trial", "x")
    claim = take()
    let_lease_end(claim)
    claim.renew()
    lease_until = row("x").lease_until
    assert lease_until is not None
    assert timedelta(seconds=55) < lease_until - timezone.now() <= timedelta(seconds=60)


def test_who_lost_the_lease_changes_nothing(acts: dict[str, Act]) -> None:
    thieves: list[Claim] = []

    def act(key: str, claim: Claim) -> None:
        let_lease_end(claim)
        thieves.append(take())
        claim.renew()

    acts["x"] = act
    schedule("trial", "x")
    run_due()
    assert [thief.is_mine() for thief in thieves] == [True]
    assert row("x").token == thieves[0].token


def test_a_late_finisher_takes_nothing_away_from_the_new_holder(acts: dict[str, Act]) -> None:
    thieves: list[Claim] = []

    def act(key: str, claim: Claim) -> datetime | None:
        if thieves:
            return None
        let_lease_end(claim)
        thieves.append(take())
        return timezone.now() - HOUR

    acts["x"] = act
    schedule("trial", "x")
    run_due()
    assert row("x").token == thieves[0].token
    with pytest.raises(LeaseLost):
        Claim(row("x").pk, "trial", "x", "stale", 1, 1, HOUR).renew()


def test_work_that_keeps_killing_its_process_is_put_off_longer_and_longer(acts: dict[str, Act]) -> None:
    schedule("trial", "x")
    DueWork.objects.update(attempts=12)
    lease = take().lease
    assert timedelta(seconds=675) <= lease <= timedelta(seconds=900)
