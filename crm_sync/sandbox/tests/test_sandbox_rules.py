"""What a customer's administrator sets up: duplicate, validation, assignment rules, automation, rights."""

from __future__ import annotations

import pytest

from .wire import Wire, lead, meeting


@pytest.mark.parametrize(("version", "key"), [("66.0", "duplicateResult"), ("50.0", "duplicateResut")])
def test_a_duplicate_rule_tells_the_matching_record(dana: Wire, version: str, key: str) -> None:
    dana.control("POST", "rules", {"kind": "duplicate", "sobject": "Lead", "against": ["Contact", "Lead"]})
    peter = dana.query("SELECT Id FROM Contact WHERE Email = 'peter@initech.example'")[0]["Id"]
    values = lead(Email="Peter@initech.example")
    response = dana.send("POST", f"/services/data/v{version}/sobjects/Lead", values)
    [error] = response.json()
    assert (response.status_code, error["errorCode"], error["message"]) == (
        400, "DUPLICATES_DETECTED", "Use one of these records?",
    )  # fmt: skip
    verdict = error[key]
    assert (verdict["allowSave"], verdict["duplicateRule"]) == (True, "Standard_Lead_Duplicate_Rule")
    [result] = verdict["matchResults"]
    assert (result["entityType"], result["size"], result["success"]) == ("Contact", 1, True)
    url = f"/services/data/v{version}/sobjects/Contact/{peter}"
    record = {"attributes": {"type": "Contact", "url": url}, "Id": peter}
    assert result["matchRecords"][0]["record"] == record


def test_allow_save_passes_an_alert_and_never_a_block(dana: Wire) -> None:
    values = lead(Email="erlich@aviato.example")
    allow = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    dana.control("POST", "rules", {"kind": "duplicate", "sobject": "Lead"})
    assert dana.refusal("POST", "/sobjects/Lead", values)[1] == "DUPLICATES_DETECTED"
    dana.make("Lead", values, **allow)
    dana.control("DELETE", "rules")
    dana.control("POST", "rules", {"kind": "duplicate", "sobject": "Lead", "action": "block"})
    error = dana.send("POST", "/sobjects/Lead", values, headers=allow).json()[0]
    assert (error["errorCode"], error["duplicateResult"]["allowSave"]) == ("DUPLICATES_DETECTED", False)


def test_collections_do_not_tell_the_matches(dana: Wire) -> None:
    dana.control("POST", "rules", {"kind": "duplicate", "sobject": "Lead"})
    record = {"attributes": {"type": "Lead"}, **lead(Email="erlich@aviato.example")}
    found = dana.send("POST", "/composite/sobjects", {"records": [record]}).json()
    assert found == [
        {
            "success": False,
            "errors": [
                {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
            ],
        }
    ]


def test_an_update_that_changes_no_matched_field_is_no_duplicate(dana: Wire) -> None:
    made = dana.make("Lead", lead(Email="erlich@aviato.example"))
    dana.control("POST", "rules", {"kind": "duplicate", "sobject": "Lead"})
    assert dana.send("PATCH", f"/sobjects/Lead/{made}", {"Title": "x"}).status_code == 204


def test_validation_rules_speak_the_administrators_words(dana: Wire) -> None:
    rule = {
        "sobject": "Lead",
        "message": "Phone, please",
        "field": "Phone",
        "when": [{"field": "Phone", "op": "blank"}],
    }
    dana.control("POST", "rules", {"kind": "validation", **rule})
    error = dana.send("POST", "/sobjects/Lead", lead()).json()
    text = {"message": "Phone, please", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["Phone"]}
    assert error == [text]
    dana.make("Lead", lead(Phone="1"))


def test_assignment_rules_override_the_owner_unless_told_not_to(dana: Wire) -> None:
    ann, bob = dana.user_id("ann@acme.example"), dana.user_id("bob@acme.example")
    dana.control("POST", "rules", {"kind": "assignment", "owner": "ann@acme.example"})
    ruled = dana.make("Lead", lead(OwnerId=bob))
    kept = dana.make("Lead", lead(OwnerId=bob), **{"Sforce-Auto-Assign": "FALSE"})
    owners = [dana.get(f"/sobjects/Lead/{one}")["OwnerId"] for one in (ruled, kept)]
    assert owners == [ann, bob]


def test_automation_changes_the_owner_some_seconds_later(dana: Wire) -> None:
    rule = {"sobject": "Lead", "after_seconds": 10, "set": {"OwnerId": "bob@acme.example"}}
    dana.control("POST", "rules", {"kind": "automation", **rule})
    made = dana.make("Lead", lead())
    assert dana.get(f"/sobjects/Lead/{made}")["OwnerId"] == dana.user_id("dana@acme.example")
    dana.control("POST", "clock", {"advance": 11})
    found = dana.get(f"/sobjects/Lead/{made}")
    assert found["OwnerId"] == dana.user_id("bob@acme.example")
    assert found["LastModifiedById"] == dana.user_id("automation@acme.example")
    assert dana.query("SELECT UserType FROM User WHERE Email = 'automation@acme.example'") == [
        {"UserType": "AutomatedProcess"},
    ]


def test_a_closed_calendar_refuses_others_meetings(dana: Wire) -> None:
    ann = dana.user_id("ann@acme.example")
    dana.control("POST", "rules", {"kind": "closed_calendar", "user": "ann@acme.example"})
    refused = dana.refusal("POST", "/sobjects/Event", meeting(OwnerId=ann))
    assert refused == (400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", [])


def test_objects_and_fields_closed_to_a_profile(dana: Wire, sam: Wire) -> None:
    reader = Wire(dana.base, "cy@acme.example")
    dana.control("PATCH", "users/cy@acme.example", {"Profile": "Read Only"})
    refused = reader.refusal("POST", "/sobjects/Lead", lead())
    assert refused == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", [])
    made = dana.make("Lead", lead())
    assert (
        reader.refusal("PATCH", f"/sobjects/Lead/{made}", {"Title": "x"})[1]
        == "INSUFFICIENT_ACCESS_OR_READONLY"
    )
    assert reader.get("/sobjects/Lead/describe")["createable"] is False
    field = {"profile": "Standard User", "field": "Lead.Rating", "read": True, "edit": False}
    dana.control("POST", "field-access", field)
    refused = sam.refusal("PATCH", f"/sobjects/Lead/{made}", {"Rating": "Hot"})
    assert refused == (400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Rating"])
    dana.control("POST", "field-access", {**field, "read": False})
    assert sam.refusal("GET", "/query", params={"q": "SELECT Rating FROM Lead"})[1] == "INVALID_FIELD"


def test_archived_meetings_show_in_query_all_alone(dana: Wire) -> None:
    made = dana.make("Event", meeting())
    dana.control("PATCH", f"records/Event/{made}", {"raw": True, "values": {"IsArchived": True}})
    soql = {"q": f"SELECT IsArchived FROM Event WHERE Id = '{made}'"}
    assert dana.get("/query", params=soql)["totalSize"] == 0
    assert dana.get("/queryAll", params=soql)["records"][0]["IsArchived"] is True
    assert dana.send("PATCH", f"/sobjects/Event/{made}", {"ShowAs": "Free"}).status_code == 204
