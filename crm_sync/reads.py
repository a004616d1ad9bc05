"""The reads of persons' owners that share a call with a write, for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crm_sync.core.steps import PERSON, Step
from crm_sync.models import RunKind, RunState, SyncRun
from crm_sync.salesforce.client import Answer, Subrequest
from crm_sync.salesforce.soql import checked_name, query_path, soql

from . import links
from .executor import Attempt
from .look import chunks
from .parts import IN_ONE_COLLECTION, Part, Sent
from .snapshots import Group
from .turn import Turn, all_rows

OWNER_FIELDS = (
    "Id, OwnerId, Owner.Name, Owner.Email, Owner.IsActive, LastModifiedById, LastModifiedBy.Name, "
    "LastModifiedBy.IsActive, LastModifiedBy.UserType"
)
Taker = Callable[[Turn, Sequence[Group], Answer], None]


def owner_reads(turn: Turn, persons: Sequence[Sent]) -> tuple[list[Part], list[Part]]:
    """What to read of the persons' owners beside these writes, before and after them.

    After a record was created or a meeting booked: the owner as it is then, against which a later change shows.
    Before a write while an owner run waits: who changed the record last, since our write would hide that.
    """
    after = [sent for sent in persons if not sent.step.record_id or _is_booked(sent.attempt)]
    others = [sent for sent in persons if sent.step.record_id and not _is_booked(sent.attempt)]
    prospects = [sent.attempt.group.prospect.pk for sent in others]
    waiting = SyncRun.objects.filter(
        prospect__in=prospects, kind=RunKind.OWNER, state=RunState.WAITING
    ).values_list("prospect", flat=True)
    kept = set(waiting) if prospects else set()
    before = [sent for sent in others if sent.attempt.group.prospect.pk in kept]
    if len(persons) == 1:
        return [_read_one(turn, sent) for sent in before], [_read_back(turn, sent) for sent in after]
    return _read_many(turn, before, _keep_changes), _read_many(turn, after, _see_owners)


def _is_booked(attempt: Attempt) -> bool:
    return any(not meeting.event_id for meeting in attempt.wanted.meetings)


def _read_one(turn: Turn, sent: Sent) -> Part:
    query = owner_query(sent.step.object, [sent.step.record_id], "owner_before")
    return Part(query, lambda answer: _keep_changes(turn, [sent.attempt.group], answer))


def _read_back(turn: Turn, sent: Sent) -> Part:
    record = sent.step.record_id or PERSON
    path = f"sobjects/{checked_name(sent.step.object)}/{record}?fields=OwnerId"

    def take(answer: Answer) -> None:
        group = sent.attempt.group
        if answer.fault is None and group.link:
            links.see_owner(turn, group.link, str(answer.body.get("OwnerId") or ""))

    return Part(Subrequest("GET", path, "owner_after"), take)


def _read_many(turn: Turn, persons: Sequence[Sent], take: Taker) -> list[Part]:
    """One query for each 200 of an object: by id, or by Distro's own id for what the same call creates."""
    found: list[Part] = []
    for name in sorted({sent.step.object for sent in persons}):
        alike = [sent for sent in persons if sent.step.object == name]
        for chunk in chunks(alike, IN_ONE_COLLECTION):
            groups = [sent.attempt.group for sent in chunk]
            reference = f"{take.__name__.strip('_')}_{name}_{len(found)}"
            request = _owners_of(name, [sent.step for sent in chunk], reference)
            found.append(Part(request, lambda answer, groups=groups: take(turn, groups, answer)))  # type: ignore[misc]
    return found


def _owners_of(name: str, steps: Sequence[Step], reference: str) -> Subrequest:
    ids = [step.record_id for step in steps if step.record_id]
    keys = {step.key_field: [one.key for one in steps if one.key_field] for step in steps if step.key_field}
    where = (["Id IN {ids}"] if ids else []) + [checked_name(key) + " IN {keys}" for key in keys]
    text = " ".join(["SELECT", OWNER_FIELDS, "FROM {name:name} WHERE", " OR ".join(where) or "Id = null"])
    values = [value for several in keys.values() for value in several]
    return Subrequest("GET", query_path(soql(text, name=name, ids=ids, keys=values)), reference)


def owner_query(object_name: str, record_ids: Sequence[str], reference: str = "owner") -> Subrequest:
    """The read that tells records' owners and who changed them last."""
    converted = ", IsConverted, ConvertedContactId" if object_name == "Lead" else ""
    text = " ".join(["SELECT", OWNER_FIELDS + converted, "FROM {name:name} WHERE Id IN {ids}"])
    text = soql(text, name=object_name, ids=list(record_ids))
    return Subrequest("GET", query_path(text), reference)


def _keep_changes(turn: Turn, groups: Sequence[Group], answer: Answer) -> None:
    for group, row in _own_rows(turn, groups, answer):
        links.keep_change(turn, group, row)


def _see_owners(turn: Turn, groups: Sequence[Group], answer: Answer) -> None:
    for group, row in _own_rows(turn, groups, answer):
        assert group.link
        links.see_owner(turn, group.link, str(row.get("OwnerId") or ""))


def _own_rows(turn: Turn, groups: Sequence[Group], answer: Answer) -> list[tuple[Group, dict[str, object]]]:
    """Each group with the row of its record; what could not be read is passed over."""
    if answer.fault:
        return []
    rows = {str(row["Id"])[:15]: row for row in all_rows(turn.client, answer)}
    linked = [(group, group.link.record_id[:15]) for group in groups if group.link]
    return [(group, rows[record]) for group, record in linked if record in rows]
