"""The fields of a form and the answers to them: the plain mapping that rules see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

FieldType: TypeAlias = Literal[
    "text",
    "textarea",
    "email",
    "phone",
    "url",
    "number",
    "date",
    "select",
    "multiselect",
    "checkbox",
    "hidden",
]
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)

Scalar: TypeAlias = str | int | float | bool | None
# Number int or float, date `YYYY-MM-DD`, multiselect a list, checkbox bool, blank None; everything else text.
AnswerValue: TypeAlias = str | int | float | bool | list[str] | None
Answers: TypeAlias = Mapping[str, AnswerValue]


@dataclass(frozen=True, slots=True)
class FormField:
    """`options` are the allowed answers of a select or multiselect; `label` "" means the key."""

    key: str
    type: FieldType = "text"
    label: str = ""
    required: bool = False
    options: tuple[str, ...] = ()


def email_key(fields: tuple[FormField, ...]) -> str | None:
    """The key of the form's one e-mail field, None for a form that has none."""
    return next((field.key for field in fields if field.type == "email"), None)
