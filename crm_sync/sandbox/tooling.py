"""The Tooling API: CustomField in JSON, and queries over fields, entities and layouts."""

from __future__ import annotations

from typing import Any

from . import customfields
from .errors import ApiError, no_rights, not_found
from .ids import to18
from .queries import page_size
from .schema import Field, Schema, SObject
from .schema.fields import plain, ref, text
from .schema.sobject import make
from .soql import Source, run_soql
from .web import Answer, Call

ONE_ROW_ONLY = (
    "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more "
    "than one row for retrieval. Result size: {}"
)


def tooling_schema() -> Schema:
    """The Tooling objects that can be queried here."""
    return Schema([
        make("CustomField", "00N", [
            text("Id", 18, "id"), text("DeveloperName", 80), text("TableEnumOrId", 40), text("NamespacePrefix", 15),
            text("FullName", 255), plain("Metadata", "complexvalue"), text("ManageableState", 40),
        ]),
        make("EntityDefinition", "4ie", [
            text("DurableId", 40), text("QualifiedApiName", 80), text("DeveloperName", 80), text("Label", 80),
            text("KeyPrefix", 3),
        ]),
        make("FieldDefinition", "4fe", [
            text("DurableId", 80), text("QualifiedApiName", 80), text("DeveloperName", 80), text("Label", 80),
            text("DataType", 80), text("NamespacePrefix", 15), plain("IsIndexed", "boolean"),
            ref("EntityDefinitionId", "EntityDefinition"),
        ]),
        make("Layout", "00h", [
            text("Id", 18, "id"), text("Name", 80), text("EntityDefinitionId", 40), text("TableEnumOrId", 40),
        ]),
    ])  # fmt: skip


def field_row(sobject: SObject, one: Field) -> dict[str, Any]:
    short = one.name.removesuffix("__c")
    return {
        "DurableId": f"{sobject.name}.{one.name}", "QualifiedApiName": one.name, "DeveloperName": short,
        "Label": one.label, "DataType": one.type, "NamespacePrefix": None, "EntityDefinitionId": sobject.name,
        "IsIndexed": one.external_id or one.unique,
    }  # fmt: skip


def tooling_rows(call: Call, table: SObject) -> list[dict[str, Any]]:
    org = call.org
    business = [one for one in org.schema if not one.setup]
    if table.name == "CustomField":
        return list(org.custom_fields.values())
    if table.name == "EntityDefinition":
        return [entity_row(one) for one in org.schema]
    if table.name == "Layout":
        return [{"Id": call.org.layout_id(n), "Name": f"{one.label} Layout", "EntityDefinitionId": one.name,
                 "TableEnumOrId": one.name} for n, one in enumerate(business)]  # fmt: skip
    return [field_row(sobject, one) for sobject in org.schema for one in sobject]


def entity_row(one: SObject) -> dict[str, Any]:
    names = {"DurableId": one.name, "QualifiedApiName": one.name, "DeveloperName": one.name}
    return {**names, "Label": one.label, "KeyPrefix": one.prefix}


def query(call: Call) -> Answer:
    """SELECT over the Tooling objects; Metadata and FullName for one row at most."""
    access = call.access
    source = Source(
        schema=tooling_schema(),
        rows=lambda table: tooling_rows(call, table),
        find=lambda name: next((entity_row(one) for one in call.org.schema if one.name == name), None),
        readable=lambda *_: True,
        may_query=lambda _: access.has("ViewSetup"),
        now=call.org.now,
        url=lambda table, record_id: f"{call.base}/tooling/sobjects/{table}/{record_id}",
    )
    found = run_soql(source, call.query.get("q", ""))
    heavy = any("Metadata" in one or "FullName" in one for one in found.records)
    if heavy and found.total > 1:
        raise ApiError(400, "MALFORMED_QUERY", ONE_ROW_ONLY.format(found.total))
    shown = found.records[: page_size(call)]
    entity = shown[0]["attributes"]["type"] if shown else None
    head = {"size": len(shown), "totalSize": found.total, "done": True, "queryLocator": None}
    return Answer(200, {**head, "entityTypeName": entity, "records": shown})


def require_right(call: Call) -> None:
    if not call.access.has("CustomizeApplication"):
        raise no_rights(what="entity: CustomField")


def created(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": [], "warnings": [], "infos": []}


def create_field(call: Call) -> Answer:
    require_right(call)
    body = call.json_object()
    unknown = [name for name in body if name not in ("FullName", "Metadata", "attributes")]
    if unknown:
        text_ = f"No such column '{unknown[0]}' on sobject of type CustomField"
        raise ApiError(400, "INVALID_FIELD", text_)
    metadata = body.get("Metadata")
    if not isinstance(metadata, dict):
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"])
    made = customfields.define(call.org, body.get("FullName"), metadata)
    headers = {"Location": f"{call.base}/tooling/sobjects/CustomField/{made}"}
    return Answer(201, created(made), headers)


def find_field(call: Call, record_id: str) -> dict[str, Any]:
    found = call.org.custom_fields.get(to18(record_id) or "")
    if found is None:
        raise not_found()
    return found


def read_field(call: Call, record_id: str) -> Answer:
    found = find_field(call, record_id)
    url = f"{call.base}/tooling/sobjects/CustomField/{found['Id']}"
    return Answer(200, {"attributes": {"type": "CustomField", "url": url}, **found})


def change_field(call: Call, record_id: str) -> Answer:
    """New metadata for a field, its type unchanged."""
    require_right(call)
    found = find_field(call, record_id)
    metadata = {**found["Metadata"], **(call.json_object().get("Metadata") or {})}
    if metadata["type"] != found["Metadata"]["type"]:
        text_ = f"Cannot change the type of {found['FullName']} while it holds values"
        raise ApiError(400, "FIELD_INTEGRITY_EXCEPTION", text_, ["type"])
    name = f"{found['DeveloperName']}__c"
    customfields.install(call.org, found["TableEnumOrId"], customfields.field_from(call.org, name, metadata))
    found["Metadata"] = metadata
    return Answer(204)


def delete_field(call: Call, record_id: str) -> Answer:
    """Real orgs refuse this over Tooling (facts 4.1)."""
    require_right(call)
    find_field(call, record_id)
    raise no_rights(400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "cross-reference id")


def describe(call: Call, name: str) -> Answer:
    table = tooling_schema().get(name)
    if table is None:
        raise not_found()
    fields = [{"name": one.name, "type": one.type, "label": one.label} for one in table]
    return Answer(200, {"name": table.name, "keyPrefix": table.prefix, "fields": fields})
