"""Rows to core values, in a fixed number of queries: what is due about each prospect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_sync.core.wanted import Mapped, MeetingWanted, NewRecord, ProspectWanted, SubmissionWanted
from crm_sync.models import RecordLink, RunKind, SyncRun, UserMapping
from routing.core.free_mail import is_free_email
from routing.models import Host, Meeting, Prospect, Submission, Workspace

from .memo import REPAIRS
from .policy import matched_rule, may_create
from .users import known_mappings, user_of

RUN_PARTS = (
    "prospect",
    "submission__router__form",
    "submission__ownership_rule",
    "submission__distribution_rule",
    "meeting__router",
    "meeting__meeting_type",
    "meeting__host",
    "meeting__submission__router__form",
    "meeting__submission__ownership_rule",
    "meeting__submission__distribution_rule",
)
FORM_FIELDS = ("submission__router__form__fields", "meeting__submission__router__form__fields")
NAME_FIELDS = ("firstname", "lastname")


@dataclass
class Group:
    """A prospect's due runs, and the links to the records that we know of. `by_meeting` holds Events' links."""

    prospect: Prospect
    runs: list[SyncRun] = field(default_factory=list)
    link: RecordLink | None = None
    by_meeting: dict[int, RecordLink] = field(default_factory=dict)
    latest_meeting: int | None = None
    last_router: str = ""

    def of_kind(self, kind: RunKind) -> list[SyncRun]:
        return [run for run in self.runs if run.kind == kind]

    @property
    def meetings(self) -> list[Meeting]:
        return [run.meeting for run in self.of_kind(RunKind.MEETING) if run.meeting]

    @property
    def new_hosts(self) -> list[Host]:
        """The hosts of meetings that have no Event yet: whose Salesforce user must be known as it is now."""
        return [meeting.host for meeting in self.meetings if meeting.pk not in self.by_meeting]


def load_runs(ids: Iterable[int]) -> list[SyncRun]:
    """The runs with everything they hang on, in the order in which they are due."""
    rows = SyncRun.objects.filter(pk__in=list(ids)).select_related(*RUN_PARTS)
    return list(rows.prefetch_related(*FORM_FIELDS).order_by("due_at", "pk"))


def group_runs(runs: Sequence[SyncRun]) -> list[Group]:
    """The runs by prospect, in the order of each one's first."""
    groups: dict[int, Group] = {}
    for run in runs:
        groups.setdefault(run.prospect_id, Group(run.prospect)).runs.append(run)
    _add_links(groups)
    _add_latest(groups)
    return list(groups.values())


def _add_links(groups: dict[int, Group]) -> None:
    for link in RecordLink.objects.filter(prospect__in=groups):
        groups[link.prospect_id or 0].link = link
    meetings = {
        run.meeting_id or 0: group for group in groups.values() for run in group.runs if run.meeting_id
    }
    for link in RecordLink.objects.filter(meeting__in=meetings):
        meetings[link.meeting_id or 0].by_meeting[link.meeting_id or 0] = link


def _add_latest(groups: dict[int, Group]) -> None:
    meetings = Meeting.objects.filter(prospect__in=groups).order_by("created_at", "pk")
    for prospect, meeting in meetings.values_list("prospect", "pk"):
        groups[prospect].latest_meeting = meeting
    submissions = Submission.objects.filter(prospect__in=groups).order_by("created_at", "pk")
    for prospect, router in submissions.values_list("prospect", "router__name"):
        groups[prospect].last_router = router


def prospect_wanted(
    group: Group, workspace: Workspace, users: Mapping[int, UserMapping] | None = None
) -> ProspectWanted:
    """The present state of everything in the group that Salesforce is to hear.

    `users` says by host id which Salesforce user each host is; without it, those that were kept do.
    """
    persons = sorted(group.of_kind(RunKind.PERSON), key=lambda run: run.submission_id or 0)
    meetings = sorted(group.of_kind(RunKind.MEETING), key=lambda run: run.meeting_id or 0)
    mappings = known_mappings(meeting.host for meeting in group.meetings) if users is None else users
    subjects = [run.submission for run in group.runs if run.submission]
    return ProspectWanted(
        uuid=str(group.prospect.uuid),
        email=group.prospect.email,
        name=next((name for name in map(_full_name, subjects) if name), ""),
        company=next((name for name in map(_company, subjects) if name), ""),
        free_mail=is_free_email(group.prospect.email, frozenset(workspace.free_mail_domains)),
        submissions=tuple(_submission(run) for run in persons),
        meetings=tuple(_meeting(run, group, mappings) for run in meetings),
    )


def _submission(run: SyncRun) -> SubmissionWanted:
    submission = run.submission
    assert submission
    router, rule = submission.router, matched_rule(submission)
    if REPAIRS in run.memo:
        return SubmissionWanted(run.pk, router.name, create_as="", update=False)
    return SubmissionWanted(
        run=run.pk,
        router_name=router.name,
        create_as=("Contact" if router.create_as == "contact" else "Lead") if may_create(submission) else "",
        update=router.update_record,
        answers=_answers(submission),
        set_fields=_without_host(rule.set_fields, True) if rule else {},
        placeholders=_placeholders(submission),
        new_record=NewRecord(
            duplicates="review" if router.duplicates == "review" else "create",
            assignment_rules=router.assignment_rules,
            default_account=router.default_account,
            create_account=router.create_account,
        ),
    )


def _answers(submission: Submission) -> dict[str, tuple[Mapped, ...]]:
    mapped: dict[str, list[Mapped]] = {}
    for one in submission.router.form.fields.all():
        for name, crm_field in one.crm_fields.items():
            value = submission.answers.get(one.key)
            mapped.setdefault(name, []).append(Mapped(crm_field, value, one.overwrite))  # type: ignore[arg-type]
    return {name: tuple(values) for name, values in mapped.items()}


def _placeholders(submission: Submission, host: Host | None = None) -> dict[str, Any]:
    return {
        **submission.answers,
        **{f"utm.{key}": value for key, value in submission.utm.items()},
        "source_url": submission.source_url,
        "router": submission.router.name,
        "host": host.name if host else "",
    }


def _without_host(set_fields: dict[str, dict[str, Any]], without: bool) -> dict[str, dict[str, Any]]:
    """The values that do not speak of the host (known at once), or those that do (known once it is booked)."""
    return {
        name: {key: value for key, value in values.items() if ("{host}" not in str(value)) is without}
        for name, values in set_fields.items()
    }


def _meeting(run: SyncRun, group: Group, mappings: Mapping[int, UserMapping]) -> MeetingWanted:
    meeting = run.meeting
    assert meeting
    submission, link = meeting.submission, group.by_meeting.get(meeting.pk)
    rule = matched_rule(submission)
    host_user, why = user_of(meeting.host, mappings.get(meeting.host_id))
    return MeetingWanted(
        run=run.pk,
        uuid=str(meeting.uuid),
        subject=meeting.title,
        start=meeting.start,
        end=meeting.end,
        created_at=meeting.created_at,
        status=meeting.status,
        location=meeting.location,
        url=meeting.meeting_url,
        type_name=meeting.meeting_type.name,
        router_name=meeting.router.name,
        last_router_name=group.last_router,
        host_user=host_user,
        host_note=f"The Event belongs to the connected user: {why}" if why and not link else "",
        event_id=link.record_id if link else "",
        event_owner=link.owner_id if link else "",
        is_latest=group.latest_meeting == meeting.pk,
        set_fields=_without_host(rule.set_fields, False) if rule else {},
        placeholders=_placeholders(submission, meeting.host),
    )


def _full_name(submission: Submission) -> str:
    """The prospect's name, from the answers that go into FirstName and LastName."""
    names: dict[str, str] = {}
    for one in submission.router.form.fields.all():
        for crm_field in one.crm_fields.values():
            if crm_field.lower() in NAME_FIELDS:
                names[crm_field.lower()] = str(submission.answers.get(one.key) or "")
    return " ".join(filter(None, (names.get(name, "").strip() for name in NAME_FIELDS)))


def _company(submission: Submission) -> str:
    """The company's name, from the answer that goes into Company, else from one of that key."""
    keys = [one.key for one in submission.router.form.fields.all() if one.crm_fields.get("Lead") == "Company"]
    answers = (submission.answers.get(key) for key in (*keys, "company"))
    return next((str(answer).strip() for answer in answers if answer), "")


def read_fields(groups: Iterable[Group], object_name: str) -> set[str]:
    """The fields of an object whose present values decide what is written."""
    names: set[str] = set()
    for group in groups:
        for run in group.of_kind(RunKind.PERSON):
            assert run.submission
            rule = matched_rule(run.submission)
            mapped = run.submission.router.form.fields.all()
            names.update(one.crm_fields[object_name] for one in mapped if object_name in one.crm_fields)
            names.update((rule.set_fields if rule else {}).get(object_name, ()))
    return names
