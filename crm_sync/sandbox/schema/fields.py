"""What a field is, and short makers for the kinds of fields that objects have."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

TEXT_TYPES = {"string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox"}
LONG_TEXT = 4000


@dataclass(frozen=True)
class Field:
    """One field of an object, as far as describe and the save rules know it."""

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    default: Any = None
    filterable: bool = True
    groupable: bool = True
    extra: str | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    refers: tuple[str, ...] = ()
    relationship: str | None = None
    id_lookup: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    custom: bool = False
    permissionable: bool = True
    name_field: bool = False
    compound: str | None = None
    help: str | None = None
    visible_from: float = 0.0

    @property
    def required(self) -> bool:
        """Must be given on create (describe: createable, not nillable, not defaulted)."""
        return self.createable and not self.nillable and not self.defaulted and self.type != "boolean"

    @property
    def is_text(self) -> bool:
        return self.type in TEXT_TYPES


def label_of(name: str) -> str:
    """A label from an API name: LastName -> Last Name, OwnerId -> Owner ID."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("__c").replace("_", " "))
    return re.sub(r"\bId$", "ID", words)


def text(name: str, length: int, type_: str = "string", **more: Any) -> Field:
    label = more.pop("label", None) or label_of(name)
    if type_ == "textarea":
        more.setdefault("extra", "plaintextarea")
    return Field(name=name, label=label, type=type_, length=length, **more)


def long_text(name: str, length: int = 32000, **more: Any) -> Field:
    return text(name, length, "textarea", filterable=False, **more)


def choice(name: str, values: tuple[str, ...], **more: Any) -> Field:
    return text(name, more.pop("length", 255), "picklist", values=values, **more)


def plain(name: str, type_: str, **more: Any) -> Field:
    """Booleans, dates and datetimes."""
    if type_ == "boolean":
        more = {"nillable": False, "defaulted": True, "default": False, **more}
    return Field(name=name, label=more.pop("label", None) or label_of(name), type=type_, **more)


def number(name: str, type_: str, precision: int, scale: int = 0, **more: Any) -> Field:
    return Field(
        name=name,
        label=more.pop("label", None) or label_of(name),
        type=type_,
        precision=precision,
        scale=scale,
        **more,
    )


def ref(name: str, *refers: str, **more: Any) -> Field:
    relationship = more.pop("relationship", name.removesuffix("Id"))
    label = more.pop("label", None) or label_of(name)
    return Field(
        name=name, label=label, type="reference", length=18, refers=refers, relationship=relationship, **more
    )


def read_only(field: Field) -> Field:
    return replace(field, createable=False, updateable=False)


def system_fields(
    prefix_name: str, owners: tuple[str, ...] = (), owner_label: str = "Owner ID"
) -> list[Field]:
    """Id, audit fields and, where records have owners, OwnerId."""
    fixed: dict[str, Any] = {"permissionable": False, "nillable": False, "defaulted": True}
    found = [
        read_only(text("Id", 18, "id", label=f"{prefix_name} ID", id_lookup=True, **fixed)),
        read_only(plain("IsDeleted", "boolean", label="Deleted", permissionable=False)),
    ]
    if owners:
        found.append(ref("OwnerId", *owners, label=owner_label, **fixed))
    for stamp, by in (("CreatedDate", "CreatedById"), ("LastModifiedDate", "LastModifiedById")):
        found += [read_only(plain(stamp, "datetime", **fixed)), read_only(ref(by, "User", **fixed))]
    return [*found, read_only(plain("SystemModstamp", "datetime", **fixed))]


GEOCODES = (
    "Address",
    "NearAddress",
    "Block",
    "Street",
    "ExtendedZip",
    "Zip",
    "Neighborhood",
    "City",
    "Unknown",
)
ADDRESS_TEXTS = (
    ("Street", 255, "textarea", "Street"),
    ("City", 40, "string", "City"),
    ("State", 80, "string", "State/Province"),
    ("PostalCode", 20, "string", "Zip/Postal Code"),
    ("Country", 80, "string", "Country"),
)


def address(prefix: str, compound: str) -> list[Field]:
    """The parts of an address and the read-only compound field over them."""
    found = [
        text(prefix + name, length, kind, compound=compound, label=f"{prefix} {label}".strip())
        for name, length, kind, label in ADDRESS_TEXTS
    ]
    for name in ("Latitude", "Longitude"):
        found.append(number(prefix + name, "double", 18, 15, compound=compound))
    found.append(choice(f"{prefix}GeocodeAccuracy", GEOCODES, length=40, restricted=True, compound=compound))
    return [
        *found,
        read_only(Field(name=compound, label=label_of(compound), type="address", filterable=False)),
    ]
