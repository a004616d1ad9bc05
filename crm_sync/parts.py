"""Steps as parts of a Composite call, one by one or gathered into Collections."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm_sync.core.matching import read_moment, same_id
from crm_sync.core.schema import EVENT
from crm_sync.core.steps import Step
from crm_sync.salesforce.client import Answer, Subrequest
from crm_sync.salesforce.faults import SalesforceFault, fault_of_answer
from crm_sync.salesforce.soql import checked_name, key_path, record_path

from .executor import PERSON_STEP, Attempt
from .log import LoggedStep
from .look import chunks, find_events
from .turn import HEAVY, Turn, is_heavy

IN_ONE_COLLECTION = 200
IN_ONE_CALL = 25


@dataclass(frozen=True, slots=True)
class Sent:
    """A step on its way."""

    attempt: Attempt
    name: str
    step: Step
    logged: LoggedStep


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a call: the steps that it carries, or for a read what takes its answer."""

    request: Subrequest
    take: Callable[[Answer], None] | None = None
    steps: tuple[Sent, ...] = ()

    @property
    def is_collection(self) -> bool:
        return self.request.path.startswith("composite/sobjects")

    def answers(self, answer: Answer) -> list[Answer]:
        """What came of each step."""
        return answers_of(answer, len(self.steps)) if self.is_collection else [answer]


def packs(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts as calls: at most 25 to each, and five queries and Collections (REST API guide, "Composite")."""
    calls: list[list[Part]] = [[]]
    for part in parts:
        heavy = sum(is_heavy(one.request) for one in calls[-1]) + is_heavy(part.request)
        if heavy > HEAVY or len(calls[-1]) == IN_ONE_CALL:
            calls.append([])
        calls[-1].append(part)
    return [call for call in calls if call]


def subrequest(name: str, step: Step) -> Subrequest:
    """A step as a part: PATCH by id, PATCH by external id (an upsert), or POST."""
    if step.record_id:
        return Subrequest("PATCH", record_path(step.object, step.record_id), name, step.fields, step.headers)
    if step.key_field:
        path = key_path(step.object, step.key_field, step.key)
        return Subrequest("PATCH", path, name, step.fields, step.headers)
    return Subrequest("POST", f"sobjects/{checked_name(step.object)}", name, step.fields, step.headers)


def gathered(steps: Iterable[Sent]) -> list[list[Sent]]:
    """Steps that can share a Collections request: of one manner and the same headers, 200 to each.

    An upsert takes one type a request; the others up to ten runs of types, so that they are in order of these.
    """
    alike: dict[str, list[Sent]] = {}
    for sent in steps:
        step = sent.step
        key = "" if step.record_id else step.key_field
        manner = (step.action, key and step.object, key, sent.name == PERSON_STEP, dict(step.headers))
        alike.setdefault(json.dumps(manner, sort_keys=True), []).append(sent)
    ordered = [sorted(several, key=lambda sent: sent.step.object) for several in alike.values()]
    return [list(chunk) for several in ordered for chunk in chunks(several, IN_ONE_COLLECTION)]


def collection(name: str, steps: Sequence[Step]) -> Subrequest:
    """Steps of one manner as one Collections request (REST API guide, "sObject Collections")."""
    first = steps[0]
    path, method = "composite/sobjects", "PATCH" if first.record_id else "POST"
    if not first.record_id and first.key_field:
        path, method = f"{path}/{checked_name(first.object)}/{checked_name(first.key_field)}", "PATCH"
    body = {"allOrNone": False, "records": [_record(step) for step in steps]}
    return Subrequest(method, path, name, body, first.headers)


def _record(step: Step) -> dict[str, object]:
    record: dict[str, object] = {"attributes": {"type": step.object}, **step.fields}
    if step.record_id:
        return record | {"Id": step.record_id}
    return record | ({step.key_field: step.key} if step.key_field else {})


def answers_of(answer: Answer, count: int) -> list[Answer]:
    """A Collections answer as one for each record. Its faults have their code under `statusCode` and no matches."""
    if answer.fault:
        return [answer] * count
    results = answer.body if isinstance(answer.body, list) else []
    if len(results) != count:
        text = "Salesforce's answer does not fit the records that it was sent"
        missing = SalesforceFault("UNREADABLE_ANSWER", text, status=answer.status, outcome="unknown")
        return [Answer(answer.reference, answer.status, None, missing)] * count
    return [_answer(answer.reference, one) for one in results]


def _answer(reference: str, result: dict[str, object]) -> Answer:
    if result.get("success"):
        return Answer(reference, 200, result)
    errors = result.get("errors")
    entries = (
        [{**one, "errorCode": one.get("statusCode")} for one in errors] if isinstance(errors, list) else []
    )
    return Answer(reference, 400, entries, fault_of_answer(400, entries))


def before_writing(turn: Turn, step: Step) -> Step:
    """The step, or the same upon an Event that we wrote before without being able to mark it."""
    return _upon_found(step, find_events(turn, [step])) if _must_look(step) else step


def look_for_events(turn: Turn, attempts: Iterable[Attempt]) -> None:
    """The same for all Events of several attempts."""
    ready = [
        (attempt, name, step)
        for attempt in attempts
        for name, step in attempt.steps.items()
        if _must_look(step)
    ]
    found = find_events(turn, [step for *_, step in ready]) if ready else []
    for attempt, name, step in ready:
        attempt.steps[name] = _upon_found(step, found)


def _must_look(step: Step) -> bool:
    """Without an external id a repeated creation would be a second record: so Distro looks before it writes."""
    return step.object == EVENT and not (step.record_id or step.key_field or step.waits_for_person)


def _upon_found(step: Step, rows: Iterable[Mapping[str, object]]) -> Step:
    subject = str(step.fields.get("Subject", "")).split(": ", 1)[-1]
    who, start = str(step.fields.get("WhoId", "")), read_moment(step.fields["StartDateTime"])
    for row in rows:
        same_who = same_id(str(row["WhoId"] or ""), who) or (not who and not row["WhoId"])
        same_text = str(row["Subject"] or "").endswith(subject)
        if same_who and same_text and read_moment(row["StartDateTime"]) == start:
            return step.of(str(row["Id"]))
    return step
