"""Sending what attempts have planned, in rounds: everything that is ready, of one prospect or of hundreds.

One prospect's steps share a call, their Event referring to the person in the making. Those of several are gathered
into Collections, persons first and Events with plain ids in a second call, so that one refusal spoils nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from crm_sync.core.judging import judge, refused_fields
from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.salesforce.client import Answer
from crm_sync.salesforce.faults import SalesforceFault

from .breaker import note_success
from .executor import PERSON_STEP, Attempt
from .guard import fail_together, guarded
from .log import log_step
from .parts import Part, Sent, before_writing, collection, gathered, look_for_events, packs, subrequest
from .reads import owner_reads
from .refusals import degrade
from .turn import Turn

MOST_ROUNDS = 20  # more refusals than fields that can be left out: something is wrong with us
AT_ONCE = 20  # steps of one prospect in a call, which holds 25 parts
Taker = Callable[[Sent, SalesforceFault], None]


def send_all(turn: Turn, attempts: Sequence[Attempt]) -> None:
    """Carry attempts out to their end. Raises OrgTrouble and LeaseLost."""
    left = list(attempts)
    for number in range(MOST_ROUNDS):
        left = _settled(turn, left)
        together = [attempt for attempt in left if not attempt.alone]
        if len(together) < 2:
            break
        if not _try_round(turn, together, first=number == 0):
            return
    for attempt in left:
        if turn.claim.must_yield:
            return
        runs = [run for run in attempt.runs.values() if run.pk in turn.journal.in_hand]
        if guarded(turn, runs, partial(_send_alone, turn, attempt)):
            note_success(turn.connection)
        turn.journal.flush()


def _settled(turn: Turn, attempts: Iterable[Attempt]) -> list[Attempt]:
    """Settle what is done; the attempts that still have something to send."""
    several = list(attempts)
    for attempt in several:
        attempt.settle()
    turn.journal.flush()
    return [attempt for attempt in several if attempt.steps]


def _send_alone(turn: Turn, attempt: Attempt) -> None:
    """Rounds for one prospect. Raises SalesforceFault where a call failed as a whole, and for a failed look."""
    for _ in range(MOST_ROUNDS):
        if not _settled(turn, [attempt]):
            return
        steps = sorted(attempt.steps.items(), key=lambda item: item[0] != PERSON_STEP)[:AT_ONCE]
        attempt.steps |= {name: before_writing(turn, step) for name, step in steps}
        sent = [_sent(turn, attempt, name) for name, _ in steps]
        _send(turn, [Part(subrequest(one.name, one.step), steps=(one,)) for one in sent], _take)
    attempt.give_up()


def _try_round(turn: Turn, attempts: Sequence[Attempt], *, first: bool) -> bool:
    """One round for several; False where a call failed as a whole."""
    try:
        _send(turn, _gather(turn, attempts, first=first), _take_guarded)
    except SalesforceFault as fault:
        _settled(turn, attempts)
        runs = [run for one in attempts for run in one.runs.values() if run.pk in turn.journal.in_hand]
        fail_together(turn, runs, fault, len(attempts))
        return False
    note_success(turn.connection)
    return True


def _gather(turn: Turn, attempts: Sequence[Attempt], *, first: bool) -> list[Part]:
    """The steps that wait for nobody, in Collections. Of two upon one record the second waits for the next round.

    Where Events wait for the first round's persons, the others go with them.
    """
    look_for_events(turn, attempts)
    steps = [(attempt, name, step) for attempt in attempts for name, step in attempt.steps.items()]
    only_persons = first and any(step.waits_for_person for *_, step in steps)
    ready: list[Sent] = []
    taken: set[str] = set()
    for attempt, name, step in steps:
        record = step.record_id[:15]
        held = only_persons and name != PERSON_STEP
        if held or step.waits_for_person or record in taken:
            continue
        taken |= {record} - {""}
        ready.append(_sent(turn, attempt, name))
    several = sorted(gathered(ready), key=lambda sent: sent[0].name != PERSON_STEP)
    return [
        Part(collection(f"write_{number}", [one.step for one in sent]), steps=tuple(sent))
        for number, sent in enumerate(several)
    ]


def _sent(turn: Turn, attempt: Attempt, name: str) -> Sent:
    step = attempt.steps[name]
    return Sent(attempt, name, step, log_step(turn.journal, attempt.runs, step))


def _send(turn: Turn, writes: Sequence[Part], take: Taker) -> None:
    """Make the calls, and take each one's answers before the next. Raises SalesforceFault."""
    persons = [sent for part in writes for sent in part.steps if sent.name == PERSON_STEP]
    before, after = owner_reads(turn, persons)
    for call in packs([*before, *writes, *after]):
        sent = [one for part in call for one in part.steps]
        turn.journal.flush()
        try:
            answers = turn.call([part.request for part in call])
        except SalesforceFault as fault:
            for one in sent:
                one.logged.refused(fault)
            if outcome_of(fault).verdict in (Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING):
                raise
            _refuse_all(sent, fault, take)
            continue
        _take_answers(turn, list(zip(call, answers, strict=True)), take)


def _take_answers(turn: Turn, answered: Sequence[tuple[Part, Answer]], take: Taker) -> None:
    """What was written is noted down before anything is done about what was refused, which may take calls."""
    refused: list[Callable[[], None]] = []
    for part, answer in answered:
        if part.take:
            part.take(answer)
        elif answer.fault and part.is_collection:
            for one in part.steps:
                one.logged.refused(answer.fault)
            refused.append(partial(_refuse_all, part.steps, answer.fault, take))
        else:
            for one, own in zip(part.steps, part.answers(answer), strict=True):
                if own.fault:
                    one.logged.refused(own.fault)
                    refused.append(partial(_refuse, one, own.fault, part, take))
                else:
                    one.attempt.take_success(one.name, one.step, one.logged, own)
    turn.journal.flush()
    for act in refused:
        act()


def _refuse(sent: Sent, fault: SalesforceFault, part: Part, take: Taker) -> None:
    """Go on after a refusal; a Collections answer does not say which duplicates it means: that takes a call alone."""
    if part.is_collection and fault.code == "DUPLICATES_DETECTED":
        sent.attempt.alone = True
    else:
        take(sent, fault)


def _refuse_all(sent: Sequence[Sent], fault: SalesforceFault, take: Taker) -> None:
    """Take a refusal of a whole request for one of the steps that it speaks of, else of all.

    Of several that it does not speak of each goes alone, to hear its own answer.
    """
    named = [one for one in sent if refused_fields(fault, one.step)]
    several = len({id(one.attempt) for one in sent}) > 1
    if several and not named:
        verdicts = {judge(fault, one.step).verdict for one in sent}
        if verdicts == {Verdict.DEGRADE}:
            degrade([(one.attempt, one.name) for one in sent])
            return
        if not verdicts <= {Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING}:
            for one in sent:
                one.attempt.alone = True
            return
    for one in named or sent:
        if one.name in one.attempt.steps:
            take(one, fault)


def _take(sent: Sent, fault: SalesforceFault) -> None:
    sent.attempt.take_refusal(sent.name, sent.step, fault)


def _take_guarded(sent: Sent, fault: SalesforceFault) -> None:
    attempt = sent.attempt
    runs = [run for run in attempt.runs.values() if run.pk in attempt.turn.journal.in_hand]
    if not guarded(attempt.turn, runs, lambda: _take(sent, fault)):
        attempt.steps.clear()
