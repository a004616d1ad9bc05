"""Custom fields, permission sets and field-level security that really hides (facts 4, 9)."""

from __future__ import annotations

from typing import Any

import pytest

from .wire import Wire, define, grant, lead, picklist

DESCRIBE_KEYS = """
    aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive
    compoundFieldName controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate
    dependentPicklist deprecatedAndHidden digits displayLocationInDecimal encrypted externalId extraTypeInfo
    filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup
    inlineHelpText label length mask maskType name nameField namePointing nillable permissionable picklistValues
    polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName
    relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique
    updateable writeRequiresMasterRead
"""


def described(wire: Wire, sobject: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in wire.get(f"/sobjects/{sobject}/describe")["fields"]}


def test_describe_has_all_57_keys_and_the_recorded_facts(dana: Wire) -> None:
    found = described(dana, "Lead")
    assert sorted(found["Email"]) == sorted(DESCRIBE_KEYS.split())
    assert (found["Email"]["length"], found["Email"]["idLookup"], found["Email"]["unique"]) == (
        80,
        True,
        False,
    )
    assert found["Status"]["defaultedOnCreate"] is True
    assert found["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert (found["IsConverted"]["createable"], found["IsConverted"]["updateable"]) == (True, False)
    event = described(dana, "Event")
    assert event["OwnerId"]["referenceTo"] == ["Calendar", "User"]
    assert (event["Description"]["filterable"], event["ShowAs"]["restrictedPicklist"]) == (False, True)
    assert described(dana, "Contact")["OwnerId"]["referenceTo"] == ["User"]


@pytest.mark.parametrize(
    ("sobject", "required"),
    [("Lead", ["LastName", "Company"]), ("Contact", ["LastName"]), ("Account", ["Name"]), ("Event", [])],
)
def test_describe_tells_what_is_required(dana: Wire, sobject: str, required: list[str]) -> None:
    fields = described(dana, sobject).values()
    open_ones = [
        one for one in fields if one["createable"] and not one["nillable"] and one["type"] != "boolean"
    ]
    assert [one["name"] for one in open_ones if not one["defaultedOnCreate"]] == required


def test_describe_answers_304_until_something_changes(dana: Wire) -> None:
    first = dana.send("GET", "/sobjects/Lead/describe")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert dana.send("GET", "/sobjects/Lead/describe", headers=since).status_code == 304
    define(dana, "Lead.X__c", type="Url")
    assert dana.send("GET", "/sobjects/Lead/describe", headers=since).status_code == 200


def test_a_new_field_is_invisible_until_granted(dana: Wire) -> None:
    made = define(dana, "Lead.Distro_No_Show__c", type="Checkbox", defaultValue="false")
    assert made.json() == {
        "id": made.json()["id"],
        "success": True,
        "errors": [],
        "warnings": [],
        "infos": [],
    }
    assert made.json()["id"].startswith("00N")
    assert "Distro_No_Show__c" not in described(dana, "Lead")
    values = lead(Distro_No_Show__c=True)
    assert dana.refusal("POST", "/sobjects/Lead", values)[:2] == (400, "INVALID_FIELD")
    soql = {"q": "SELECT Distro_No_Show__c FROM Lead"}
    assert dana.refusal("GET", "/query", params=soql)[1] == "INVALID_FIELD"
    grant(dana, "Lead.Distro_No_Show__c")
    record = dana.make("Lead", values)
    assert dana.get(f"/sobjects/Lead/{record}")["Distro_No_Show__c"] is True
    assert described(dana, "Lead")["Distro_No_Show__c"]["defaultValue"] is False


def test_readable_but_not_editable(dana: Wire) -> None:
    define(dana, "Lead.Router__c", type="Text", length=75)
    grant(dana, "Lead.Router__c", edit=False)
    assert described(dana, "Lead")["Router__c"]["createable"] is False
    refused = dana.refusal("POST", "/sobjects/Lead", lead(Router__c="x"))
    assert refused == (400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Router__c"])


def test_one_users_grant_is_not_anothers(dana: Wire, sam: Wire) -> None:
    define(dana, "Lead.Router__c", type="Text", length=75)
    grant(dana, "Lead.Router__c")
    made = dana.make("Lead", lead(Router__c="Inbound"))
    assert "Router__c" not in sam.get(f"/sobjects/Lead/{made}")
    assert sam.refusal("PATCH", f"/sobjects/Lead/{made}", {"Router__c": "x"})[1] == "INVALID_FIELD"


def test_activity_fields_stand_on_event_and_task_and_are_granted_there(dana: Wire) -> None:
    define(dana, "Activity.Distro_Canceled__c", type="Checkbox", defaultValue=False)
    refused = define(dana, "Event.Other__c", type="Url")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (
        400,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    )
    parent = grant(dana)
    activity = {"ParentId": parent, "SobjectType": "Activity", "Field": "Activity.Distro_Canceled__c"}
    assert dana.refusal("POST", "/sobjects/FieldPermissions", activity)[0] == 400
    task = {
        "ParentId": parent,
        "SobjectType": "Task",
        "Field": "Task.Distro_Canceled__c",
        "PermissionsRead": True,
    }
    dana.make("FieldPermissions", task)
    rows = dana.query(f"SELECT Field FROM FieldPermissions WHERE ParentId = '{parent}' ORDER BY Field")
    assert [one["Field"] for one in rows] == ["Event.Distro_Canceled__c", "Task.Distro_Canceled__c"]
    again = {**task, "SobjectType": "Event", "Field": "Event.Distro_Canceled__c"}
    assert dana.refusal("POST", "/sobjects/FieldPermissions", again)[:2] == (400, "DUPLICATE_VALUE")


def test_restricted_picklist_and_lengths(dana: Wire) -> None:
    define(dana, "Lead.State__c", type="Picklist", valueSet=picklist("Scheduled", "No Show"))
    define(dana, "Lead.Kind__c", type="Text", length=10)
    grant(dana, "Lead.State__c", "Lead.Kind__c")
    assert dana.refusal("POST", "/sobjects/Lead", lead(State__c="Maybe")) == (
        400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["State__c"],
    )  # fmt: skip
    dana.make("Lead", lead(State__c="No Show"))
    error = dana.send("POST", "/sobjects/Lead", lead(Kind__c="12345678901")).json()[0]
    assert error["message"] == "Kind: data value too large: 12345678901 (max length=10)"


@pytest.mark.parametrize(
    ("full_name", "metadata", "code"),
    [
        ("Lead.X__c", {"type": "Text"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.X__c", {"type": "Text", "length": 256}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.X__c", {"type": "Checkbox"}, "FIELD_INTEGRITY_EXCEPTION"),
        (
            "Lead.X__c",
            {"type": "Checkbox", "defaultValue": "false", "required": True},
            "FIELD_INTEGRITY_EXCEPTION",
        ),
        ("Lead.X__c", {"type": "DateTime", "length": 5}, "FIELD_INTEGRITY_EXCEPTION"),
        (
            "Lead.X__c",
            {"type": "Checkbox", "defaultValue": "false", "unique": True},
            "FIELD_INTEGRITY_EXCEPTION",
        ),
        ("Lead.X__c", {"type": "Telepathy"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Lead.X__c", {"type": "Url", "label": "l" * 41}, "STRING_TOO_LONG"),
        ("Lead.X__c", {"type": "Picklist", "valueSet": {"restricted": True}}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.X", {"type": "Url"}, "INVALID_FULL_NAME"),
        ("Nope.X__c", {"type": "Url"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    ],
)
def test_bad_metadata_is_refused(dana: Wire, full_name: str, metadata: dict[str, Any], code: str) -> None:
    response = define(dana, full_name, **metadata)
    assert (response.status_code, response.json()[0]["errorCode"]) == (400, code)


def test_existing_fields_are_found_and_not_made_twice(dana: Wire) -> None:
    define(dana, "Activity.Distro_X__c", type="Url")
    made = define(dana, "Lead.Distro_X__c", type="Url").json()["id"]
    again = define(dana, "Lead.Distro_X__c", type="Url")
    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "DUPLICATE_DEVELOPER_NAME")
    where = "TableEnumOrId IN ('Lead','Contact','Activity') AND DeveloperName LIKE 'Distro%'"
    soql = f"SELECT Id, DeveloperName, TableEnumOrId, NamespacePrefix FROM CustomField WHERE {where}"
    found = dana.get("/tooling/query", params={"q": soql})
    assert [(one["DeveloperName"], one["TableEnumOrId"]) for one in found["records"]] == [
        ("Distro_X", "Activity"), ("Distro_X", "Lead"),
    ]  # fmt: skip
    assert (found["entityTypeName"], found["size"]) == ("CustomField", 2)
    assert (
        dana.refusal("GET", "/tooling/query", params={"q": "SELECT Metadata FROM CustomField"})[1]
        == "MALFORMED_QUERY"
    )
    assert dana.get(f"/tooling/sobjects/CustomField/{made}")["Metadata"]["type"] == "Url"
    definitions = (
        "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'"
    )
    listed = dana.get("/tooling/query", params={"q": definitions})["records"]
    assert "Distro_X__c" in [one["QualifiedApiName"] for one in listed]


def test_a_standard_user_may_not_customise(sam: Wire) -> None:
    body = {"FullName": "Lead.X__c", "Metadata": {"label": "X", "type": "Url"}}
    assert sam.refusal("POST", "/tooling/sobjects/CustomField", body)[:2] == (403, "INSUFFICIENT_ACCESS")
    sets = {"Name": "Mine", "Label": "Mine"}
    assert sam.refusal("POST", "/sobjects/PermissionSet", sets)[:2] == (403, "INSUFFICIENT_ACCESS")
    assert sam.get("/sobjects/PermissionSet/describe")["createable"] is False


def test_profiles_own_permission_sets_that_can_be_granted_to(dana: Wire, sam: Wire) -> None:
    define(dana, "Lead.Router__c", type="Text", length=75)
    where = "IsOwnedByProfile = true AND Profile.Name = 'Standard User'"
    [owned] = dana.query(f"SELECT Id, Profile.Name FROM PermissionSet WHERE {where}")
    row = {"ParentId": owned["Id"], "SobjectType": "Lead", "Field": "Lead.Router__c", "PermissionsRead": True}
    dana.make("FieldPermissions", row)
    assert described(sam, "Lead")["Router__c"]["updateable"] is False
    assert "Router__c" not in described(dana, "Lead")


def test_permission_sets_and_assignments_are_unique(dana: Wire) -> None:
    parent = grant(dana)
    assert (
        dana.refusal("POST", "/sobjects/PermissionSet", {"Name": "Distro_Integration", "Label": "x"})[0]
        == 400
    )
    mine = {"PermissionSetId": parent, "AssigneeId": dana.user_id("dana@acme.example")}
    assert dana.refusal("POST", "/sobjects/PermissionSetAssignment", mine)[1] == "DUPLICATE_VALUE"


def test_a_field_can_take_its_time_to_show(dana: Wire) -> None:
    dana.control("POST", "settings", {"field_delay_seconds": 60})
    define(dana, "Lead.Slow__c", type="Url")
    grant(dana, "Lead.Slow__c")
    assert "Slow__c" not in described(dana, "Lead")


def test_assignments_tell_the_profiles_own_set_too_and_follow_it(dana: Wire, sam: Wire) -> None:
    soql = "SELECT PermissionSet.Profile.Name FROM PermissionSetAssignment WHERE Assignee.Email = 'sam@acme.example'"

    def profiles() -> list[str]:
        return [one["PermissionSet"]["Profile"]["Name"] for one in dana.query(soql)]

    assert profiles() == ["Standard User"]
    admin = dana.query("SELECT Id FROM Profile WHERE Name = 'System Administrator'")[0]["Id"]
    path = f"/sobjects/User/{dana.user_id('sam@acme.example')}"
    assert dana.send("PATCH", path, {"ProfileId": admin}).status_code == 204
    assert profiles() == ["System Administrator"]
    made = sam.send("POST", "/sobjects/PermissionSet", {"Name": "Mine", "Label": "Mine"})
    assert made.status_code == 201
