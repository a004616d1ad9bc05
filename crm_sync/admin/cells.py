"""Links into Salesforce, and runs in a word."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join

from crm_sync.models import RecordLink, RunState, SalesforceConnection, StepState, SyncRun
from distro.admin_cells import admin_address, link, pill

RUN_TONES = {
    RunState.WAITING.value: "busy",
    RunState.RUNNING.value: "busy",
    RunState.DONE.value: "good",
    RunState.NEEDS_PERSON.value: "bad",
    RunState.NEEDS_RECONNECTING.value: "bad",
    RunState.IGNORED.value: "idle",
}
STEP_TONES = {
    StepState.STARTED.value: "busy",
    StepState.DONE.value: "good",
    StepState.FAILED.value: "bad",
}


def record_link(connection: SalesforceConnection | None, crm_object: str, record_id: str) -> str:
    """A record's page in its org, as a link; its bare id where the org is not known."""
    text = f"{crm_object} {record_id}".strip()
    if not record_id:
        return "–"
    return link(f"{connection.instance_url}/{record_id}", text) if connection else text


def links_list(links: Iterable[RecordLink]) -> str:
    """Records, each a link, with commas."""
    records = ((record_link(one.connection, one.object, one.record_id),) for one in links)
    return format_html_join(", ", "{}", records)


def runs_list(runs: Iterable[SyncRun], linked: bool) -> str:
    """Runs with their states and what is wrong with them; `linked`, each leads to its own page."""
    lines = (
        (
            link(admin_address(run), run.get_kind_display()) if linked else run.get_kind_display(),
            pill(run.get_state_display(), RUN_TONES[run.state]),
            run.error_message,
        )
        for run in runs
    )
    shown = format_html_join("", "<li>{} {} {}</li>", lines)
    return format_html("<ul>{}</ul>", shown) if shown else ""
