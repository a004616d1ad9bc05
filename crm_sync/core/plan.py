"""From what our rows want and what the org has, the steps that bring them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from . import schema
from .draft import Draft
from .fields import write_answers, write_fallbacks, write_meeting, write_set_fields
from .matching import Person
from .shapes import Shapes, Value, written_moment
from .steps import PERSON, Step
from .wanted import MeetingWanted, NewRecord, ProspectWanted, SubmissionWanted

CREATES_NONE = "Salesforce does not know this person, and the router creates no record"
STANDS_ALONE = "Salesforce has no record of this person: the Event stands alone"
PRIVATE = "No Account belongs to this Contact, so that only its owner and administrators see it"
NO_ASSIGNMENT = {"Sforce-Auto-Assign": "FALSE"}


@dataclass(frozen=True, slots=True)
class OrgValues:
    """What is known of the org: shapes by object (an object that is missing was never described)."""

    shapes: Mapping[str, Shapes] = field(default_factory=dict)
    extension_fields: bool = True

    def key_field(self, object_name: str) -> str:
        """Distro's external id on the object, "" where the workspace declined it or it cannot be written."""
        name = schema.KEY_FIELDS.get(object_name, "")
        if not name or not self.extension_fields:
            return ""
        shapes = self.shapes.get(object_name)
        if shapes is None:
            return name
        shape = shapes.get(name.lower())
        return name if shape and shape.createable else ""

    def has(self, object_name: str, name: str) -> bool:
        """Whether a field of ours can be written."""
        if not self.extension_fields and name in EXTENSIONS:
            return False
        shapes = self.shapes.get(object_name)
        return shapes is None or name.lower() in shapes


EXTENSIONS = frozenset(one.name for one in schema.FIELDS if one.extension)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step, or none where there is nothing to write; `notes` and `left_out` are for its runs."""

    step: Step | None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def plan_person(wanted: ProspectWanted, person: Person | None, org: OrgValues) -> Planned:
    """The write to the prospect's record: what was found is used, else the newest submission that may creates."""
    if person:
        return _update_person(wanted, person, org)
    if wanted.creator is None:
        return Planned(None, (CREATES_NONE if wanted.submissions else STANDS_ALONE,))
    return _create_person(wanted, wanted.creator, org)


def _update_person(wanted: ProspectWanted, person: Person, org: OrgValues) -> Planned:
    draft = Draft(person.object, org.shapes.get(person.object), person)
    for submission in wanted.submissions:
        write_answers(draft, submission, creates=False)
    _write_rest(draft, wanted)
    key = org.key_field(person.object)
    if key and person.was_read and not person.value(key):
        draft.put(key, wanted.uuid)
    return _planned(draft, wanted, record_id=person.id)


def _create_person(wanted: ProspectWanted, creator: SubmissionWanted, org: OrgValues) -> Planned:
    name = creator.create_as or "Lead"
    draft = Draft(name, org.shapes.get(name))
    first, *later = [one for one in wanted.submissions if one.create_as]
    write_answers(draft, first, creates=True)
    for submission in later:
        write_answers(draft, submission, creates=False)
    _write_rest(draft, wanted)
    write_fallbacks(draft, wanted)
    if name == "Contact":
        draft.put("AccountId", wanted.account_id, optional=False)
        if not draft.has("AccountId"):
            draft.notes.append(PRIVATE)
    key = org.key_field(name)
    return _planned(
        draft, wanted, key_field=key, key=wanted.uuid if key else "", headers=_headers(creator.new_record)
    )


def _headers(new_record: NewRecord) -> Mapping[str, str]:
    return {} if new_record.assignment_rules else NO_ASSIGNMENT


def _write_rest(draft: Draft, wanted: ProspectWanted) -> None:
    for submission in wanted.submissions:
        write_set_fields(draft, submission.set_fields, submission.placeholders)
        draft.put(schema.ROUTER_NAME, submission.router_name)
    for meeting in wanted.meetings:
        if meeting.is_latest:
            write_set_fields(draft, meeting.set_fields, meeting.placeholders)
            write_meeting(draft, meeting)


def _planned(
    draft: Draft,
    wanted: ProspectWanted,
    *,
    record_id: str = "",
    key_field: str = "",
    key: str = "",
    headers: Mapping[str, str] | None = None,
) -> Planned:
    runs = [one.run for one in wanted.submissions] + [one.run for one in wanted.meetings if one.is_latest]
    if record_id and not draft.fields:
        return Planned(None, tuple(draft.notes), tuple(draft.left_out))
    step = Step(
        draft.object,
        dict(draft.fields),
        record_id=record_id,
        key_field=key_field,
        key=key,
        optional=frozenset(draft.optional),
        headers=headers or {},
        runs=tuple(runs),
    )
    return Planned(step, tuple(draft.notes), tuple(draft.left_out))


def plan_event(wanted: MeetingWanted, prospect: ProspectWanted, who_id: str, org: OrgValues) -> Planned:
    """The Event of a meeting. `who_id` is the person's id, PERSON for one in the making, "" for nobody."""
    draft = Draft(schema.EVENT, org.shapes.get(schema.EVENT), _known_event(wanted))
    draft.put_all(_always(wanted), optional=False)
    draft.put_all(_own_fields(wanted, org))
    if not org.has(schema.EVENT, schema.MEETING_STATUS):
        draft.put("Subject", event_subject(wanted, org), optional=False)
    if wanted.host_user and wanted.host_user != wanted.event_owner:
        draft.put("OwnerId", wanted.host_user)
    if not wanted.event_id:
        draft.put_all(_at_first(wanted, prospect, who_id, org), optional=False)
        draft.fields["IsReminderSet"] = False  # else the org's default reminder would ring at the host's
        if who_id:
            draft.fields["WhoId"] = who_id  # as it is: it may stand for a record in the making
    key = "" if wanted.event_id else org.key_field(schema.EVENT)
    step = Step(
        schema.EVENT,
        dict(draft.fields),
        record_id=wanted.event_id,
        key_field=key,
        key=wanted.uuid if key else "",
        optional=frozenset(draft.optional),
        runs=(wanted.run,),
    )
    notes = [*draft.notes, *([wanted.host_note] if wanted.host_note else [])]
    return Planned(step, tuple(notes), tuple(draft.left_out))


def _known_event(wanted: MeetingWanted) -> Person | None:
    return Person(schema.EVENT, wanted.event_id, was_read=False) if wanted.event_id else None


def _always(wanted: MeetingWanted) -> dict[str, Value]:
    return {
        "StartDateTime": written_moment(wanted.start),
        "EndDateTime": written_moment(wanted.end),
        "ShowAs": "Free" if wanted.is_cancelled else "Busy",
    }


def _own_fields(wanted: MeetingWanted, org: OrgValues) -> dict[str, Value]:
    values: dict[str, Value] = {
        schema.MEETING_TYPE: wanted.type_name,
        schema.NO_SHOW: wanted.status == "No Show",
        schema.CANCELED: wanted.is_cancelled,
        schema.ROUTER_NAME: wanted.router_name,
        schema.MEETING_STATUS: wanted.status,
        schema.MEETING_URL: wanted.url,
    }
    return {name: value for name, value in values.items() if org.extension_fields or name not in EXTENSIONS}


def _at_first(
    wanted: MeetingWanted, prospect: ProspectWanted, who_id: str, org: OrgValues
) -> dict[str, Value]:
    return {
        "Subject": event_subject(wanted, org),
        "Location": wanted.location,
        "Description": _description(wanted, prospect, who_id, org),
    }


def event_subject(wanted: MeetingWanted, org: OrgValues) -> str:
    """The title; with the status before it where the org has no field for that."""
    if org.has(schema.EVENT, schema.MEETING_STATUS) or wanted.status == "Scheduled":
        return wanted.subject
    return f"{wanted.status}: {wanted.subject}"


def _description(wanted: MeetingWanted, prospect: ProspectWanted, who_id: str, org: OrgValues) -> str:
    lines = [] if who_id else [f"{prospect.name} <{prospect.email}>" if prospect.name else prospect.email]
    if wanted.url and not org.has(schema.EVENT, schema.MEETING_URL):
        lines.append(f"Meeting link: {wanted.url}")
    return "\n".join(lines)


__all__ = ["PERSON", "OrgValues", "Planned", "event_subject", "plan_event", "plan_person"]
