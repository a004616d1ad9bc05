"""Whether Distro's fields stand in the org as they should, and what an administrator must do where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crm_sync.core.schema import STATUSES, CustomField

PERMISSION_SET = "Distro_Integration"
CUSTOM_TYPES = {
    "string": "Text",
    "textarea": "Text Area",
    "picklist": "Picklist",
    "multipicklist": "Multi-Select Picklist",
    "boolean": "Checkbox",
    "datetime": "Date/Time",
    "date": "Date",
    "url": "URL",
    "double": "Number",
    "reference": "Lookup",
    "email": "Email",
    "phone": "Phone",
}


@dataclass(frozen=True)
class Health:
    """One field of the card. `text` is empty where all is well."""

    exists: bool = False
    type_right: bool = False
    readable: bool = False
    writable: bool = False
    text: str = ""

    @property
    def is_good(self) -> bool:
        return self.exists and self.type_right and self.readable and self.writable

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def health_of(
    field: CustomField, described: Mapping[str, Any] | None, known: bool, refusal: str, user: str
) -> Health:
    """The health of a field.

    `described` is what the connected user's describe says of it (None: nothing), `known` whether the org has a
    field of this name all the same, `refusal` why it could not be made, `user` the connected user's name.
    Source: REST API guide, "sObject Describe": fields without read access are left out.
    """
    if described is None and known:
        return Health(
            exists=True, text=f"{user} may not see it, so nothing more is known. {grant_words(field)}"
        )
    if described is None:
        return Health(text=f"{refusal or 'It is missing.'} {creation_words(field)}")
    wrong = type_fault(field, described)
    writable = bool(described.get("createable") and described.get("updateable"))
    words = [wrong, "" if writable else f"{user} may not edit it. {grant_words(field)}"]
    return Health(True, not wrong, True, writable, " ".join(word for word in words if word))


def type_fault(field: CustomField, described: Mapping[str, Any]) -> str:
    """A sentence about what stands there instead of what is wanted, empty where the type is right."""
    found = described.get("type")
    if found != field.described_type:
        name = CUSTOM_TYPES.get(str(found), str(found))
        advice = "Distro writes what fits and leaves out the rest; to have it made anew, delete it and check again."
        return f"It is a {name} here, and Distro wants {wanted_words(field)}. {advice}"
    return DETAILS[field.type](field, described)


def _text_fault(field: CustomField, described: Mapping[str, Any]) -> str:
    if int(described.get("length") or 0) < field.length:
        change = f"Setup > Object Manager: let it have {field.length}."
        return f"It has {described.get('length')} characters; longer values are cut. {change}"
    if field.key and not (described.get("externalId") and described.get("unique")):
        return "It must be an External ID and unique: until then Distro looks before each write."
    if field.key and described.get("caseSensitive"):
        return 'It must treat "ABC" and "abc" as the same value: it is unique with regard to case.'
    return ""


def _picklist_fault(field: CustomField, described: Mapping[str, Any]) -> str:
    have = {one.get("value") for one in described.get("picklistValues") or () if one.get("active", True)}
    missing = [value for value in field.values if value not in have]
    return f"It lacks the values {', '.join(missing)}: add them in Setup > Object Manager." if missing else ""


def _no_fault(field: CustomField, described: Mapping[str, Any]) -> str:
    return ""


DETAILS: dict[str, Callable[[CustomField, Mapping[str, Any]], str]] = {
    "Text": _text_fault,
    "Picklist": _picklist_fault,
    "DateTime": _no_fault,
    "Checkbox": _no_fault,
    "Url": _no_fault,
}


def wanted_words(field: CustomField) -> str:
    """The type as Setup calls it: `Text(100)`, `Picklist (restricted: Scheduled, …)`."""
    words = {
        "Text": f"Text({field.length})",
        "DateTime": "Date/Time",
        "Picklist": f"Picklist (restricted: {', '.join(STATUSES)})",
        "Checkbox": "Checkbox",
        "Url": "URL",
    }
    return words[field.type] + (", External ID, unique, without regard to case" if field.key else "")


def creation_words(field: CustomField) -> str:
    """What an administrator clicks to make the field."""
    name = field.name.removesuffix("__c")
    place = f"Setup > Object Manager > {field.object} > Fields & Relationships > New"
    return f"An administrator creates it: {place}: {wanted_words(field)}, field name {name}."


def grant_words(field: CustomField) -> str:
    """What an administrator clicks to let the connected user at the field."""
    place = f"Setup > Permission Sets > {PERMISSION_SET} > Object Settings > {field.described_on}"
    return f"An administrator allows Read and Edit: {place}, and assigns the permission set."
