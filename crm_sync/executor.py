"""One attempt at one prospect: plan, send, judge what was refused, until every run of theirs is settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crm_sync.core.judging import Judgement, judge, refused_fields
from crm_sync.core.matching import Person
from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.core.plan import plan_event, plan_person
from crm_sync.core.steps import PERSON, Step
from crm_sync.core.wanted import MeetingWanted, ProspectWanted
from crm_sync.models import RunKind, RunState, SyncRun
from crm_sync.salesforce.client import Answer
from crm_sync.salesforce.faults import SalesforceFault

from . import links, refusals
from .accounts import account_for
from .log import LoggedStep, log_done, log_fact, log_refused, log_steps
from .parts import before_writing, owner_read, subrequest
from .runs import begin, fail, finish
from .snapshots import Group, prospect_wanted
from .turn import Turn

MOST_ROUNDS = 20  # more refusals than fields that can be left out: something is wrong with us
PERSON_STEP = "person"
SEE_STEPS = "See the run's steps for each of the reasons, mend them in Salesforce, then press Retry."


@dataclass
class Attempt:
    """The state of one attempt. `steps` are those still to be done, by name; a run is done when none serves it."""

    turn: Turn
    group: Group
    wanted: ProspectWanted
    person: Person | None
    runs: dict[int, SyncRun]
    steps: dict[str, Step] = field(default_factory=dict)
    resolved: bool = False
    failed: dict[int, tuple[Judgement, SalesforceFault]] = field(default_factory=dict)

    @classmethod
    def of(cls, turn: Turn, group: Group, person: Person | None) -> Attempt:
        """An attempt at the group's person and meeting runs, begun; `person` is whom the look found."""
        runs = [run for run in group.runs if run.kind != RunKind.OWNER]
        begin(turn.claim, runs)
        wanted = prospect_wanted(group, turn.workspace)
        return cls(turn, group, wanted, person, {run.pk: run for run in runs})

    def carry_out(self, *, looked: bool) -> None:
        """Do it all. Raises SalesforceFault where a call failed as a whole, with nothing settled that it held."""
        if looked:
            self._note_find()
        self._plan_person()
        for meeting in self.wanted.meetings:
            self._plan_meeting(meeting)
        for _ in range(MOST_ROUNDS):
            self._settle_runs()
            if not self.steps:
                return
            self._send()
        self._give_up()

    def _note_find(self) -> None:
        name, found = (self.person.object, self.person.id) if self.person else ("Contact, Lead", "")
        log_fact(self.turn.claim, self.runs.values(), "find", name, found, {"Email": self.wanted.email})
        if self.person:
            links.link_person(self.turn, self.group, self.person.object, self.person.id)

    # --- planning -------------------------------------------------------------------------------------------

    def _plan_person(self) -> None:
        creator = None if self.person else self.wanted.creator
        if creator and creator.create_as == "Contact" and not self.wanted.account_id:
            account = account_for(self.turn, self.wanted, creator, self.runs)
            self.wanted = replace(self.wanted, account_id=account)
        planned = plan_person(self.wanted, self.person, self.turn.org)
        served = planned.step.runs if planned.step else [run.run for run in self.wanted.submissions]
        self._note(served, planned.notes, planned.left_out)
        self.steps.pop(PERSON_STEP, None)
        if planned.step:
            self.steps[PERSON_STEP] = planned.step

    def _plan_meeting(self, meeting: MeetingWanted) -> None:
        planned = plan_event(meeting, self.wanted, self._who(), self.turn.org)
        self._note([meeting.run], planned.notes, planned.left_out)
        assert planned.step
        self.steps[self._event_name(meeting.run)] = planned.step

    def _who(self) -> str:
        if self.person:
            return self.person.id
        return PERSON if PERSON_STEP in self.steps else ""

    @staticmethod
    def _event_name(run: int) -> str:
        return f"event_{run}"

    def _note(self, runs: Iterable[int], notes: tuple[str, ...], left_out: tuple[str, ...]) -> None:
        for run in runs:
            self.runs[run].notes += notes
            self.runs[run].left_out += left_out

    # --- sending --------------------------------------------------------------------------------------------

    def _send(self) -> None:
        self.steps = {name: before_writing(self.turn, self.group, step) for name, step in self.steps.items()}
        sent = dict(sorted(self.steps.items(), key=lambda item: item[0] != PERSON_STEP))
        logged = log_steps(self.turn.claim, self.runs, sent.values())
        parts = [subrequest(name, step) for name, step in sent.items()]
        reads = owner_read(self.group, sent.get(PERSON_STEP), self.person, self.wanted)
        try:
            answers = self.turn.call([*reads.before, *parts, *reads.after])
        except SalesforceFault as fault:
            for one in logged:
                log_refused(self.turn.claim, one, fault)
            if outcome_of(fault).verdict in (Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING):
                raise
            self._refuse_all(sent, fault)
            return
        first = len(reads.before)
        written = answers[first : first + len(parts)]
        for (name, step), one, answer in zip(sent.items(), logged, written, strict=True):
            self._take_answer(name, step, one, answer)
        links.keep_owner(self.turn, self.group, answers[:first], answers[first + len(parts) :])

    def _refuse_all(self, sent: dict[str, Step], fault: SalesforceFault) -> None:
        """Take a refusal of the whole call for one of the steps that it speaks of, else of all."""
        meant = [name for name, step in sent.items() if refused_fields(fault, step)] or list(sent)
        for name in meant:
            if name in self.steps:
                refusals.treat(self, name, self.steps[name], fault, judge(fault, sent[name]))

    def _take_answer(self, name: str, step: Step, logged: LoggedStep, answer: Answer) -> None:
        if answer.fault:
            log_refused(self.turn.claim, logged, answer.fault)
            # The step as it is by now: a person written just before it has given it an id.
            step = self.steps.get(name, step)
            refusals.treat(self, name, step, answer.fault, judge(answer.fault, step))
            return
        record_id = step.record_id or str(answer.body["id"])
        log_done(self.turn.claim, logged, record_id)
        self.steps.pop(name, None)
        self.take_record(
            name, step, record_id, created=bool((answer.body or {}).get("created", not step.record_id))
        )

    def take_record(self, name: str, step: Step, record_id: str, *, created: bool) -> None:
        """Link a record that a step wrote, and let the steps that waited for a person's id have it."""
        if name != PERSON_STEP:
            run = self.runs[step.runs[0]]
            links.link_event(self.turn, run, record_id, str(step.fields.get("OwnerId", "")), created=created)
            return
        links.link_person(self.turn, self.group, step.object, record_id, created=created)
        self.person = Person(step.object, record_id, step.fields, was_read=False)
        self.fill_person(record_id)

    def fill_person(self, record_id: str) -> None:
        """Give the person's id to the Events that still wait for it."""
        for name, step in self.steps.items():
            if step.waits_for_person:
                self.steps[name] = step.with_field("WhoId", record_id)

    # --- settling -------------------------------------------------------------------------------------------

    def fail_step(self, name: str, step: Step, judgement: Judgement, fault: SalesforceFault) -> None:
        """Give a step up for this attempt; with a person in the making, the Events that wait for it too."""
        self.steps.pop(name, None)
        for run in step.runs:
            self.failed.setdefault(run, (judgement, fault))
        if name == PERSON_STEP and not self.person:
            for other, waiting in list(self.steps.items()):
                if waiting.waits_for_person:
                    self.steps.pop(other)
                    for run in waiting.runs:
                        self.failed.setdefault(run, (judgement, fault))

    def _settle_runs(self) -> None:
        busy = {run for step in self.steps.values() for run in step.runs}
        for pk, run in self.runs.items():
            if pk in busy or run.state != RunState.RUNNING:
                continue
            if pk in self.failed:
                judgement, fault = self.failed[pk]
                fail(self.turn.claim, run, judgement.verdict, fault.code, fault.message, judgement.remedy)
            else:
                finish(self.turn.claim, run)

    def _give_up(self) -> None:
        for step in self.steps.values():
            for pk in step.runs:
                text = "Salesforce refused the record again and again, each time for another reason"
                fail(
                    self.turn.claim,
                    self.runs[pk],
                    Verdict.NEEDS_PERSON,
                    "TOO_MANY_REFUSALS",
                    text,
                    SEE_STEPS,
                )

    def replan_person(self, person: Person | None) -> None:
        """Plan the person anew, upon another record or nobody's; Events that are not there yet follow."""
        self.person = person
        self._plan_person()
        who = self._who()
        for name, step in list(self.steps.items()):
            if name != PERSON_STEP and "WhoId" in step.fields:
                self.steps[name] = step.with_field("WhoId", who) if who else step.without("WhoId")
