"""Runs: what Salesforce must hear of, how that goes, and having one tried again or left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from crm_sync import actions
from crm_sync.models import SyncRun
from crm_sync.stories import run_story, with_all
from distro.problems import Problem
from distro.rest.faults import with_faults
from distro.rest.keys import one_of, own_rows
from distro.rest.pages import PageQuery, page_of
from distro.rest.shapes import NumberInPath, RunShape, read_number

router = Router(tags=["Runs"])
State = Literal["waiting", "running", "done", "needs_person", "needs_reconnecting", "ignored"]
MENDED = with_faults(RunShape, 404, 409)


class RunsQuery(PageQuery):
    """Which runs are wanted."""

    state: State | None = Field(None, description="Only runs in this state.")


class RunsShape(Schema):
    """A page of runs."""

    items: list[RunShape]
    next: str | None = Field(description="The cursor of the next page.")


def run_at(request: HttpRequest, number: str) -> SyncRun:
    """The run of that id in the key's workspace."""
    return one_of(with_all(own_rows(request, SyncRun)), pk=read_number(number))


@router.get("sync/runs", response=with_faults(RunsShape, 422), summary="List runs")
def list_runs(request: HttpRequest, query: Query[RunsQuery]) -> dict[str, Any]:
    """What Salesforce must hear of, newest first. What a person has to look at is `state=needs_person`."""
    rows = with_all(own_rows(request, SyncRun))
    if query.state is not None:
        rows = rows.filter(state=query.state)
    found, following = page_of(rows, query)
    return {"items": [run_story(run) for run in found], "next": following}


@router.get("sync/runs/{run}", response=with_faults(RunShape, 404), summary="Show a run")
def show_run(request: HttpRequest, run: NumberInPath) -> dict[str, Any]:
    """One run, with each operation of each attempt."""
    return run_story(run_at(request, run))


@router.post("sync/runs/{run}/retry", response=MENDED, summary="Retry a run")
def retry_run(request: HttpRequest, run: NumberInPath) -> dict[str, Any]:
    """Have a run tried again now. One that is done is refused."""
    return mend(request, run, actions.retry)


@router.post("sync/runs/{run}/ignore", response=MENDED, summary="Ignore a run")
def ignore_run(request: HttpRequest, run: NumberInPath) -> dict[str, Any]:
    """Leave a run undone for good. One that is done is refused."""
    return mend(request, run, actions.ignore)


def mend(request: HttpRequest, number: str, act: Callable[[SyncRun], SyncRun]) -> dict[str, Any]:
    """Do it, and answer with the run as it is then."""
    try:
        act(run_at(request, number))
    except actions.Refused as refused:
        raise Problem("wrong-state", str(refused)) from None
    return run_story(run_at(request, number))
