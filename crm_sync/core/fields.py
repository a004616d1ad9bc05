"""What is written to a person's record: answers, values that a rule sets, and the six fields of the meeting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import schema
from .draft import Draft
from .shapes import is_blank, written_moment
from .wanted import MeetingWanted, ProspectWanted, SubmissionWanted

PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
NO_COMPANY = "[not provided]"
FIXED = frozenset({"email", "lastname"})  # a person without these is none


def write_answers(draft: Draft, wanted: SubmissionWanted, *, creates: bool) -> None:
    """The mapped answers, each as its mapping's `overwrite` says; all of them on the record they create."""
    if not (wanted.update or creates):
        return
    for mapped in wanted.answers.get(draft.object, ()):
        if creates or _may_write(draft, mapped.field, mapped.overwrite):
            draft.put(mapped.field, mapped.value, optional=mapped.field.lower() not in FIXED)


def _may_write(draft: Draft, name: str, overwrite: str) -> bool:
    return overwrite == "always" or (overwrite == "if_blank" and not draft.has(name))


def write_set_fields(
    draft: Draft, set_fields: Mapping[str, Mapping[str, Any]], placeholders: Mapping[str, Any]
) -> None:
    """The values that the matched rule sets on this object; one that comes out blank is passed over."""
    for name, value in set_fields.get(draft.object, {}).items():
        draft.put(name, render(value, placeholders))


def render(value: Any, placeholders: Mapping[str, Any]) -> Any:
    """A value with its `{placeholders}` filled in; one that is nothing but a placeholder keeps its type."""
    if not isinstance(value, str):
        return value
    alone = PLACEHOLDER.fullmatch(value.strip())
    if alone:
        return placeholders.get(alone[1])
    return PLACEHOLDER.sub(lambda match: _text(placeholders.get(match[1])), value)


def _text(value: Any) -> str:
    if is_blank(value):
        return ""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def write_meeting(draft: Draft, wanted: MeetingWanted) -> None:
    """The six fields, which tell of the meeting booked last."""
    draft.put_all(
        {
            schema.MEETING_TYPE: wanted.type_name,
            schema.MEETING_DATE: written_moment(wanted.start),
            schema.MEETING_STATUS: wanted.status,
            schema.NO_SHOW: wanted.status == "No Show",
            schema.ROUTER_NAME: wanted.last_router_name or wanted.router_name,
            schema.CREATED_AT: written_moment(wanted.created_at),
        }
    )


def write_fallbacks(draft: Draft, prospect: ProspectWanted) -> None:
    """What Salesforce demands of a new record and the form did not bring."""
    draft.put("Email", prospect.email, optional=False)
    local, _, domain = prospect.email.rpartition("@")
    if not draft.has("LastName"):
        draft.put("LastName", local, optional=False)
    if draft.object == "Lead" and not draft.has("Company"):
        draft.put("Company", NO_COMPANY if prospect.free_mail else domain, optional=False)
