"""What conditions are asked about: each field's value, read once as text, number and date."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from routing.core.fields import Answers, AnswerValue, FieldType, FormField, Scalar, email_key
from routing.core.free_mail import domain_of
from routing.core.records import KnownRecord, RecordObject

Comparable: TypeAlias = str | Decimal | date | frozenset[str]
Kind: TypeAlias = Literal["text", "number", "date", "set"]
KIND_OF_TYPE: dict[FieldType, Kind] = {"number": "number", "date": "date", "multiselect": "set"}
UTM_KEYS = ("source", "medium", "campaign", "term", "content")

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9:.]+(Z|[+-][0-9:]+)")


def fold(value: Scalar) -> str:
    """Text as it is compared: without case and outer spaces; 40 and 40.0 are "40", True is "true"."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str("" if value is None else value).strip().casefold()


def read_number(value: Scalar) -> Decimal | None:
    """A number, or text of an optional sign, digits and one point; None for all else, true and false too."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    number = Decimal(repr(value))
    return number if number.is_finite() else None


def read_date(value: Scalar) -> date | None:
    """A day written `YYYY-MM-DD`; None for everything else, days that no calendar has included."""
    if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Fact:
    """One field's value, read every way it can be.

    `same` is what equality compares, of the kind that `kind` names; None when the value is blank, unreadable
    or not known. `known` is False where the record could not be looked up: such a fact satisfies nothing.
    """

    actual: AnswerValue = None
    known: bool = True
    blank: bool = True
    kind: Kind = "text"
    same: Comparable | None = None
    text: str | None = None
    number: Decimal | None = None
    day: date | None = None


BLANK = Fact()
UNKNOWN = Fact(known=False, blank=False)


def read_fact(value: AnswerValue, kind: Kind = "text") -> Fact:
    """The fact that a value of a field of that kind is."""
    if isinstance(value, (list, tuple, frozenset, set)):
        members = frozenset(filter(None, map(fold, value)))
        return Fact(list(value), True, not members, "set", members or None)
    text = fold(value)
    if not text:
        return Fact(value, kind=kind)
    number, day = read_number(value), read_date(value)
    same: dict[Kind, Comparable | None] = {
        "text": text,
        "number": number,
        "date": day,
        "set": frozenset({text}),
    }
    return Fact(value, True, False, kind, same[kind], text, number, day)


def read_record_fact(value: AnswerValue) -> Fact:
    """The fact of a CRM field, whose type the value itself shows; a moment counts as its day."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return read_fact(value, "number")
    fact = read_fact(value)
    moment = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if moment is None:
        return fact
    return Fact(value, True, False, "text", fact.same, fact.text, None, read_date(moment[1]))


class Facts(dict[str, Fact]):
    """Field name -> fact, read when first asked for and kept.

    `records` holds, per object, the matched record, None for one truly not found; an object that is missing
    could not be looked up. `extra_free_domains` are the workspace's own free-mail domains, lower case.
    """

    def __init__(
        self,
        fields: Iterable[FormField],
        answers: Answers,
        context: Mapping[str, str] | None = None,
        records: Mapping[RecordObject, KnownRecord | None] | None = None,
        extra_free_domains: Collection[str] = (),
    ) -> None:
        super().__init__()
        self.extra_free_domains = extra_free_domains
        form = tuple(fields)
        self._kinds: dict[str, Kind] = {field.key: KIND_OF_TYPE.get(field.type, "text") for field in form}
        self._answers = answers
        self._context = context or {}
        self._records: dict[str, KnownRecord | None] = dict((records or {}).items())
        email = answers.get(email_key(form) or "email")
        self.email = email if isinstance(email, str) else ""

    def __missing__(self, name: str) -> Fact:
        fact = self[name] = self._read(name)
        return fact

    def _read(self, name: str) -> Fact:
        if name == "email":
            return read_fact(self.email or None)
        if name in self._kinds:
            return read_fact(self._answers.get(name), self._kinds[name])
        if name == "email.domain":
            return read_fact(domain_of(self.email))
        if is_context_field(name):
            return read_fact(self._context.get(name))
        return self._read_record(*name.partition(".")[::2])

    def _read_record(self, kind: str, field: str) -> Fact:
        if kind not in self._records or not field:
            return UNKNOWN
        record = self._records[kind]
        return BLANK if record is None else read_record_fact(field_value(record, field))


def field_value(record: KnownRecord, name: str) -> AnswerValue:
    """A record's field by name, whatever its case; None where the record has no such field."""
    if name in record.fields:
        return record.fields[name]
    wanted = name.lower()
    return next((value for key, value in record.fields.items() if key.lower() == wanted), None)


def is_context_field(name: str) -> bool:
    """Whether a condition's field tells where the submission came from, rather than what was answered."""
    return name in ("source_url", "timezone") or (name.startswith("utm.") and name[4:] in UTM_KEYS)
