"""One attempt at one prospect: what is planned, what came of each step, until every run of theirs is settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crm_sync.core.judging import Judgement, judge
from crm_sync.core.matching import Person
from crm_sync.core.outcomes import Verdict
from crm_sync.core.plan import plan_event, plan_person
from crm_sync.core.steps import PERSON, Step
from crm_sync.core.wanted import MeetingWanted, ProspectWanted
from crm_sync.models import RunKind, RunState, SyncRun, UserMapping
from crm_sync.salesforce.client import Answer
from crm_sync.salesforce.faults import SalesforceFault

from . import links, refusals
from .accounts import account_for
from .log import LoggedStep, log_fact
from .snapshots import Group, prospect_wanted
from .turn import Turn

PERSON_STEP = "person"
SEE_STEPS = "See the run's steps for each of the reasons, mend them in Salesforce, then press Retry."


@dataclass
class Attempt:
    """The state of one attempt. `steps` are those still to be done, by name; a run is done when none serves it.

    `alone`: Salesforce tells more of a record that is sent by itself.
    """

    turn: Turn
    group: Group
    wanted: ProspectWanted
    person: Person | None
    runs: dict[int, SyncRun]
    steps: dict[str, Step] = field(default_factory=dict)
    resolved: bool = False
    alone: bool = False
    failed: dict[int, tuple[Judgement, SalesforceFault]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, turn: Turn, group: Group, person: Person | None, mappings: dict[int, UserMapping] | None = None
    ) -> Attempt:
        """An attempt at the group's person and meeting runs, begun; `person` is whom the look found."""
        runs = told_runs(group)
        turn.journal.begin(runs)
        wanted = prospect_wanted(group, turn.workspace, mappings)
        return cls(turn, group, wanted, person, {run.pk: run for run in runs})

    # --- planning -------------------------------------------------------------------------------------------

    def plan(self, *, looked: bool) -> None:
        """Work out the steps. Raises SalesforceFault where an Account could not be looked for."""
        if looked:
            self._note_find()
        self._plan_person()
        for meeting in self.wanted.meetings:
            self._plan_meeting(meeting)

    def _note_find(self) -> None:
        name, found = (self.person.object, self.person.id) if self.person else ("Contact, Lead", "")
        log_fact(self.turn.journal, self.runs.values(), "find", name, found, {"Email": self.wanted.email})
        if self.person:
            links.link_person(self.turn, self.group, self.person.object, self.person.id)

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
        self.steps[f"event_{meeting.run}"] = planned.step

    def _who(self) -> str:
        if self.person:
            return self.person.id
        return PERSON if PERSON_STEP in self.steps else ""

    def _note(self, runs: Iterable[int], notes: tuple[str, ...], left_out: tuple[str, ...]) -> None:
        for run in runs:
            self.runs[run].notes += notes
            self.runs[run].left_out += left_out

    def replan_person(self, person: Person | None) -> None:
        """Plan the person anew, upon another record or nobody's; Events that are not there yet follow."""
        self.person = person
        self._plan_person()
        who = self._who()
        for name, step in list(self.steps.items()):
            if name != PERSON_STEP and "WhoId" in step.fields:
                self.steps[name] = step.with_field("WhoId", who) if who else step.without("WhoId")

    # --- answers --------------------------------------------------------------------------------------------

    def take_success(self, name: str, step: Step, logged: LoggedStep, answer: Answer) -> None:
        """A step was applied."""
        record_id = step.record_id or str(answer.body["id"])
        logged.done(record_id)
        self.steps.pop(name, None)
        created = bool((answer.body or {}).get("created", not step.record_id))
        self._take_record(name, step, record_id, created=created)

    def take_refusal(self, name: str, step: Step, fault: SalesforceFault) -> None:
        """A refused step goes on changed, or is given up. Raises SalesforceFault of a look that this takes."""
        # The step as it is by now: a person written just before it has given it an id.
        step = self.steps.get(name, step)
        refusals.treat(self, name, step, fault, judge(fault, step))

    def _take_record(self, name: str, step: Step, record_id: str, *, created: bool) -> None:
        """Link a record that a step wrote, and let the steps that waited for a person's id have it."""
        if name != PERSON_STEP:
            run, owner = self.runs[step.runs[0]], str(step.fields.get("OwnerId", ""))
            links.link_event(self.turn, self.group, run, record_id, owner, created=created)
            return
        links.link_person(self.turn, self.group, step.object, record_id, created=created)
        self.person = Person(step.object, record_id, step.fields, was_read=False)
        for waiting, other in self.steps.items():
            if other.waits_for_person:
                self.steps[waiting] = other.with_field("WhoId", record_id)

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

    def settle(self) -> None:
        """Settle the runs that no step serves any more."""
        busy = {run for step in self.steps.values() for run in step.runs}
        for pk, run in self.runs.items():
            if pk in busy or run.state != RunState.RUNNING:
                continue
            if pk in self.failed:
                judgement, fault = self.failed[pk]
                text = (fault.code, fault.message, judgement.remedy)
                self.turn.journal.fail(run, judgement.verdict, *text)
            else:
                self.turn.journal.finish(run)

    def give_up(self) -> None:
        """End an attempt that was refused again and again."""
        text = "Salesforce refused the record again and again, each time for another reason"
        for step in self.steps.values():
            for pk in step.runs:
                self.turn.journal.fail(
                    self.runs[pk], Verdict.NEEDS_PERSON, "TOO_MANY_REFUSALS", text, SEE_STEPS
                )
        self.steps.clear()


def told_runs(group: Group) -> list[SyncRun]:
    """The runs of a group that an attempt carries out: all but its owner's."""
    return [run for run in group.runs if run.kind != RunKind.OWNER]
