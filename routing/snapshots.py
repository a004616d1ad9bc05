"""Rows become core values here, in a fixed number of queries: the only bridge from the ORM to routing.core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from .core.conditions import condition_faults, parse_conditions
from .core.fields import FieldType
from .core.fields import FormField as FieldValues
from .core.records import Match, RecordObject
from .core.values import (
    DistributionRule,
    HostKey,
    HostValues,
    MeetingTypeValues,
    Member,
    OwnershipRule,
    RouterValues,
    Span,
    StandingMeeting,
    Target,
    TeamKey,
    TeamValues,
)
from .models import Host, Meeting, MeetingType, Router, Status, Team, Workspace
from .models.router import RuleBase

LONGEST_MEETING = timedelta(days=2)
"""How far before a window a meeting may begin and still reach into it: a day's length and its buffers."""


def router_values(router: Router) -> RouterValues:
    """The router with all that its rules may name, without calendars: 8 queries, however many rules and hosts."""
    fields = tuple(
        FieldValues(row.key, cast(FieldType, row.type), row.label, row.required, tuple(row.options))
        for row in router.form.fields.all()
    )
    return RouterValues(
        key=router.key,
        name=router.name,
        default=target_of(router, "default_"),
        meeting_type=router.meeting_type_id,
        fields=fields,
        ownership_rules=tuple(
            OwnershipRule(
                name=rule.name,
                object=cast(RecordObject, rule.object),
                match=cast(Match, rule.match),
                owner_field=rule.owner_field,
                **rule_parts(rule, fields),
            )
            for rule in router.ownership_rules.all()
        ),
        distribution_rules=tuple(
            DistributionRule(name=rule.name, target=target_of(rule, "assign_"), **rule_parts(rule, fields))
            for rule in router.distribution_rules.all()
        ),
        hosts=host_values(router.workspace),
        teams=team_values(router.workspace),
        rotation=cast(Literal["flexible", "strict"], router.rotation),
        free_mail_domains=frozenset(domain.lower() for domain in router.workspace.free_mail_domains),
    )


def rule_parts(rule: RuleBase, fields: tuple[FieldValues, ...]) -> dict[str, Any]:
    """What both kinds of rule share; a rule whose conditions no longer fit the form is broken and says why."""
    faults = condition_faults(rule.when, fields)
    return {
        "when": None if faults else parse_conditions(rule.when),
        "meeting_type": rule.meeting_type_id,
        "broken": f"{faults[0].path}: {faults[0].text}" if faults else "",
        "key": rule.pk,
    }


def target_of(row: Router | RuleBase, prefix: str) -> Target:
    """Where a rule or a default leads; the database sees to it that exactly one of the four is set."""
    if host := getattr(row, f"{prefix}host_id"):
        return Target("host", host)
    if team := getattr(row, f"{prefix}team_id"):
        return Target("team", team)
    if message := getattr(row, f"{prefix}message"):
        return Target("message", message)
    return Target("redirect", getattr(row, f"{prefix}redirect"))


def host_values(workspace: Workspace, keys: Collection[int] | None = None) -> dict[HostKey, HostValues]:
    """The workspace's hosts (or those of `keys`) with hours and time off, without calendars: 3 queries."""
    hosts = Host.objects.filter(workspace=workspace).prefetch_related("working_hours", "time_off")
    if keys is not None:
        hosts = hosts.filter(pk__in=keys)
    return {host.pk: host_value(host, workspace) for host in hosts}


def host_value(host: Host, workspace: Workspace) -> HostValues:
    """One host, whose hours and time off are prefetched."""
    week: list[list[Span]] = [[] for _ in range(7)]
    for span in host.working_hours.all():
        week[span.weekday].append((span.start_minute, span.end_minute))
    return HostValues(
        key=host.pk,
        email=host.email,
        name=host.name,
        active=host.active and host.archived_at is None,
        crm_user=host.salesforce_user,
        timezone=host.timezone or workspace.timezone,
        working_hours=tuple(tuple(day) for day in week),
        time_off=tuple((off.first_day, off.last_day) for off in host.time_off.all()),
    )


def team_values(workspace: Workspace) -> dict[TeamKey, TeamValues]:
    """The workspace's teams with their members in order: 2 queries."""
    teams = Team.objects.filter(workspace=workspace).prefetch_related("members")
    return {
        team.pk: TeamValues(
            key=team.pk,
            name=team.name,
            members=tuple(Member(member.host_id, member.weight) for member in team.members.all()),
        )
        for team in teams
    }


def meeting_type_values(row: MeetingType) -> MeetingTypeValues:
    """One meeting type."""
    return MeetingTypeValues(
        key=row.pk,
        name=row.name,
        duration=row.duration,
        slot_interval=row.slot_interval,
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
        minimum_notice=row.minimum_notice,
        horizon_days=row.horizon_days,
        daily_limit=row.daily_limit,
    )


def with_calendars(
    hosts: Mapping[HostKey, HostValues], start: datetime, end: datetime, *, leave_out: Meeting | None = None
) -> dict[HostKey, HostValues]:
    """The same hosts with their meetings that hold time around [start, end), cancelled ones aside: 1 query.

    A day more on either side, since daily limits count whole local days. `leave_out` is a meeting that is
    about to move.
    """
    meetings = Meeting.objects.filter(
        host_id__in=list(hosts),
        start__lt=end + timedelta(days=1),
        start__gt=start - timedelta(days=1) - LONGEST_MEETING,
    ).exclude(status=Status.CANCELLED)
    if leave_out is not None:
        meetings = meetings.exclude(pk=leave_out.pk)
    by_host: dict[HostKey, list[StandingMeeting]] = defaultdict(list)
    columns = meetings.values_list("host", "start", "end", "buffer_before", "buffer_after")
    for host, start, end, before, after in columns:
        by_host[host].append(StandingMeeting(start, end, before, after))
    return {key: replace(host, meetings=tuple(by_host[key])) for key, host in hosts.items()}


def active_members(team: Team) -> list[Host]:
    """A team's hosts who take meetings, in the team's order."""
    return list(
        Host.objects.filter(memberships__team=team, active=True, archived_at=None).order_by(
            "memberships__position", "memberships__id"
        )
    )


def local_day(moment: datetime, host: HostValues) -> date:
    """The host's own day in which a moment lies."""
    return moment.astimezone(ZoneInfo(host.timezone)).date()


def in_order(hosts: Mapping[HostKey, HostValues], keys: Iterable[HostKey]) -> list[HostValues]:
    """The hosts of `keys`, in that order."""
    return [hosts[key] for key in keys if key in hosts]
