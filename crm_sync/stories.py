"""Runs and records as the JSON API tells of them, alone or with what they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet

from crm_sync.models import RecordLink, StepState, SyncRun, SyncStep
from routing.crm import Records
from routing.models import Meeting, Submission


def with_all(runs: QuerySet[SyncRun]) -> QuerySet[SyncRun]:
    """The runs with everything that their stories name: 2 queries. A step that was not answered has no story yet."""
    answered = SyncStep.objects.exclude(state=StepState.STARTED).order_by("pk")
    return runs.select_related("submission", "meeting").prefetch_related(Prefetch("steps", queryset=answered))


def run_story(run: SyncRun) -> dict[str, Any]:
    """One run of `with_all`, in the API's shape."""
    error = {"code": run.error_code, "message": run.error_message, "remedy": run.error_remedy}
    return {
        "id": run.pk,
        "kind": run.kind,
        "state": run.state,
        "submission": run.submission.uuid if run.submission else None,
        "meeting": run.meeting.uuid if run.meeting else None,
        "attempts": run.attempts,
        "due_at": run.due_at,
        "error": error if any(error.values()) else None,
        "notes": run.notes,
        "left_out": run.left_out,
        "steps": [step_story(step) for step in run.steps.all()],
    }


def step_story(step: SyncStep) -> dict[str, Any]:
    """One step, in the API's shape."""
    return {
        "action": step.action,
        "object": step.object,
        "id": step.record_id or None,
        "fields": step.fields,
        "state": step.state,
        "code": step.code or None,
        "at": step.at,
    }


def stories_of(submission: Submission) -> list[dict[str, Any]]:
    """The runs of a submission and of its meetings, newest first."""
    return [run_story(run) for run in with_all(SyncRun.objects.filter(submission=submission))]


def stories_of_meetings(meetings: Collection[Meeting]) -> Mapping[int, list[dict[str, Any]]]:
    """The runs of each meeting, newest first, by the meetings' primary keys."""
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for run in with_all(SyncRun.objects.filter(meeting__in=meetings)):
        if run.meeting_id is not None:
            told[run.meeting_id].append(run_story(run))
    return told


def records_of_meetings(meetings: Collection[Meeting]) -> Mapping[int, Records]:
    """The Event of each meeting and the person's record, by the meetings' primary keys: 2 queries."""
    events = dict(RecordLink.objects.filter(meeting__in=meetings).values_list("meeting", "record_id"))
    people = {
        prospect: (record, name)
        for prospect, record, name in RecordLink.objects.filter(
            prospect__in=[meeting.prospect_id for meeting in meetings]
        ).values_list("prospect", "record_id", "object")
    }
    return {
        meeting.pk: Records(events.get(meeting.pk), *people.get(meeting.prospect_id, (None, None)))
        for meeting in meetings
    }
