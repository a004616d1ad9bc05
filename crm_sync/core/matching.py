"""Which of the records found is the prospect's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .schema import PROSPECT_ID

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """A Lead or Contact, with the fields that were read (none for a record that was not read)."""

    object: str
    id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    was_read: bool = True

    def value(self, name: str) -> Any:
        """A field's value without regard to the name's case; None where it was not read."""
        if name in self.fields:
            return self.fields[name]
        return next((value for key, value in self.fields.items() if key.lower() == name.lower()), None)

    @property
    def owner_id(self) -> str:
        return str(self.value("OwnerId") or "")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: the person; or, for a converted Lead alone, the Contact's id to follow; or nobody."""

    person: Person | None = None
    follow: str = ""


def choose_person(
    contacts: Sequence[Person],
    leads: Sequence[Person],
    *,
    email: str,
    prospect_id: str,
    linked_id: str = "",
) -> Found:
    """The record that we wrote before, else Contacts by e-mail, then Leads, then converted Leads' Contacts.

    Of several, the most recently modified. A Lead that was converted is never the person itself.
    """
    open_leads = [lead for lead in leads if not lead.value("IsConverted")]
    converted = [lead for lead in leads if lead.value("IsConverted")]
    everybody = [*contacts, *open_leads, *converted]
    known = [one for one in everybody if same_id(one.id, linked_id)]
    known += [one for one in everybody if _is_key(one.value(PROSPECT_ID), prospect_id)]
    for group in (known, *(_latest_first(group, email) for group in (contacts, open_leads, converted))):
        for person in group:
            if not person.value("IsConverted"):
                return Found(person)
            if person.value("ConvertedContactId"):
                return _followed(str(person.value("ConvertedContactId")), contacts)
    return Found()


def _followed(contact_id: str, contacts: Sequence[Person]) -> Found:
    person = next((one for one in contacts if same_id(one.id, contact_id)), None)
    return Found(person) if person else Found(follow=contact_id)


def _is_key(value: Any, prospect_id: str) -> bool:
    return str(value or "").lower() == prospect_id.lower()


def _latest_first(people: Sequence[Person], email: str) -> list[Person]:
    same = [one for one in people if str(one.value("Email") or "").strip().lower() == email.lower()]
    return sorted(same, key=lambda one: (read_moment(one.value("LastModifiedDate")), one.id), reverse=True)


def same_id(one: str, other: str) -> bool:
    """Whether two ids, of 15 or 18 characters, name one record."""
    return bool(one and other) and one[:15] == other[:15]


def read_moment(text: Any) -> datetime:
    """A time as Salesforce writes it (`2026-05-01T07:25:37.000+0000`); long ago for what is none."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return LONG_AGO
