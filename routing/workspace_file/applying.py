"""Writes a document into the database: what differs, in one transaction, nothing deleted that has a history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from routing.core.values import WEEKDAYS
from routing.models import (
    Form,
    Host,
    Router,
    Team,
    TimeOff,
    WorkingHours,
    Workspace,
)

from .checking import Document, check_document
from .describing import Present, describe
from .differences import ARCHIVED, Difference, differences
from .kinds import Rows
from .records import stored
from .router_shape import DISTRIBUTION_RULE, OWNERSHIP_RULE, SALESFORCE
from .shape import FIELD, MEMBER, SECTIONS, WORKSPACE, Section
from .texts import span_minutes


def compare(raw: Any) -> list[Difference]:
    """What loading a file's plain values would change; raises `Faulty`."""
    wanted = check_document(raw)
    return differences(_present(wanted), wanted)


@transaction.atomic
def load(raw: Any) -> list[Difference]:
    """Make the workspace what the file says, and tell what was changed; raises `Faulty`, changing nothing."""
    wanted = check_document(raw)
    present = _present(wanted, lock=True)
    found = differences(present, wanted)
    touched = {(one.section, one.identity) for one in found if one.verb != ARCHIVED}
    workspace = _write_workspace(wanted)
    rows: dict[str, dict[str, Any]] = {
        section.name: dict(present.rows[section.name]) if present else {} for section in SECTIONS
    }
    for section in SECTIONS:
        for one in wanted[section.name]:
            name = one[section.identity]
            if (section.name, name) in touched:
                row = rows[section.name].get(name) or section.model(workspace=workspace)
                rows[section.name][name] = _write_thing(section, row, one, rows)
    _archive(found, rows)
    return found


def _present(wanted: Document, *, lock: bool = False) -> Present | None:
    found = Workspace.objects.filter(slug=wanted["workspace"]["slug"])
    workspace = (found.select_for_update() if lock else found).first()
    return describe(workspace) if workspace else None


def _write_workspace(wanted: Document) -> Workspace:
    columns = stored(WORKSPACE, wanted["workspace"], {})
    workspace, _ = Workspace.objects.update_or_create(slug=columns.pop("slug"), defaults=columns)
    return workspace


def _archive(found: list[Difference], rows: Rows) -> None:
    for section in SECTIONS:
        gone = {one.identity for one in found if one.section == section.name and one.verb == ARCHIVED}
        keys = [row.pk for name, row in rows[section.name].items() if name in gone]
        section.model._default_manager.filter(pk__in=keys).update(archived_at=timezone.now())


def _write_thing(section: Section, row: Any, one: dict[str, Any], rows: Rows) -> Any:
    columns = stored(section.record, one, rows)
    if section.name == "routers":
        columns |= stored(SALESFORCE, one["salesforce"], rows) | _target_columns(
            "default_", one["default"], rows
        )
    if row.pk is not None:
        # An address that the admin wrote with capitals stays as it was written: it means the same.
        columns.pop(section.identity)
    _set(row, {**columns, "archived_at": None})
    PARTS.get(section.name, lambda row, one, rows: None)(row, one, rows)
    return row


def _set(row: Any, columns: dict[str, Any]) -> Any:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    return row


def _target_columns(prefix: str, target: dict[str, Any], rows: Rows) -> dict[str, Any]:
    assign = target.get("assign", {})
    return {
        f"{prefix}host": rows["hosts"].get(assign.get("host")),
        f"{prefix}team": rows["teams"].get(assign.get("team")),
        f"{prefix}message": target.get("message", ""),
        f"{prefix}redirect": target.get("redirect", ""),
    }


def _write_hours(host: Host, one: dict[str, Any], rows: Rows) -> None:
    host.working_hours.all().delete()
    spans = ((index, span) for index, day in enumerate(WEEKDAYS) for span in one["working_hours"][day])
    WorkingHours.objects.bulk_create(_hours(host, weekday, span) for weekday, span in spans)
    host.time_off.all().delete()
    TimeOff.objects.bulk_create(
        TimeOff(
            host=host,
            first_day=date.fromisoformat(off["from"]),
            last_day=date.fromisoformat(off["to"]),
            reason=off["reason"] or "",
        )
        for off in one["time_off"]
    )


def _hours(host: Host, weekday: int, span: str) -> WorkingHours:
    start, end = span_minutes(span)
    return WorkingHours(host=host, weekday=weekday, start_minute=start, end_minute=end)


def _write_parts(parts: Any, identity: str, wanted: list[dict[str, Any]]) -> None:
    """Bring an owner's parts in line, in the file's order; those that stay keep their rows, and so their history."""
    present = {getattr(part, identity): part for part in parts.all()}
    kept = {new[identity] for new in wanted}
    parts.filter(pk__in=[part.pk for name, part in present.items() if name not in kept]).delete()
    for position, new in enumerate(wanted):
        if new[identity] in present:
            _set(present[new[identity]], {**new, "position": position})
        else:
            parts.create(**new, position=position)


def _write_members(team: Team, one: dict[str, Any], rows: Rows) -> None:
    _write_parts(team.members, "host", [stored(MEMBER, member, rows) for member in one["members"]])


def _write_fields(form: Form, one: dict[str, Any], rows: Rows) -> None:
    # A form has one e-mail field at any moment: before another becomes it, the old one must have ceased to be.
    email = next(field["key"] for field in one["fields"] if field["type"] == "email")
    form.fields.filter(type="email").exclude(key=email).update(type="text")
    _write_parts(form.fields, "key", [stored(FIELD, field, rows) for field in one["fields"]])


def _write_rules(router: Router, one: dict[str, Any], rows: Rows) -> None:
    ownership = [stored(OWNERSHIP_RULE, rule, rows) for rule in one["ownership_rules"]]
    _write_parts(router.ownership_rules, "name", ownership)
    distribution = [_distribution_columns(rule, rows) for rule in one["distribution_rules"]]
    _write_parts(router.distribution_rules, "name", distribution)


def _distribution_columns(rule: dict[str, Any], rows: Rows) -> dict[str, Any]:
    target = rule.get("disqualify") or {"assign": rule["assign"]}
    return stored(DISTRIBUTION_RULE, rule, rows) | _target_columns("assign_", target, rows)


PARTS: dict[str, Callable[[Any, dict[str, Any], Rows], None]] = {
    "hosts": _write_hours,
    "teams": _write_members,
    "forms": _write_fields,
    "routers": _write_rules,
}
