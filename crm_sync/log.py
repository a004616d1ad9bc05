"""The log of steps: each operation is written down as meant before the call, and as it went after it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from crm_sync.core.steps import PERSON, Step
from crm_sync.models import StepState, SyncRun, SyncStep
from crm_sync.salesforce.faults import SalesforceFault

from .journal import Journal


@dataclass
class LoggedStep:
    """A step's rows, one for each run it serves."""

    journal: Journal
    rows: list[SyncStep] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def done(self, record_id: str) -> None:
        """The step was applied, and to which record."""
        self._settle(state=StepState.DONE, record_id=record_id)

    def refused(self, fault: SalesforceFault) -> None:
        """How the step failed."""
        self._settle(state=StepState.FAILED, code=fault.code[:80], message=fault.message)

    def _settle(self, **values: Any) -> None:
        values["milliseconds"] = int((time.monotonic() - self.started) * 1000)
        for row in self.rows:
            for name, value in values.items():
                setattr(row, name, value or getattr(row, name))
        self.journal.change_steps(self.rows)


def log_step(journal: Journal, runs: Mapping[int, SyncRun], step: Step) -> LoggedStep:
    """Write a step down before it is sent; the journal is flushed before the call."""
    rows = [_row(runs[run], step.action, step.object, step.record_id, step.fields) for run in step.runs]
    journal.add_steps(rows)
    return LoggedStep(journal, rows)


def log_fact(
    journal: Journal,
    runs: Iterable[SyncRun],
    action: str,
    object_name: str,
    record_id: str,
    fields: Mapping[str, Any],
) -> None:
    """Note a search ("find") or a look at a record ("read") that has succeeded."""
    rows = [_row(run, action, object_name, record_id, fields) for run in runs]
    for row in rows:
        row.state = StepState.DONE
    journal.add_steps(rows)


def _row(run: SyncRun, action: str, object_name: str, record_id: str, fields: Mapping[str, Any]) -> SyncStep:
    return SyncStep(
        run=run,
        attempt=run.attempts,
        action=action,
        object=object_name,
        record_id=record_id,
        fields={key: "the person's id" if value == PERSON else value for key, value in fields.items()},
        at=timezone.now(),
    )
