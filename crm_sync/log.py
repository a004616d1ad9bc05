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
from distro.due import Claim

from .runs import fenced


@dataclass
class LoggedStep:
    """A step's rows, one for each run it serves."""

    rows: list[SyncStep] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)


def log_steps(claim: Claim, runs: Mapping[int, SyncRun], steps: Iterable[Step]) -> list[LoggedStep]:
    """Write steps down before they are sent."""
    logged = []
    with fenced(claim):
        for step in steps:
            rows = [
                _row(runs[run], step.action, step.object, step.record_id, step.fields) for run in step.runs
            ]
            for row in rows:
                row.save()
            logged.append(LoggedStep(rows))
    return logged


def log_done(claim: Claim, logged: LoggedStep, record_id: str) -> None:
    """Note that a step was applied, and to which record."""
    _settle(claim, logged, state=StepState.DONE, record_id=record_id)


def log_refused(claim: Claim, logged: LoggedStep, fault: SalesforceFault) -> None:
    """Note how a step failed."""
    _settle(claim, logged, state=StepState.FAILED, code=fault.code[:80], message=fault.message)


def log_fact(
    claim: Claim,
    runs: Iterable[SyncRun],
    action: str,
    object_name: str,
    record_id: str,
    fields: Mapping[str, Any],
) -> None:
    """Note a search ("find") or a look at a record ("read") that has succeeded."""
    with fenced(claim):
        for run in runs:
            row = _row(run, action, object_name, record_id, fields)
            row.state = StepState.DONE
            row.save()


def _settle(claim: Claim, logged: LoggedStep, **values: Any) -> None:
    milliseconds = int((time.monotonic() - logged.started) * 1000)
    with fenced(claim):
        SyncStep.objects.filter(pk__in=[row.pk for row in logged.rows]).update(
            milliseconds=milliseconds, **{key: value for key, value in values.items() if value}
        )


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
