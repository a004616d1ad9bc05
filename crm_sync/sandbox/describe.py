"""Describe bodies with all keys that real orgs send (facts 9: 57 keys a field)."""

from __future__ import annotations

from typing import Any

from .access import Access
from .schema import Field, SObject

SOAP_TYPES = {
    "boolean": "xsd:boolean", "datetime": "xsd:dateTime", "date": "xsd:date", "int": "xsd:int",
    "double": "xsd:double", "currency": "xsd:double", "percent": "xsd:double", "id": "tns:ID",
    "reference": "tns:ID", "address": "urn:address",
}  # fmt: skip
CHOICES = {"picklist", "multipicklist", "combobox"}
UNGROUPED = {"address", "double", "currency", "percent", "datetime"}
MASTER_TYPE = {
    "active": True, "available": True, "defaultRecordTypeMapping": True, "developerName": "Master", "master": True,
    "name": "Master", "recordTypeId": "012000000000000AAA",
}  # fmt: skip


def choices(field: Field) -> list[dict[str, Any]]:
    if field.type not in CHOICES:
        return []
    return [
        {
            "active": True,
            "defaultValue": value == field.default,
            "label": value,
            "validFor": None,
            "value": value,
        }
        for value in field.values
    ]


def points_to_business(field: Field) -> bool:
    """References that a search can be narrowed by: all but owners, authors and the winner of a merge."""
    return bool(field.refers) and "User" not in field.refers and field.name != "MasterRecordId"


def describe_field(field: Field, *, editable: bool) -> dict[str, Any]:
    """One field as describe shows it; read-only to this user when field-level security says so."""
    simple = field.filterable and field.type != "address"
    default: Any = field.default if field.defaulted else None
    return {
        "aggregatable": simple and field.type != "boolean",
        "aiPredictionField": False, "autoNumber": False,
        "byteLength": field.length if field.type in ("id", "reference") else field.length * 3,
        "calculated": False, "calculatedFormula": None, "cascadeDelete": False,
        "caseSensitive": field.case_sensitive, "compoundFieldName": field.compound, "controllerName": None,
        "createable": field.createable and editable, "custom": field.custom, "defaultValue": default,
        "defaultValueFormula": None, "defaultedOnCreate": field.defaulted, "dependentPicklist": False,
        "deprecatedAndHidden": False, "digits": field.precision if field.type == "int" else 0,
        "displayLocationInDecimal": False, "encrypted": False, "externalId": field.external_id,
        "extraTypeInfo": field.extra, "filterable": simple or field.type == "address", "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False, "groupable": simple and field.groupable and field.type not in UNGROUPED,
        "highScaleNumber": False, "htmlFormatted": False, "idLookup": field.id_lookup or field.external_id,
        "inlineHelpText": field.help, "label": field.label, "length": field.length, "mask": None,
        "maskType": None, "name": field.name, "nameField": field.name_field,
        "namePointing": len(field.refers) > 1, "nillable": field.nillable,
        "permissionable": field.permissionable, "picklistValues": choices(field),
        "polymorphicForeignKey": len(field.refers) > 1,
        "precision": 0 if field.type == "int" else field.precision, "queryByDistance": field.type == "address",
        "referenceTargetField": None, "referenceTo": list(field.refers), "relationshipName": field.relationship,
        "relationshipOrder": None, "restrictedDelete": False, "restrictedPicklist": field.restricted,
        "scale": field.scale, "searchPrefilterable": points_to_business(field),
        "soapType": SOAP_TYPES.get(field.type, "xsd:string"), "sortable": simple, "type": field.type,
        "unique": field.unique, "updateable": field.updateable and editable, "writeRequiresMasterRead": False,
    }  # fmt: skip


def outline(access: Access, sobject: SObject, base: str) -> dict[str, Any]:
    """An object as the global describe lists it, with what this user may do."""
    url = f"{base}/sobjects/{sobject.name}"
    urls = {"sobject": url, "describe": f"{url}/describe", "rowTemplate": url + "/{ID}"}
    if not sobject.setup:
        urls |= {"layouts": f"{url}/describe/layouts", "compactLayouts": f"{url}/describe/compactLayouts"}
    return {
        "activateable": False, "associateEntityType": None, "associateParentEntity": None,
        "createable": access.can(sobject, "Create"), "custom": False, "customSetting": False,
        "deepCloneable": False, "deletable": access.can(sobject, "Delete"), "deprecatedAndHidden": False,
        "feedEnabled": not sobject.setup, "hasSubtypes": False, "isInterface": False, "isSubtype": False,
        "keyPrefix": sobject.prefix, "label": sobject.label, "labelPlural": sobject.plural,
        "layoutable": not sobject.setup, "mergeable": sobject.name in ("Lead", "Contact", "Account"),
        "mruEnabled": not sobject.setup, "name": sobject.name, "queryable": True, "replicateable": True,
        "retrieveable": True, "searchable": sobject.searchable, "triggerable": not sobject.setup,
        "undeletable": not sobject.setup, "updateable": access.can(sobject, "Edit"), "urls": urls,
    }  # fmt: skip


def describe_sobject(
    access: Access, sobject: SObject, base: str, fields: list[dict[str, Any]]
) -> dict[str, Any]:
    url = f"{base}/sobjects/{sobject.name}/describe/layouts/012000000000000AAA"
    more = {
        "actionOverrides": [], "childRelationships": children(access, sobject), "compactLayoutable": True,
        "defaultImplementation": None, "extendedBy": None, "extendsInterfaces": None, "fields": fields,
        "implementedBy": None, "implementsInterfaces": None, "listviewable": None, "lookupLayoutable": None,
        "namedLayoutInfos": [], "networkScopeFieldName": None,
        "recordTypeInfos": [{**MASTER_TYPE, "urls": {"layout": url}}], "searchLayoutable": True,
        "sobjectDescribeOption": "FULL", "supportedScopes": [{"label": "All", "name": "everything"}],
    }  # fmt: skip
    return dict(sorted({**outline(access, sobject, base), **more}.items()))


def children(access: Access, sobject: SObject) -> list[dict[str, Any]]:
    """The relationships by which other objects point here."""
    return [
        {
            "cascadeDelete": False, "childSObject": child.name, "deprecatedAndHidden": False, "field": one.name,
            "junctionIdListNames": [], "junctionReferenceTo": [],
            "relationshipName": child.plural.replace(" ", ""), "restrictedDelete": False,
        }
        for child in access.org.schema if access.can(child, "Read")
        for one in child if sobject.name in one.refers and access.readable(child, one)
    ]  # fmt: skip
