"""Custom fields from Tooling metadata: which types there are, what each must and must not say (facts 4.1)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import ApiError
from .schema import Field

if TYPE_CHECKING:
    from .org import Org

FULL_NAME = re.compile(r"([A-Za-z]\w*)\.([A-Za-z](?:_?[A-Za-z0-9])*)__c")
MAX_LABEL = 40
MOST_ACTIVITY_FIELDS = 100
MOST_FIELDS = 500
KEYABLE = {"Text", "Number", "Email"}


def fault(text: str, field: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> ApiError:
    return ApiError(400, code, text, [field])


def demand(metadata: dict[str, Any], kind: str, *names: str) -> None:
    for name in names:
        if metadata.get(name) is None:
            raise fault(f"Must specify '{name}' for a CustomField of type {kind}", name)


def refuse_keys(metadata: dict[str, Any], kind: str, *names: str) -> None:
    for name in names:
        if metadata.get(name) not in (None, False):
            raise fault(f"Can not specify '{name}' for a CustomField of type {kind}", name)


def make_text(kind: str, type_: str, longest: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def build(metadata: dict[str, Any]) -> dict[str, Any]:
        demand(metadata, kind, "length")
        if not isinstance(metadata["length"], int) or not 1 <= metadata["length"] <= longest:
            raise fault(f"Length must be between 1 and {longest}", "length")
        return {"type": type_, "length": metadata["length"]}

    return build


def make_checkbox(metadata: dict[str, Any]) -> dict[str, Any]:
    demand(metadata, "Checkbox", "defaultValue")
    refuse_keys(metadata, "Checkbox", "required", "length")
    default = str(metadata["defaultValue"]).lower() == "true"
    return {"type": "boolean", "nillable": False, "defaulted": True, "default": default}


def make_plain(kind: str, type_: str, length: int = 0) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def build(metadata: dict[str, Any]) -> dict[str, Any]:
        refuse_keys(metadata, kind, "length")
        return {"type": type_, "length": length}

    return build


def make_number(kind: str, type_: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def build(metadata: dict[str, Any]) -> dict[str, Any]:
        demand(metadata, kind, "precision", "scale")
        return {"type": type_, "precision": metadata["precision"], "scale": metadata["scale"]}

    return build


def make_picklist(type_: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def build(metadata: dict[str, Any]) -> dict[str, Any]:
        demand(metadata, "Picklist", "valueSet")
        value_set = metadata["valueSet"]
        entries = ((value_set.get("valueSetDefinition") or {}).get("value")) or []
        names = tuple(entry.get("valueName") or entry.get("fullName") or "" for entry in entries)
        if not names or not all(names):
            raise fault("A picklist needs values, each with a valueName", "valueSet")
        default = next((n for n, entry in zip(names, entries, strict=True) if entry.get("default")), None)
        restricted = value_set.get("restricted") is True
        return {"type": type_, "length": 255 if type_ == "picklist" else 4099, "values": names,
                "restricted": restricted, "default": default, "defaulted": default is not None}  # fmt: skip

    return build


def make_long(metadata: dict[str, Any]) -> dict[str, Any]:
    demand(metadata, "LongTextArea", "visibleLines")
    return {**make_text("LongTextArea", "textarea", 131072)(metadata), "filterable": False}


KINDS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Text": make_text("Text", "string", 255),
    "TextArea": make_plain("TextArea", "textarea", 255),
    "LongTextArea": make_long,
    "Checkbox": make_checkbox,
    "DateTime": make_plain("DateTime", "datetime"),
    "Date": make_plain("Date", "date"),
    "Url": make_plain("Url", "url", 255),
    "Email": make_plain("Email", "email", 80),
    "Phone": make_plain("Phone", "phone", 40),
    "Number": make_number("Number", "double"),
    "Currency": make_number("Currency", "currency"),
    "Percent": make_number("Percent", "percent"),
    "Picklist": make_picklist("picklist"),
    "MultiselectPicklist": make_picklist("multipicklist"),
}


def field_from(org: Org, name: str, metadata: dict[str, Any]) -> Field:
    """The field that metadata describes, or the refusal Salesforce would give."""
    kind = metadata.get("type")
    if kind not in KINDS:
        text = f"Type: bad value for restricted picklist field: {kind}"
        raise fault(text, "type", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    label = metadata.get("label")
    if not label:
        raise fault("Required fields are missing: [Label]", "label", "REQUIRED_FIELD_MISSING")
    if len(label) > MAX_LABEL:
        text = f"Label: data value too large: {label} (max length={MAX_LABEL})"
        raise fault(text, "label", "STRING_TOO_LONG")
    if kind not in KEYABLE:
        refuse_keys(metadata, kind, "externalId", "unique", "caseSensitive")
    return Field(
        name=name,
        label=label,
        custom=True,
        external_id=metadata.get("externalId") is True,
        unique=metadata.get("unique") is True,
        case_sensitive=metadata.get("caseSensitive") is True,
        help=metadata.get("inlineHelpText"),
        visible_from=time.time() + org.field_delay_seconds,
        **{"nillable": metadata.get("required") is not True, **KINDS[kind](metadata)},
    )


def split_full_name(full_name: object) -> tuple[str, str]:
    """(table, developer name) of `Lead.X__c`; developer names hold at most 40 characters."""
    found = FULL_NAME.fullmatch(full_name) if isinstance(full_name, str) else None
    if found is None or len(found[2]) > MAX_LABEL:
        text = f"The custom field's full name is not valid: {full_name}"
        raise fault(text, "FullName", "INVALID_FULL_NAME" if found is None else "STRING_TOO_LONG")
    return found[1], found[2]


def define(org: Org, full_name: object, metadata: dict[str, Any]) -> str:
    """Adds a field to its object (Activity: to Event and Task) and returns the CustomField's id."""
    table, developer_name = split_full_name(full_name)
    tables = org.schema.named_tables(table)
    if not tables or any(one.setup for one in tables):
        text = f"Entity Enumeration Or ID: bad value for restricted picklist field: {table}"
        raise fault(text, "TableEnumOrId", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    table = "Activity" if table.lower() == "activity" else tables[0].name
    name = f"{developer_name}__c"
    if any(one.get(name) for one in tables):
        text = f"There is already a field named {developer_name} on {table}."
        raise fault(text, "DeveloperName", "DUPLICATE_DEVELOPER_NAME")
    most = MOST_ACTIVITY_FIELDS if table == "Activity" else MOST_FIELDS
    if sum(1 for one in org.custom_fields.values() if one["TableEnumOrId"] == table) >= most:
        text = f"This would exceed the maximum number of custom fields on {table}: {most}"
        raise fault(text, "TableEnumOrId", "LIMIT_EXCEEDED")
    made = field_from(org, name, metadata)
    record_id = org.ids.make("00N")
    org.custom_fields[record_id] = {
        "Id": record_id, "DeveloperName": developer_name, "TableEnumOrId": table, "NamespacePrefix": None,
        "FullName": f"{table}.{name}", "Metadata": dict(metadata), "ManageableState": "unmanaged",
    }  # fmt: skip
    install(org, table, made)
    return record_id


def install(org: Org, table: str, made: Field) -> None:
    """Puts a field, new or changed, into its tables; records that stand get its default."""
    for one in org.schema.named_tables(table):
        one.add(made)
        org.schema.touch(one.name, org.moment().timestamp())
        for row in org.store.tables[one.name].values():
            row.setdefault(made.name, made.default)


def undefine(org: Org, record_id: str) -> None:
    """Deletes a field as an administrator does in Setup: values and permissions go with it."""
    gone = org.custom_fields.pop(record_id)
    name = f"{gone['DeveloperName']}__c"
    for one in org.schema.named_tables(gone["TableEnumOrId"]):
        one.drop(name)
        org.store.index.pop((one.name, name), None)
        org.schema.touch(one.name, org.moment().timestamp())
        for row in org.store.tables[one.name].values():
            row.pop(name, None)
        for grant in list(org.store.live("FieldPermissions")):
            if grant["Field"] == f"{one.name}.{name}":
                org.store.replace("FieldPermissions", grant["Id"], None)
