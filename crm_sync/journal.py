"""What a drain writes down about runs, steps and links: gathered, and written in one fenced transaction.

Memory knows at once, the database at `flush`: before each call (what is meant) and after it (what came of it).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from crm_sync.core.outcomes import Verdict, outcome_of
from crm_sync.models import RecordLink, RunState, SyncRun, SyncStep
from crm_sync.salesforce.faults import SalesforceFault
from distro.due import Claim, retry_delay

from .memo import REPAIRS
from .runs import BLOCKED, BLOCKED_FOR, STATES, UNKNOWN_AT, fenced, free_owners_of, verify_at

TRIES = "tries"  # no column: how often a run was tried, which decides how long it waits
NO_ERROR = {"error_code": "", "error_message": "", "error_remedy": ""}
STEP_CHANGES = ["state", "record_id", "code", "message", "milliseconds"]
LINK_CHANGES = ["workspace", "connection", "object", "record_id", "owner_id", "created_by_us", "changed_at"]


@dataclass
class Journal:
    """One drain's. A run's new state is in `run.state` before it is in the database.

    `in_hand` are the ids of the runs whose attempt has begun and is not settled.
    """

    claim: Claim
    in_hand: set[int] = field(default_factory=set)
    begun: list[SyncRun] = field(default_factory=list)
    settled: dict[int, tuple[SyncRun, dict[str, Any]]] = field(default_factory=dict)
    memos: set[int] = field(default_factory=set)
    new_steps: list[SyncStep] = field(default_factory=list)
    gone_steps: list[SyncStep] = field(default_factory=list)
    persons: dict[int, RecordLink | None] = field(default_factory=dict)
    events: dict[int, RecordLink] = field(default_factory=dict)
    later: list[Callable[[], object]] = field(default_factory=list)

    # --- runs -----------------------------------------------------------------------------------------------

    def begin(self, runs: Iterable[SyncRun]) -> None:
        """An attempt at these runs starts; notes and left-out fields are this attempt's from here on."""
        for run in runs:
            run.attempts += 1
            run.state = RunState.RUNNING
            run.notes, run.left_out = [], []
            self.begun.append(run)
            self.in_hand.add(run.pk)

    def finish(self, run: SyncRun, verified_at: datetime | None = None) -> None:
        """Salesforce has the run's change. One that came meanwhile makes it wait again, due now.

        `verified_at` is when to look once more at what was written; by default after an unknown outcome alone.
        """
        again_at = verified_at or verify_at(run)
        for passing in {UNKNOWN_AT, REPAIRS} & run.memo.keys():
            self.remember(run, passing, None)
        values = {"written": run.wanted, "verify_at": again_at, **NO_ERROR}
        self._settle(run, RunState.DONE, values)

    def fail(
        self,
        run: SyncRun,
        verdict: Verdict,
        code: str,
        message: str,
        remedy: str,
        again_at: datetime | None = None,
    ) -> None:
        """An attempt did not succeed, by one of the three kinds of failure; tried again after its delay."""
        values = {"error_code": code[:80], "error_message": message, "error_remedy": remedy}
        self._settle(run, STATES[verdict], {"due_at": again_at, TRIES: run.attempts, **values})

    def fail_by(self, run: SyncRun, fault: SalesforceFault, again_at: datetime | None = None) -> None:
        """The attempt ended in a fault which concerns no field: the table says what it means."""
        outcome = outcome_of(fault)
        if fault.outcome == "unknown":
            self.remember(run, UNKNOWN_AT, timezone.now().isoformat())
        verdict = outcome.verdict if outcome.verdict in STATES else Verdict.NEEDS_PERSON
        self.fail(run, verdict, fault.code, fault.message, outcome.remedy, again_at)

    def block(self, run: SyncRun) -> None:
        """Have an owner run wait until person and Event stand; whoever settles those frees it."""
        if BLOCKED not in run.memo:
            self.remember(run, BLOCKED, run.due_at.isoformat())
        due_at = timezone.now() + BLOCKED_FOR
        self._settle(run, RunState.WAITING, {"attempts": 0, "due_at": due_at})

    def hold(self, run: SyncRun, note: str, until: datetime) -> None:
        """Have a run wait, untried, with a sentence that says why."""
        run.notes = [note]
        self._settle(run, RunState.WAITING, {"due_at": until})

    def remember(self, run: SyncRun, key: str, value: Any) -> None:
        """Put something into the run's memo; None takes it out."""
        run.memo = {name: one for name, one in {**run.memo, key: value}.items() if one is not None}
        self.memos.add(run.pk)

    def _settle(self, run: SyncRun, state: RunState, values: dict[str, Any]) -> None:
        run.state = state
        self.in_hand.discard(run.pk)
        self.settled[run.pk] = (run, values)

    # --- steps ----------------------------------------------------------------------------------------------

    def add_steps(self, rows: Iterable[SyncStep]) -> None:
        self.new_steps += rows

    def change_steps(self, rows: Iterable[SyncStep]) -> None:
        """Rows that were written down before and have changed since."""
        self.gone_steps += [row for row in rows if row.pk]

    # --- links ----------------------------------------------------------------------------------------------

    def put_person(self, prospect: int, link: RecordLink | None) -> None:
        """The link of a prospect as it is now, None for one that is to be forgotten."""
        self.persons[prospect] = link

    def put_event(self, meeting: int, link: RecordLink) -> None:
        self.events[meeting] = link

    # --- writing --------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write everything down. Raises LeaseLost, and then nothing was written."""
        if not self._holds_anything():
            return
        with fenced(self.claim):
            self._write_begun()
            self._write_steps()
            self._write_links()
            self._write_settled()
            for act in self.later:
                act()
        vars(self).update(vars(Journal(self.claim, self.in_hand)))

    def _holds_anything(self) -> bool:
        parts = (
            self.begun,
            self.settled,
            self.new_steps,
            self.gone_steps,
            self.persons,
            self.events,
            self.later,
        )
        return any(parts)

    def _write_begun(self) -> None:
        by_attempts: dict[int, list[int]] = {}
        for run in self.begun:
            by_attempts.setdefault(run.attempts, []).append(run.pk)
        for attempts, ids in by_attempts.items():
            SyncRun.objects.filter(pk__in=ids).update(state=RunState.RUNNING, attempts=attempts)

    def _write_steps(self) -> None:
        SyncStep.objects.bulk_create(self.new_steps)
        changed = {row.pk: row for row in self.gone_steps}
        if changed:
            SyncStep.objects.bulk_create(
                changed.values(), update_conflicts=True, unique_fields=["id"], update_fields=STEP_CHANGES
            )

    def _write_links(self) -> None:
        gone = [prospect for prospect, link in self.persons.items() if link is None]
        if gone:
            RecordLink.objects.filter(prospect__in=gone).delete()
        _upsert_links([link for link in self.persons.values() if link], "prospect")
        _upsert_links(list(self.events.values()), "meeting")

    def _write_settled(self) -> None:
        """One statement for all runs that ended alike: a batch has few ways to end."""
        alike: dict[str, tuple[dict[str, Any], list[SyncRun]]] = {}
        for run, values in self.settled.values():
            whole = values | {
                "notes": list(dict.fromkeys(run.notes)),
                "left_out": list(dict.fromkeys(run.left_out)),
                "state": run.state,
            }
            if run.pk in self.memos:
                whole["memo"] = run.memo
            alike.setdefault(json.dumps(whole, default=str), (whole, []))[1].append(run)
        for values, runs in alike.values():
            _write_alike(values, [run.pk for run in runs])
        free_owners_of([run for run, _ in self.settled.values()])


def _upsert_links(links: list[RecordLink], unique: str) -> None:
    for link in links:
        link.pk = None  # there is one conflict to look for, and it is not the key; the key comes back
    if links:
        RecordLink.objects.bulk_create(
            links, update_conflicts=True, unique_fields=[unique], update_fields=LINK_CHANGES
        )


def _write_alike(values: dict[str, Any], ids: list[int]) -> None:
    rows = SyncRun.objects.filter(pk__in=ids)
    if values["state"] == RunState.DONE:
        if rows.filter(wanted=values["written"]).update(**values) < len(ids):
            # What was wanted has grown meanwhile: written as far as this, and due again.
            rows.exclude(wanted=values["written"]).update(**values | {"state": RunState.WAITING})
        return
    tries = values.pop(TRIES, 0)
    # What failed together comes back together, and goes in one call again.
    rows.update(**values | {"due_at": values["due_at"] or timezone.now() + retry_delay(tries)})
