"""Owner runs, one or many: decide for each, write, and read back; refused as a whole, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from crm_sync.core.judging import judge
from crm_sync.core.matching import same_id
from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.core.steps import Step
from crm_sync.models import SyncRun
from crm_sync.salesforce.client import Subrequest
from crm_sync.salesforce.faults import SalesforceFault

from . import links, rechecks
from .breaker import note_success
from .guard import fail_together, guarded
from .log import LoggedStep, log_fact, log_step
from .look import chunks
from .parts import IN_ONE_COLLECTION, answers_of, collection, subrequest
from .reads import owner_query
from .snapshots import Group
from .turn import HEAVY, Turn, all_rows
from .waiting import Owners
from .wishes import Wish, decides_to_write, leave, read_owners, still_open, wishes_of

NO_RECORD = "Salesforce has no record of this person, so there is no owner to change"
TAKEN_BACK = "Salesforce took the new owner, and something in the org changed it again at once"
READ_AT_ONCE = HEAVY * IN_ONE_COLLECTION
WRITE_AT_ONCE = 2 * IN_ONE_COLLECTION


def settle_owners(turn: Turn, pairs: Sequence[tuple[Group, SyncRun]]) -> None:
    """Make each host the owner where the router wants it. Raises OrgTrouble and LeaseLost."""
    owners = Owners.of([group.prospect.pk for group, _ in pairs]) if pairs else None
    begun: list[tuple[Group, SyncRun]] = []
    for group, run in pairs:
        assert owners
        note = owners.needless(run)
        if not note and owners.is_early(run, known=group.link is not None):
            turn.journal.block(run)
            continue
        said = run.notes if rechecks.is_recheck(run) else None
        turn.journal.begin([run])
        run.notes = said or []
        if note or group.link is None:
            leave(turn, run, "" if said is not None else note or NO_RECORD)
        else:
            begun.append((group, run))
    turn.journal.flush()
    _for_each(turn, begun, lambda pair: pair[1], partial(_settle, turn))


def _for_each(
    turn: Turn,
    items: Sequence[Any],
    run_of: Callable[[Any], SyncRun],
    act: Callable[[Sequence[Any]], None],
) -> None:
    """Do something for all at once; refused as a whole, for each alone."""
    if not items or turn.claim.must_yield:
        return
    try:
        if len(items) > 1:
            act(items)
            note_success(turn.connection)
            return
    except SalesforceFault as fault:
        if outcome_of(fault).verdict in (Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING):
            runs = [run_of(item) for item in items if run_of(item).pk in turn.journal.in_hand]
            fail_together(turn, runs, fault, len(items))
            return
    for item in items:
        if turn.claim.must_yield:
            return
        run = run_of(item)
        if run.pk in turn.journal.in_hand and guarded(turn, [run], partial(act, [item])):
            note_success(turn.connection)
        turn.journal.flush()


def _settle(turn: Turn, pairs: Sequence[tuple[Group, SyncRun]]) -> None:
    wishes = wishes_of(turn, pairs)
    to_read = still_open(wishes)
    for some in chunks(to_read, READ_AT_ONCE):
        read_owners(turn, some)
    to_write = [wish for wish in to_read if decides_to_write(wish)]
    turn.journal.flush()
    for some in chunks(to_write, WRITE_AT_ONCE):
        _write(turn, some)


def _write(turn: Turn, wishes: Sequence[Wish]) -> None:
    """Write and read back in one call."""
    logged = [log_step(turn.journal, {wish.run.pk: wish.run}, wish.step) for wish in wishes]
    turn.journal.flush()
    several = list(zip(wishes, logged, strict=True))
    collections = chunks(several, IN_ONE_COLLECTION)
    writes = [
        _write_part(f"write_{number}", [wish.step for wish, _ in some])
        for number, some in enumerate(collections)
    ]
    names = sorted({wish.link.object for wish in wishes})
    reads = [
        owner_query(
            name, [wish.link.record_id for wish in wishes if wish.link.object == name], f"back_{name}"
        )
        for name in names
    ]
    try:
        answers = turn.call([*writes, *reads])
    except SalesforceFault as fault:
        for one in logged:
            one.refused(fault)
        raise
    stands = {
        str(row["Id"])[:15]: str(row["OwnerId"])
        for answer in answers[len(writes) :]
        if answer.fault is None
        for row in all_rows(turn.client, answer)
    }
    for some, answer in zip(collections, answers, strict=False):
        own = answers_of(answer, len(some)) if len(some) > 1 else [answer]
        for (wish, step), got in zip(some, own, strict=True):
            _take(wish, step, got.fault, stands.get(wish.link.record_id[:15], ""))
    turn.journal.flush()


def _write_part(name: str, steps: Sequence[Step]) -> Subrequest:
    return subrequest(name, steps[0]) if len(steps) == 1 else collection(name, steps)


def _take(wish: Wish, logged: LoggedStep, fault: SalesforceFault | None, stands: str) -> None:
    if fault:
        logged.refused(fault)
        _fail(wish, fault)
        return
    link = wish.link
    logged.done(link.record_id)
    links.see_owner(wish.turn, link, wish.user)
    if stands:
        log_fact(wish.turn.journal, [wish.run], "read", link.object, link.record_id, {"OwnerId": stands})
        if not same_id(stands, wish.user):
            wish.run.notes.append(TAKEN_BACK)
    wish.turn.journal.finish(wish.run, rechecks.next_check(wish.turn.journal, wish.run))


def _fail(wish: Wish, fault: SalesforceFault) -> None:
    judgement = judge(fault, wish.step)
    kinds = (Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING)
    verdict = judgement.verdict if judgement.verdict in kinds else Verdict.NEEDS_PERSON
    wish.turn.journal.fail(wish.run, verdict, fault.code, fault.message, judgement.remedy)
