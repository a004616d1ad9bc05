"""What describe says of a field, in short, and values made to fit it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

Value: TypeAlias = str | int | float | bool | None

KEPT = ("name", "label", "type", "length", "createable", "updateable", "nillable")
RECORD_ID = re.compile(r"^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$")
NUMBER = re.compile(r"^[+-]?\d+(\.\d*)?$|^[+-]?\.\d+$")
YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field as describe has it (REST API guide, "sObject Describe"); `values` are a picklist's active ones."""

    name: str
    label: str = ""
    type: str = "string"
    length: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    restricted: bool = False
    relationship: str = ""
    refers_to: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


# Field names are kept in small letters as keys: Salesforce disregards case.
Shapes: TypeAlias = Mapping[str, FieldShape]


def read_shapes(describe: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A describe answer in the short form that is stored: {field name: the columns of FieldShape}."""
    return {field["name"]: asdict(_shape(field)) for field in describe.get("fields", ())}


def _shape(field: Mapping[str, Any]) -> FieldShape:
    return FieldShape(
        **{key: field[key] for key in KEPT if key in field},
        defaulted=bool(field.get("defaultedOnCreate")),
        restricted=bool(field.get("restrictedPicklist")),
        relationship=str(field.get("relationshipName") or ""),
        refers_to=tuple(field.get("referenceTo") or ()),
        values=tuple(one["value"] for one in field.get("picklistValues") or () if one.get("active", True)),
    )


def shapes_of(stored: Mapping[str, Mapping[str, Any]]) -> Shapes:
    """The stored form back as values, by lower-case name."""
    return {
        name.lower(): FieldShape(
            **{**one, "refers_to": tuple(one["refers_to"]), "values": tuple(one["values"])}
        )
        for name, one in stored.items()
    }


@dataclass(frozen=True, slots=True)
class Fitted:
    """A value as the field takes it. `lost` says why it cannot be written, `note` what was done to it."""

    value: Value = None
    note: str = ""
    lost: str = ""


def is_blank(value: Any) -> bool:
    """Null, empty text, an empty list; the number 0 and an unticked box are answers."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def fit(value: Any, shape: FieldShape | None) -> Fitted:
    """A value that is not blank, converted to the field's type and cut to its length."""
    if shape is None:
        return Fitted(_plain(value))
    return CONVERTERS.get(shape.type, _as_text)(value, shape)


def _plain(value: Any) -> Value:
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _as_text(value: Any, shape: FieldShape) -> Fitted:
    text = _words(value, ";" if shape.type == "multipicklist" else ", ")
    if shape.length and len(text) > shape.length and shape.type not in ("picklist", "multipicklist"):
        return Fitted(text[: shape.length], f"{shape.name} was cut to {shape.length} characters")
    return Fitted(text)


def _words(value: Any, separator: str) -> str:
    if isinstance(value, (list, tuple)):
        return separator.join(map(str, value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _as_number(value: Any, shape: FieldShape) -> Fitted:
    text = _words(value, ", ")
    if isinstance(value, bool) or not NUMBER.match(text):
        return Fitted(lost=f"{shape.name} takes a number")
    number = float(text)
    if shape.type == "int":
        if not number.is_integer():
            return Fitted(lost=f"{shape.name} takes a whole number")
        return Fitted(int(number))
    return Fitted(int(number) if number.is_integer() else number)


def _as_box(value: Any, shape: FieldShape) -> Fitted:
    word = str(value).strip().lower()
    if word in YES | NO:
        return Fitted(word in YES)
    return Fitted(lost=f"{shape.name} is a checkbox and takes yes or no")


def _as_date(value: Any, shape: FieldShape) -> Fitted:
    try:
        return Fitted(date.fromisoformat(str(value).strip()[:10]).isoformat())
    except ValueError:
        return Fitted(lost=f"{shape.name} takes a date")


def _as_moment(value: Any, shape: FieldShape) -> Fitted:
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return Fitted(lost=f"{shape.name} takes a date and time")
    return Fitted(written_moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC)))


def _as_reference(value: Any, shape: FieldShape) -> Fitted:
    text = str(value).strip()
    return Fitted(text) if RECORD_ID.match(text) else Fitted(lost=f"{shape.name} takes a record's id")


def _never(value: Any, shape: FieldShape) -> Fitted:
    return Fitted(lost=f"{shape.name} cannot be written by a form")


def written_moment(moment: datetime) -> str:
    """An aware time as Salesforce takes it: ISO 8601 in UTC, whole seconds, with Z."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


Converter: TypeAlias = Callable[[Any, FieldShape], Fitted]
CONVERTERS: dict[str, Converter] = {
    "int": _as_number,
    "double": _as_number,
    "currency": _as_number,
    "percent": _as_number,
    "boolean": _as_box,
    "date": _as_date,
    "datetime": _as_moment,
    "reference": _as_reference,
    "id": _never,
    "address": _never,
    "location": _never,
    "base64": _never,
    "time": _as_text,
}
