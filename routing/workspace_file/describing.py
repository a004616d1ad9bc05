"""A workspace's rows to a document: what its file would say today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routing.core.values import WEEKDAYS
from routing.models import DistributionRule, Form, Host, Router, Team, Workspace, clock

from .checking import Document
from .kinds import regular_identity
from .records import fetched
from .router_shape import DISTRIBUTION_RULE, OWNERSHIP_RULE, SALESFORCE
from .shape import FIELD, MEMBER, SECTIONS, TIMES_OFF, WORKSPACE, Section

PREFETCHED = {
    "hosts": ("working_hours", "time_off"),
    "teams": ("members__host",),
    "forms": ("fields",),
    "routers": (
        "form",
        "meeting_type",
        "default_host",
        "default_team",
        "ownership_rules__meeting_type",
        "distribution_rules__meeting_type",
        "distribution_rules__assign_host",
        "distribution_rules__assign_team",
    ),
}


@dataclass(frozen=True)
class Present:
    """What stands in the database: the document, the rows by section and identity, archived ones in both."""

    document: Document
    rows: dict[str, dict[str, Any]]

    def is_archived(self, section: str, identity: str) -> bool:
        """Whether something is there, but archived."""
        row = self.rows[section].get(identity)
        return row is not None and row.archived_at is not None


def rows_of(workspace: Workspace, section: Section) -> dict[str, Any]:
    """A section's rows by identity, oldest first, with all that describing them needs."""
    found = section.model._default_manager.filter(workspace=workspace).order_by("pk")
    found = found.prefetch_related(*PREFETCHED.get(section.name, ()))
    return {regular_identity(section.identity, getattr(row, section.identity)): row for row in found}


def describe(workspace: Workspace) -> Present:
    """The present state of a workspace, in a fixed number of queries."""
    rows = {section.name: rows_of(workspace, section) for section in SECTIONS}
    document: Document = {"version": 1, "workspace": fetched(WORKSPACE, workspace)}
    for section in SECTIONS:
        document[section.name] = [_describe_thing(section, row) for row in rows[section.name].values()]
    return Present(document, rows)


def _describe_thing(section: Section, row: Any) -> dict[str, Any]:
    found = {**fetched(section.record, row), **PARTS.get(section.name, lambda row: {})(row)}
    return {key.name: found[key.name] for key in section.record.keys}


def _host_parts(host: Host) -> dict[str, Any]:
    week: dict[str, list[str]] = {name: [] for name in WEEKDAYS}
    for span in host.working_hours.all():
        week[WEEKDAYS[span.weekday]].append(f"{clock(span.start_minute)}-{clock(span.end_minute)}")
    time_off = [
        {"from": one.first_day.isoformat(), "to": one.last_day.isoformat(), "reason": one.reason or None}
        for one in host.time_off.all()
    ]
    return {
        "email": regular_identity("email", host.email),
        "working_hours": {name: sorted(spans) for name, spans in week.items()},
        "time_off": TIMES_OFF.regular(time_off),
    }


def _team_parts(team: Team) -> dict[str, Any]:
    members = [member for member in team.members.all() if member.host.archived_at is None]
    return {"members": [fetched(MEMBER, member) for member in members]}


def _form_parts(form: Form) -> dict[str, Any]:
    return {"fields": [fetched(FIELD, field) for field in form.fields.all()]}


def _router_parts(router: Router) -> dict[str, Any]:
    default = _target(router, "default_")
    return {
        "salesforce": fetched(SALESFORCE, router),
        "ownership_rules": [fetched(OWNERSHIP_RULE, rule) for rule in router.ownership_rules.all()],
        "distribution_rules": [_describe_rule(rule) for rule in router.distribution_rules.all()],
        "default": default.get("disqualify", default),
    }


def _describe_rule(rule: DistributionRule) -> dict[str, Any]:
    found = {**fetched(DISTRIBUTION_RULE, rule), **_target(rule, "assign_")}
    return {key.name: found[key.name] for key in DISTRIBUTION_RULE.keys if key.name in found}


def _target(row: Any, prefix: str) -> dict[str, Any]:
    host, team = getattr(row, f"{prefix}host"), getattr(row, f"{prefix}team")
    if host:
        return {"assign": {"host": regular_identity("email", host.email)}}
    if team:
        return {"assign": {"team": team.name}}
    message, redirect = getattr(row, f"{prefix}message"), getattr(row, f"{prefix}redirect")
    return {"disqualify": {"message": message} if message else {"redirect": redirect}}


PARTS: dict[str, Any] = {
    "hosts": _host_parts,
    "teams": _team_parts,
    "forms": _form_parts,
    "routers": _router_parts,
}
