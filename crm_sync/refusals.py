"""What an attempt does about each verdict on a refused step: a table of ways to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from crm_sync.core.judging import Judgement
from crm_sync.core.outcomes import Verdict
from crm_sync.core.schema import EVENT
from crm_sync.core.steps import Step
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.soql import soql

from . import links
from .describing import describe_soon
from .look import find_winner, look_for

if TYPE_CHECKING:
    from .executor import Attempt

PERSON_STEP = "person"
PASS_DUPLICATES = {"Sforce_Duplicate_Rule_Header": "allowSave=true"}
STALE = ("INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE")

Treatment = Callable[["Attempt", str, Step, SalesforceFault, Judgement], None]


def treat(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    """Change the attempt's steps so that the next round does better, or give the step up."""
    TREATMENTS[judgement.verdict](attempt, name, step, fault, judgement)


def _give_up(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    attempt.fail_step(name, step, judgement, fault)


def _leave_out(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    for run in step.runs:
        attempt.runs[run].left_out.append(f"{step.object}.{judgement.field}")
        attempt.runs[run].notes.append(
            f"{step.object}.{judgement.field} was left out: {fault.message or fault.code}"
        )
    attempt.steps[name] = step.without(judgement.field)
    if fault.code in STALE:
        describe_soon(attempt.turn.connection)


def _cut(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    note = f"{step.object}.{judgement.field} was cut to {judgement.length} characters"
    for run in step.runs:
        attempt.runs[run].notes.append(note)
    attempt.steps[name] = step.cut(judgement.field, judgement.length)


def _halt(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    """The part that it depends on was refused: it goes again with that one, unless that was given up."""
    if not step.waits_for_person or PERSON_STEP in attempt.steps or attempt.person:
        return
    attempt.fail_step(name, step, Judgement(Verdict.TRY_AGAIN, judgement.remedy), fault)


def _degrade(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    """The external id cannot be used: look, then write without it."""
    degrade([(attempt, name)])


def degrade(refused: Sequence[tuple[Attempt, str]]) -> None:
    """Steps of one turn whose external id cannot be used: look for the persons, then write without it."""
    turn = refused[0][0].turn
    persons: list[Attempt] = []
    for attempt, name in refused:
        step = attempt.steps[name]
        if step.object not in turn.keyless:
            turn.go_without_key(step.object)
        for run in step.runs:
            attempt.runs[run].left_out.append(f"{step.object}.{step.key_field}")
        if name == PERSON_STEP:
            persons.append(attempt)
        else:
            attempt.steps[name] = step.keyless()
    people = look_for(turn, [attempt.group for attempt in persons]) if persons else {}
    for attempt in persons:
        attempt.replan_person(people[attempt.group.prospect.pk])


def _resolve(attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement) -> None:
    if name != PERSON_STEP and step.record_id and judgement.field != "WhoId":
        _let_event_be(attempt, name, step)
        return
    if attempt.resolved:
        attempt.fail_step(name, step, Judgement(Verdict.NEEDS_PERSON, judgement.remedy), fault)
        return
    attempt.resolved = True
    if name != PERSON_STEP and fault.code == "DUPLICATE_VALUE":
        return  # somebody has just created it under our id: the same upsert again updates it
    _look_anew(attempt)


def _look_anew(attempt: Attempt) -> None:
    """Find the person again: a merged record's winner, else by e-mail. A deleted one is not made anew here.

    That takes a person run, which only a new submission brings.
    """
    group = attempt.group
    if group.link:
        winner = find_winner(attempt.turn, group.link.object, group.link.record_id)
        if winner:
            links.link_person(attempt.turn, group, group.link.object, winner)
    person = look_for(attempt.turn, [group])[group.prospect.pk]
    if person:
        links.link_person(attempt.turn, group, person.object, person.id)
    else:
        links.unlink_person(attempt.turn, group)
    attempt.replan_person(person)


def _let_event_be(attempt: Attempt, name: str, step: Step) -> None:
    """Somebody deleted the Event: it stays deleted."""
    attempt.steps.pop(name)
    for run in step.runs:
        attempt.runs[run].notes.append("The Event was deleted in Salesforce and stays deleted")


def _use_duplicate(
    attempt: Attempt, name: str, step: Step, fault: SalesforceFault, judgement: Judgement
) -> None:
    """Use the record that the rule returned if it has the prospect's e-mail, else pass the rule if we may."""
    if step.object != EVENT and not attempt.resolved and _take_duplicate(attempt, fault):
        attempt.resolved = True
        return
    creators = [one for one in attempt.wanted.submissions if one.run in step.runs]
    policy = creators[-1].new_record.duplicates if creators else "create"
    passed = "Sforce-Duplicate-Rule-Header" in step.headers
    if fault.may_save_duplicate and policy == "create" and not passed:
        attempt.steps[name] = step.with_headers(**PASS_DUPLICATES)
        return
    attempt.fail_step(name, step, Judgement(Verdict.NEEDS_PERSON, judgement.remedy), fault)


def _take_duplicate(attempt: Attempt, fault: SalesforceFault) -> bool:
    group = attempt.group
    for duplicate in fault.duplicates:
        if duplicate.object not in ("Lead", "Contact") or attempt.person:
            continue
        text = soql(
            "SELECT Id, Email FROM {name:name} WHERE Id = {id}", name=duplicate.object, id=duplicate.record_id
        )
        rows = attempt.turn.client.query(text)
        if rows and str(rows[0]["Email"] or "").lower() == attempt.wanted.email.lower():
            links.link_person(attempt.turn, group, duplicate.object, duplicate.record_id)
            attempt.replan_person(look_for(attempt.turn, [group])[group.prospect.pk])
            return True
    return False


TREATMENTS: dict[Verdict, Treatment] = {
    Verdict.TRY_AGAIN: _give_up,
    Verdict.NEEDS_PERSON: _give_up,
    Verdict.NEEDS_RECONNECTING: _give_up,
    Verdict.LEAVE_OUT: _leave_out,
    Verdict.CUT: _cut,
    Verdict.HALTED: _halt,
    Verdict.DEGRADE: _degrade,
    Verdict.RESOLVE: _resolve,
    Verdict.DUPLICATES: _use_duplicate,
}
