"""Rows for tests: plain functions that make one believable row each, with everything it hangs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils import timezone

from crm_sync.models import (
    ConnectAttempt,
    RecordLink,
    RunKind,
    SalesforceConnection,
    SyncRun,
    SyncStep,
    UserMapping,
)
from distro.links import digest_of, new_seed, token_of
from routing.api_keys import keep_key, new_key
from routing.models import (
    ApiKey,
    DayPlace,
    DistributionRule,
    FieldType,
    Form,
    FormField,
    Host,
    IdempotencyKey,
    LedgerEntry,
    LedgerReason,
    Mail,
    Meeting,
    MeetingType,
    Member,
    Outcome,
    OwnershipRule,
    Prospect,
    ProspectMessage,
    Role,
    Router,
    Submission,
    Team,
    TeamMember,
    Tick,
    TimeOff,
    WorkingHours,
    Workspace,
)

NUMBERS = count(1)
FIELDS = (
    ("email", FieldType.EMAIL, True, {"Lead": "Email", "Contact": "Email"}),
    ("first_name", FieldType.TEXT, False, {"Lead": "FirstName", "Contact": "FirstName"}),
    ("last_name", FieldType.TEXT, True, {"Lead": "LastName", "Contact": "LastName"}),
    ("company", FieldType.TEXT, False, {"Lead": "Company"}),
    ("employees", FieldType.NUMBER, False, {"Lead": "NumberOfEmployees"}),
)


def next_ten(days: int = 7) -> datetime:
    """10:00 UTC on the first weekday at least so many days from now: a time at which everybody works."""
    day = timezone.now().astimezone(UTC) + timedelta(days=days)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def make_user(email: str = "", password: str = "", **values: Any) -> User:
    """A user whose name is their e-mail address."""
    email = email or f"user{next(NUMBERS)}@example.test"
    return User.objects.create_user(email, email, password or None, **values)


def make_workspace(**values: Any) -> Workspace:
    number = next(NUMBERS)
    return Workspace.objects.create(**{"slug": f"w{number}", "name": f"Workspace {number}"} | values)


def make_member(
    workspace: Workspace | None = None, role: str = Role.ADMINISTRATOR, user: User | None = None
) -> Member:
    return Member.objects.create(workspace=workspace or make_workspace(), user=user or make_user(), role=role)


def make_host(workspace: Workspace | None = None, *, working: bool = True, **values: Any) -> Host:
    """A host who works Monday to Friday, 09:00 to 17:00, unless `working` is false."""
    number = next(NUMBERS)
    defaults = {"email": f"host{number}@example.test", "name": f"Host {number}"}
    host = Host.objects.create(workspace=workspace or make_workspace(), **defaults | values)
    if working:
        WorkingHours.objects.bulk_create(
            WorkingHours(host=host, weekday=day, start_minute=540, end_minute=1020) for day in range(5)
        )
    return host


def make_time_off(host: Host | None = None, **values: Any) -> TimeOff:
    """A week off, ninety days from now, unless other days are given."""
    day = timezone.now().date() + timedelta(days=90)
    defaults = {"first_day": day, "last_day": day + timedelta(days=6), "reason": "Vacation"}
    return TimeOff.objects.create(host=host or make_host(), **defaults | values)


def make_team(
    workspace: Workspace | None = None,
    hosts: Sequence[Host] | None = None,
    weights: Sequence[int] = (),
    **values: Any,
) -> Team:
    """A team of the hosts in that order, weight 1 where `weights` ends; of one new host when none are given."""
    workspace = workspace or make_workspace()
    team = Team.objects.create(workspace=workspace, **{"name": f"Team {next(NUMBERS)}"} | values)
    for place, host in enumerate([make_host(workspace)] if hosts is None else hosts):
        weight = weights[place] if place < len(weights) else 1
        TeamMember.objects.create(team=team, host=host, weight=weight, position=place + 1)
    return team


def make_meeting_type(workspace: Workspace | None = None, **values: Any) -> MeetingType:
    defaults = {"workspace": workspace or make_workspace(), "name": f"Demo {next(NUMBERS)}"}
    return MeetingType.objects.create(**defaults | values)


def make_form(workspace: Workspace | None = None, **values: Any) -> Form:
    """A form that asks for e-mail, first and last name, company and number of employees."""
    defaults = {"workspace": workspace or make_workspace(), "name": f"Form {next(NUMBERS)}"}
    form = Form.objects.create(**defaults | values)
    FormField.objects.bulk_create(
        FormField(form=form, position=place, key=key, type=kind, required=required, crm_fields=crm)
        for place, (key, kind, required, crm) in enumerate(FIELDS, 1)
    )
    return form


def make_router(workspace: Workspace | None = None, **values: Any) -> Router:
    """A router without rules whose default is a new team of one, unless another default is given."""
    number = next(NUMBERS)
    workspace = workspace or make_workspace()
    values.setdefault("form", None)
    values["form"] = values["form"] or make_form(workspace)
    values["meeting_type"] = values.get("meeting_type") or make_meeting_type(workspace)
    if not any(name.startswith("default_") and name != "default_account" for name in values):
        values["default_team"] = make_team(workspace)
    return Router.objects.create(
        workspace=workspace, **{"key": f"router-{number}", "name": f"Router {number}"} | values
    )


def make_ownership_rule(router: Router | None = None, **values: Any) -> OwnershipRule:
    defaults = {"name": f"Owner {next(NUMBERS)}", "object": "contact"}
    return OwnershipRule.objects.create(router=router or make_router(), **defaults | values)


def make_distribution_rule(router: Router | None = None, **values: Any) -> DistributionRule:
    """A rule that always matches and shows a message, unless a target is given."""
    if not any(name.startswith("assign_") for name in values):
        values["assign_message"] = "Thank you."
    return DistributionRule.objects.create(
        router=router or make_router(), **{"name": f"Rule {next(NUMBERS)}"} | values
    )


def make_prospect(workspace: Workspace | None = None, **values: Any) -> Prospect:
    defaults = {"workspace": workspace or make_workspace(), "email": f"lead{next(NUMBERS)}@customer.test"}
    return Prospect.objects.create(**defaults | values)


def make_submission(router: Router | None = None, **values: Any) -> Submission:
    """A submission that was offered times with the router's default."""
    router = router or make_router()
    prospect = values.pop("prospect", None) or make_prospect(router.workspace)
    seed = new_seed()
    defaults = {
        "answers": {"email": prospect.email, "first_name": "Pat", "last_name": "Lee", "company": "Initech"},
        "outcome": Outcome.BOOK,
        "decision": {
            "rule": {"kind": "default", "name": None},
            "trace": [],
            "candidates": [],
            "config": "",
        },
        "meeting_type": router.meeting_type,
        "target_host": router.default_host,
        "target_team": router.default_team,
        "timezone": "UTC",
        "booking_seed": seed,
        "booking_digest": digest_of(token_of("booking", seed)),
    }
    return Submission.objects.create(
        workspace=router.workspace, router=router, prospect=prospect, **defaults | values
    )


def make_message(submission: Submission | None = None, **values: Any) -> ProspectMessage:
    submission = submission or make_submission()
    defaults = {"text": "None of these times suits me. Could we talk on a Saturday?"}
    return ProspectMessage.objects.create(
        workspace=submission.workspace, submission=submission, **defaults | values
    )


def make_meeting(submission: Submission | None = None, host: Host | None = None, **values: Any) -> Meeting:
    """A scheduled meeting of 30 minutes a week from now. It claims no ticks; booking does."""
    submission = submission or make_submission()
    assert submission.prospect
    start = values.pop("start", None) or next_ten()
    manage, own = new_seed(), new_seed()
    defaults = {
        "workspace": submission.workspace,
        "prospect": submission.prospect,
        "router": submission.router,
        "meeting_type": submission.meeting_type or submission.router.meeting_type,
        "host": host or Host.objects.filter(workspace=submission.workspace).first(),
        "start": start,
        "end": start + timedelta(minutes=30),
        "title": f"Demo with {submission.prospect.email}",
        "location": "Remote",
        "timezone": "UTC",
        "manage_seed": manage,
        "manage_digest": digest_of(token_of("manage", manage)),
        "host_seed": own,
        "host_digest": digest_of(token_of("host", own)),
    }
    return Meeting.objects.create(submission=submission, **defaults | values)


def make_tick(meeting: Meeting | None = None) -> Tick:
    """The first tick of a meeting."""
    meeting = meeting or make_meeting()
    number = int(meeting.start.timestamp()) // 300
    return Tick.objects.create(host=meeting.host, number=number, meeting=meeting)


def make_day_place(meeting: Meeting | None = None) -> DayPlace:
    meeting = meeting or make_meeting()
    return DayPlace.objects.create(host=meeting.host, day=meeting.start.date(), ordinal=1, meeting=meeting)


def make_ledger_entry(workspace: Workspace | None = None, **values: Any) -> LedgerEntry:
    workspace = workspace or make_workspace()
    defaults = {"workspace": workspace, "reason": LedgerReason.ASSIGNMENT, "turns": 1}
    values["host"] = values.get("host") or make_host(workspace)
    return LedgerEntry.objects.create(**defaults | values)


def make_mail(workspace: Workspace | None = None, **values: Any) -> Mail:
    defaults = {
        "workspace": workspace or make_workspace(),
        "kind": "confirmed",
        "to": f"lead{next(NUMBERS)}@customer.test",
        "subject": "Your meeting is booked",
        "text": "See you.",
    }
    return Mail.objects.create(**defaults | values)


def make_api_key(workspace: Workspace | None = None, text: str = "", **values: Any) -> ApiKey:
    """A key; give its `text` to use it."""
    defaults = {"workspace": workspace or make_workspace(), "name": f"Key {next(NUMBERS)}"}
    return keep_key(ApiKey(**defaults | values), text or new_key())


def make_connection(workspace: Workspace | None = None, **values: Any) -> SalesforceConnection:
    """A connected org; its tokens open nothing."""
    number = next(NUMBERS)
    defaults = {
        "org_id": f"00D{number:012d}EAC",
        "org_name": f"Org {number}",
        "user_id": f"005{number:012d}AAG",
        "username": f"admin{number}@org.example",
        "login_url": "https://login.salesforce.com",
        "instance_url": f"https://org{number}.my.salesforce.com",
        "identity_url": f"https://login.salesforce.com/id/00D{number:012d}EAC/005{number:012d}AAG",
        "access_token": "access",
        "refresh_token": "refresh",
        "connected_at": timezone.now(),
    }
    return SalesforceConnection.objects.create(workspace=workspace or make_workspace(), **defaults | values)


def make_mapping(host: Host | None = None, **values: Any) -> UserMapping:
    host = host or make_host()
    defaults = {"asked_for": host.email, "active": True, "checked_at": timezone.now()}
    values.setdefault("user_id", f"005{next(NUMBERS):012d}AAG")
    return UserMapping.objects.create(host=host, **defaults | values)


def make_run(subject: Submission | Meeting | None = None, **values: Any) -> SyncRun:
    """A waiting run about a submission's person, or about a meeting."""
    subject = subject or make_submission()
    if isinstance(subject, Meeting):
        defaults = {"kind": RunKind.MEETING, "meeting": subject, "submission": subject.submission}
    else:
        defaults = {"kind": RunKind.PERSON, "submission": subject}
    defaults |= {"workspace": subject.workspace, "prospect": subject.prospect, "due_at": timezone.now()}
    return SyncRun.objects.create(**defaults | values)


def make_step(run: SyncRun | None = None, **values: Any) -> SyncStep:
    defaults = {"attempt": 1, "action": "create", "object": "Lead", "at": timezone.now()}
    return SyncStep.objects.create(run=run or make_run(), **defaults | values)


def make_link(prospect: Prospect | None = None, **values: Any) -> RecordLink:
    """A prospect's Lead; give `meeting` for a meeting's Event instead."""
    meeting = values.get("meeting")
    if meeting is None:
        prospect = prospect or make_prospect()
    workspace = meeting.workspace if meeting else prospect.workspace  # type: ignore[union-attr]
    connection = (
        values.pop("connection", None) or SalesforceConnection.objects.filter(workspace=workspace).first()
    )
    defaults = {
        "workspace": workspace,
        "connection": connection or make_connection(workspace),
        "object": "Event" if meeting else "Lead",
        "record_id": f"{'00U' if meeting else '00Q'}{next(NUMBERS):012d}AAA",
    }
    return RecordLink.objects.create(prospect=prospect, **defaults | values)


# One row of each model that hangs on a workspace, with a row in each inline of its page: what the tests of tenancy
# build for each of two tenants.
FACTORIES: dict[type[Model], Callable[[Workspace], Model]] = {
    Workspace: lambda workspace: workspace,
    Member: make_member,
    Host: lambda workspace: make_time_off(make_host(workspace)).host,
    WorkingHours: lambda workspace: make_host(workspace).working_hours.all()[0],
    TimeOff: lambda workspace: make_time_off(make_host(workspace)),
    Team: make_team,
    TeamMember: lambda workspace: make_team(workspace).members.all()[0],
    MeetingType: make_meeting_type,
    Form: make_form,
    FormField: lambda workspace: make_form(workspace).fields.all()[0],
    Router: lambda workspace: (
        make_distribution_rule(make_ownership_rule(make_router(workspace)).router).router
    ),
    OwnershipRule: lambda workspace: make_ownership_rule(make_router(workspace)),
    DistributionRule: lambda workspace: make_distribution_rule(make_router(workspace)),
    Prospect: make_prospect,
    Submission: lambda workspace: make_submission(make_router(workspace)),
    ProspectMessage: lambda workspace: make_message(make_submission(make_router(workspace))),
    IdempotencyKey: lambda workspace: IdempotencyKey.objects.create(
        router=make_router(workspace), key=f"key-{next(NUMBERS)}", body_digest="0" * 64
    ),
    Meeting: lambda workspace: make_meeting(make_submission(make_router(workspace))),
    Tick: lambda workspace: make_tick(make_meeting(make_submission(make_router(workspace)))),
    DayPlace: lambda workspace: make_day_place(make_meeting(make_submission(make_router(workspace)))),
    LedgerEntry: make_ledger_entry,
    Mail: make_mail,
    ApiKey: make_api_key,
    SalesforceConnection: make_connection,
    ConnectAttempt: lambda workspace: ConnectAttempt.objects.create(
        workspace=workspace, user=make_user(), login_url="https://login.salesforce.com"
    ),
    UserMapping: lambda workspace: make_mapping(make_host(workspace)),
    SyncRun: lambda workspace: make_step(make_run(make_submission(make_router(workspace)))).run,
    SyncStep: lambda workspace: make_step(make_run(make_submission(make_router(workspace)))),
    RecordLink: lambda workspace: make_link(make_prospect(workspace)),
}
