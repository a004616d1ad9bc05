"""What Salesforce knows of a prospect, a submission or a meeting, on their own pages."""

from __future__ import annotations

from django.utils.html import format_html

from crm_sync.admin.cells import links_list, runs_list
from crm_sync.models import RecordLink, SyncRun
from distro.panels import panel
from routing.models import Meeting, Prospect, Submission


@panel("Salesforce", "routing.Prospect")
def of_prospect(prospect: Prospect, may_open: bool) -> str:
    return _drawn(
        RecordLink.objects.filter(prospect=prospect).select_related("connection"),
        SyncRun.objects.filter(prospect=prospect),
        may_open,
    )


@panel("Salesforce", "routing.Submission")
def of_submission(submission: Submission, may_open: bool) -> str:
    links = RecordLink.objects.filter(prospect__submissions=submission).select_related("connection")
    return _drawn(links, SyncRun.objects.filter(submission=submission), may_open)


@panel("Salesforce", "routing.Meeting")
def of_meeting(meeting: Meeting, may_open: bool) -> str:
    links = RecordLink.objects.filter(meeting=meeting) | RecordLink.objects.filter(
        prospect=meeting.prospect_id
    )
    return _drawn(links.select_related("connection"), SyncRun.objects.filter(meeting=meeting), may_open)


def _drawn(links: object, runs: object, linked: bool) -> str:
    records, told = links_list(links), runs_list(runs, linked)  # type: ignore[arg-type]
    if not records and not told:
        return ""
    return format_html("<p>{}</p>{}", records or "No record yet.", told)
