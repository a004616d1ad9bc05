"""Which record is whose, and the owner that was last seen on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_sync.core.matching import same_id
from crm_sync.core.owner import OwnerFacts
from crm_sync.models import RecordLink, RunKind, RunState, SyncRun
from crm_sync.salesforce.client import Answer

from .runs import fenced
from .snapshots import Group
from .turn import Turn

KEPT_BY = "kept_by"  # in an owner run's memo: the person who changed the owner while the run was waiting


def link_person(
    turn: Turn, group: Group, object_name: str, record_id: str, *, created: bool | None = None
) -> None:
    """Remember the prospect's record. Another record than before starts without a known owner."""
    values: dict[str, Any] = {"object": object_name, "record_id": record_id, "connection": turn.connection}
    values["workspace"] = turn.workspace
    if created is not None and not (group.link and same_id(group.link.record_id, record_id)):
        values["created_by_us"] = created
    if not (group.link and same_id(group.link.record_id, record_id)):
        values["owner_id"] = ""
    with fenced(turn.claim):
        group.link, _ = RecordLink.objects.update_or_create(prospect=group.prospect, defaults=values)


def move_link(turn: Turn, link: RecordLink, object_name: str, record_id: str) -> None:
    """Follow a record that was converted or merged; who owned the old one says nothing about the new."""
    link.object, link.record_id, link.owner_id = object_name, record_id, ""
    with fenced(turn.claim):
        link.save(update_fields=["object", "record_id", "owner_id", "changed_at"])


def unlink_person(turn: Turn, group: Group) -> None:
    """Forget a record that is gone."""
    with fenced(turn.claim):
        RecordLink.objects.filter(prospect=group.prospect).delete()
    group.link = None


def link_event(turn: Turn, run: SyncRun, record_id: str, owner_id: str, *, created: bool) -> None:
    """Remember a meeting's Event and the owner it was given."""
    values: dict[str, Any] = {"object": "Event", "record_id": record_id, "connection": turn.connection}
    values["workspace"] = turn.workspace
    if owner_id:
        values["owner_id"] = owner_id
    with fenced(turn.claim):
        RecordLink.objects.update_or_create(
            meeting=run.meeting, defaults=values, create_defaults={**values, "created_by_us": created}
        )


def keep_owner(turn: Turn, group: Group, before: Sequence[Answer], after: Sequence[Answer]) -> None:
    """Take what the reads beside a write told of the person's owner (parts.owner_read)."""
    if group.link is None:
        return
    for answer in before:
        if answer.fault is None and answer.rows:
            _keep_change(turn, group.link, answer.rows[0])
    for answer in after:
        if answer.fault is None:
            see_owner(turn, group.link, str(answer.body.get("OwnerId") or ""))


def see_owner(turn: Turn, link: RecordLink, owner_id: str) -> None:
    """Remember the owner that was seen or written."""
    if owner_id and owner_id != link.owner_id:
        with fenced(turn.claim):
            RecordLink.objects.filter(pk=link.pk).update(owner_id=owner_id)
        link.owner_id = owner_id


def owner_facts(turn: Turn, link: RecordLink, row: dict[str, Any]) -> OwnerFacts:
    """The facts of a row that was asked for with parts.OWNER_FIELDS."""
    owner, changer = row.get("Owner") or {}, row.get("LastModifiedBy") or {}
    return OwnerFacts(
        object=link.object,
        owner_id=str(row.get("OwnerId") or ""),
        owner_active=bool(owner.get("IsActive", True)),
        owner_name=str(owner.get("Name") or ""),
        seen_before=link.owner_id,
        changed_by=str(row.get("LastModifiedById") or ""),
        changed_by_name=str(changer.get("Name") or ""),
        changed_by_active=bool(changer.get("IsActive")),
        changed_by_type=str(changer.get("UserType") or ""),
        connected_user=turn.connection.user_id,
    )


def _keep_change(turn: Turn, link: RecordLink, row: dict[str, Any]) -> None:
    """Our own write hides who changed the record before it: note a person's change of the owner first."""
    facts = owner_facts(turn, link, row)
    if not facts.changed_by_person:
        return
    waiting = SyncRun.objects.filter(prospect=link.prospect_id, kind=RunKind.OWNER, state=RunState.WAITING)
    with fenced(turn.claim):
        for run in waiting:
            run.memo[KEPT_BY] = facts.changed_by_name or "Somebody"
            run.save(update_fields=["memo"])
