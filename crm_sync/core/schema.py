"""Distro's own fields in a customer's org, as a table (contract, section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CustomType = Literal["Text", "DateTime", "Picklist", "Checkbox", "Url"]

STATUSES = ("Scheduled", "Rescheduled", "Completed", "No Show", "Cancelled")
ACTIVITY = "Activity"
EVENT = "Event"

MEETING_TYPE = "Distro_Meeting_Type__c"
MEETING_DATE = "Distro_Meeting_Date__c"
MEETING_STATUS = "Distro_Meeting_Status__c"
NO_SHOW = "Distro_No_Show__c"
CANCELED = "Distro_Canceled__c"
ROUTER_NAME = "Distro_Router_Name__c"
CREATED_AT = "Distro_Meeting_Created_At__c"
PROSPECT_ID = "Distro_Prospect_Id__c"
MEETING_ID = "Distro_Meeting_Id__c"
MEETING_URL = "Distro_Meeting_URL__c"


@dataclass(frozen=True, slots=True)
class CustomField:
    """One field: `object` is where it is defined (Event's are defined on Activity), `extension` marks those
    that a workspace can decline, `key` a unique external id without regard to case."""

    object: str
    name: str
    type: CustomType
    length: int = 0
    values: tuple[str, ...] = ()
    extension: bool = False
    key: bool = False

    @property
    def label(self) -> str:
        """The name with spaces: `Distro Meeting Type`."""
        return self.name.removesuffix("__c").replace("_", " ")

    @property
    def described_on(self) -> str:
        """The object whose describe and field permissions know the field."""
        return EVENT if self.object == ACTIVITY else self.object

    @property
    def described_type(self) -> str:
        """The `type` that describe gives it."""
        return DESCRIBED_TYPES[self.type]


DESCRIBED_TYPES: dict[CustomType, str] = {
    "Text": "string",
    "DateTime": "datetime",
    "Picklist": "picklist",
    "Checkbox": "boolean",
    "Url": "url",
}


def _person_fields(name: str) -> tuple[CustomField, ...]:
    return (
        CustomField(name, MEETING_TYPE, "Text", 100),
        CustomField(name, MEETING_DATE, "DateTime"),
        CustomField(name, MEETING_STATUS, "Picklist", values=STATUSES),
        CustomField(name, NO_SHOW, "Checkbox"),
        CustomField(name, ROUTER_NAME, "Text", 75),
        CustomField(name, CREATED_AT, "DateTime"),
        CustomField(name, PROSPECT_ID, "Text", 36, extension=True, key=True),
    )


FIELDS: tuple[CustomField, ...] = (
    *_person_fields("Lead"),
    *_person_fields("Contact"),
    CustomField(ACTIVITY, MEETING_TYPE, "Text", 75),
    CustomField(ACTIVITY, NO_SHOW, "Checkbox"),
    CustomField(ACTIVITY, CANCELED, "Checkbox"),
    CustomField(ACTIVITY, ROUTER_NAME, "Text", 75),
    CustomField(ACTIVITY, MEETING_ID, "Text", 36, extension=True, key=True),
    CustomField(ACTIVITY, MEETING_STATUS, "Picklist", values=STATUSES, extension=True),
    CustomField(ACTIVITY, MEETING_URL, "Url", extension=True),
)
KEY_FIELDS = {"Lead": PROSPECT_ID, "Contact": PROSPECT_ID, EVENT: MEETING_ID}


def fields_wanted(extension_fields: bool) -> tuple[CustomField, ...]:
    """The fields that a workspace wants in its org: all, or all but ours where it declined those."""
    return tuple(field for field in FIELDS if extension_fields or not field.extension)
