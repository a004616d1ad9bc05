"""Steps as parts of a Composite call, and the reads that go along with them for nothing."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.core.matching import Person, read_moment
from crm_sync.core.schema import EVENT
from crm_sync.core.steps import PERSON, Step
from crm_sync.core.wanted import ProspectWanted
from crm_sync.models import RunKind, RunState, SyncRun
from crm_sync.salesforce.client import Subrequest
from crm_sync.salesforce.soql import checked_name, key_path, query_path, record_path, soql

from .look import find_event
from .snapshots import Group
from .turn import Turn

OWNER_FIELDS = (
    "Id, OwnerId, Owner.Name, Owner.Email, Owner.IsActive, LastModifiedById, LastModifiedBy.Name, "
    "LastModifiedBy.IsActive, LastModifiedBy.UserType"
)


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads of the person's owner that share a call with a write, before and after it."""

    before: tuple[Subrequest, ...] = ()
    after: tuple[Subrequest, ...] = ()


def subrequest(name: str, step: Step) -> Subrequest:
    """A step as a part: PATCH by id, PATCH by external id (an upsert), or POST."""
    if step.record_id:
        return Subrequest("PATCH", record_path(step.object, step.record_id), name, step.fields, step.headers)
    if step.key_field:
        path = key_path(step.object, step.key_field, step.key)
        return Subrequest("PATCH", path, name, step.fields, step.headers)
    return Subrequest("POST", f"sobjects/{checked_name(step.object)}", name, step.fields, step.headers)


def before_writing(turn: Turn, group: Group, step: Step) -> Step:
    """The step, or the same upon an Event that we wrote before without being able to mark it.

    Without an external id a repeated creation would be a second record: so Distro looks before it writes.
    """
    if step.object != EVENT or step.record_id or step.key_field or step.waits_for_person:
        return step
    subject = str(step.fields.get("Subject", "")).split(": ", 1)[-1]
    found = find_event(
        turn, str(step.fields.get("WhoId", "")), read_moment(step.fields["StartDateTime"]), subject
    )
    return step.of(found) if found else step


def owner_read(group: Group, step: Step | None, person: Person | None, wanted: ProspectWanted) -> Reads:
    """What to read of the person's owner beside this write.

    After a record was created or a meeting booked: the owner as it is then, against which a later change shows.
    Before a write while an owner run waits: who changed the record last, since our write would hide that.
    """
    if step is None:
        return Reads()
    booked = any(not meeting.event_id for meeting in wanted.meetings)
    if not step.record_id or booked:
        record = step.record_id or PERSON
        path = f"sobjects/{checked_name(step.object)}/{record}?fields=OwnerId"
        return Reads(after=(Subrequest("GET", path, "owner"),))
    waiting = SyncRun.objects.filter(
        prospect=group.prospect, kind=RunKind.OWNER, state=RunState.WAITING
    ).exists()
    return Reads(before=(owner_query(step.object, step.record_id),)) if waiting else Reads()


def owner_query(object_name: str, record_id: str) -> Subrequest:
    """The read that tells a record's owner and who changed it last."""
    converted = ", IsConverted, ConvertedContactId" if object_name == "Lead" else ""
    text = " ".join(["SELECT", OWNER_FIELDS + converted, "FROM {name:name} WHERE Id = {id}"])
    text = soql(text, name=object_name, id=record_id)
    return Subrequest("GET", query_path(text), "owner")
