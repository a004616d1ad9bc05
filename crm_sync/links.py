"""Which record is whose, and the owner that was last seen on it."""

from __future__ import annotations

from functools import partial
from typing import Any

from crm_sync.core.matching import same_id
from crm_sync.core.owner import OwnerFacts
from crm_sync.models import RecordLink, RunKind, RunState, SyncRun

from .snapshots import Group
from .turn import Turn

KEPT_BY = "kept_by"  # in an owner run's memo: the person who changed the owner while the run was waiting


def link_person(
    turn: Turn, group: Group, object_name: str, record_id: str, *, created: bool | None = None
) -> None:
    """Remember the prospect's record. Another record than before starts without a known owner."""
    link = group.link or _new_link(turn, prospect=group.prospect)
    if not same_id(link.record_id, record_id):
        link.owner_id = ""
        link.created_by_us = link.created_by_us if created is None else created
    link.object, link.record_id, link.connection = object_name, record_id, turn.connection
    group.link = link
    turn.journal.put_person(group.prospect.pk, link)


def move_link(turn: Turn, link: RecordLink, object_name: str, record_id: str) -> None:
    """Follow a record that was converted or merged; who owned the old one says nothing about the new."""
    link.object, link.record_id, link.owner_id = object_name, record_id, ""
    turn.journal.put_person(link.prospect_id or 0, link)


def unlink_person(turn: Turn, group: Group) -> None:
    """Forget a record that is gone."""
    turn.journal.put_person(group.prospect.pk, None)
    group.link = None


def link_event(
    turn: Turn, group: Group, run: SyncRun, record_id: str, owner_id: str, *, created: bool
) -> None:
    """Remember a meeting's Event and the owner it was given."""
    meeting = run.meeting_id or 0
    link = group.by_meeting.get(meeting) or _new_link(turn, meeting=run.meeting, created_by_us=created)
    link.object, link.record_id, link.connection = "Event", record_id, turn.connection
    link.owner_id = owner_id or link.owner_id
    group.by_meeting[meeting] = link
    turn.journal.put_event(meeting, link)


def _new_link(turn: Turn, **values: Any) -> RecordLink:
    return RecordLink(workspace=turn.workspace, connection=turn.connection, **values)


def see_owner(turn: Turn, link: RecordLink, owner_id: str) -> None:
    """Remember the owner that was seen or written."""
    if owner_id and owner_id != link.owner_id:
        link.owner_id = owner_id
        turn.journal.put_person(link.prospect_id or 0, link)


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


def keep_change(turn: Turn, group: Group, row: dict[str, Any]) -> None:
    """Our own write hides who changed the record before it: note a person's change of the owner first."""
    if group.link is None:
        return
    facts = owner_facts(turn, group.link, row)
    if not facts.changed_by_person:
        return
    waiting = SyncRun.objects.filter(prospect=group.prospect, kind=RunKind.OWNER, state=RunState.WAITING)
    in_hand = {run.pk: run for run in group.of_kind(RunKind.OWNER)}
    for run in waiting:
        kept = in_hand.get(run.pk, run)
        kept.memo[KEPT_BY] = facts.changed_by_name or "Somebody"
        turn.journal.later.append(partial(kept.save, update_fields=["memo"]))
