"""Upsert by external id: once created, then updated; hidden keys, several records, keys of other records."""

from __future__ import annotations

from .wire import Wire, define, grant, lead, meeting


def key_field(wire: Wire, full_name: str) -> None:
    made = define(wire, full_name, type="Text", length=36, externalId=True, unique=True, caseSensitive=False)
    assert made.status_code == 201, made.text


def test_upsert_by_external_id_creates_once_and_then_updates(dana: Wire) -> None:
    key_field(dana, "Lead.Key__c")
    grant(dana, "Lead.Key__c")
    first = dana.send("PATCH", "/sobjects/Lead/Key__c/ab%2Fc", lead())
    again = dana.send("PATCH", "/sobjects/Lead/Key__c/AB%2FC", {"Title": "x"})
    made = first.json()["id"]
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (again.status_code, again.json()) == (
        200,
        {"id": made, "success": True, "errors": [], "created": False},
    )
    assert dana.get("/sobjects/Lead/Key__c/ab%2Fc")["Key__c"] == "ab/c"
    assert dana.refusal("PATCH", "/sobjects/Lead/Key__c/other?updateOnly=true", {"Title": "x"})[:2] == (
        404,
        "NOT_FOUND",
    )
    error = dana.send("POST", "/sobjects/Lead", lead(Key__c="AB/C")).json()[0]
    assert error["errorCode"] == "DUPLICATE_VALUE"
    assert (
        error["message"] == f"duplicate value found: Key__c duplicates value on record with id: {made[:15]}"
    )


def test_upsert_by_a_hidden_or_missing_key_is_not_found(dana: Wire) -> None:
    key_field(dana, "Lead.Key__c")
    for name in ("Key__c", "Nope__c", "Title"):
        error = dana.send("PATCH", f"/sobjects/Lead/{name}/1", lead())
        text = f"Provided external ID field does not exist or is not accessible: {name}"
        assert (error.status_code, error.json()[0]) == (404, {"message": text, "errorCode": "NOT_FOUND"})


def test_upsert_of_an_activity_by_its_key(dana: Wire) -> None:
    key_field(dana, "Activity.Distro_Meeting_Id__c")
    grant(dana, "Event.Distro_Meeting_Id__c")
    first = dana.send("PATCH", "/sobjects/Event/Distro_Meeting_Id__c/m-1", meeting())
    again = dana.send("PATCH", "/sobjects/Event/Distro_Meeting_Id__c/m-1", {"ShowAs": "Free"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert dana.query("SELECT ShowAs FROM Event WHERE Distro_Meeting_Id__c = 'M-1'") == [{"ShowAs": "Free"}]


def test_a_key_that_several_records_carry_is_300_and_writes_nothing(dana: Wire) -> None:
    ids = [dana.make("Contact", {"LastName": name, "Email": "two@x.example"}) for name in ("A", "B")]
    response = dana.send("PATCH", "/sobjects/Contact/Email/two@x.example", {"Title": "x"})
    assert response.status_code == 300
    assert response.json() == [f"/services/data/v66.0/sobjects/Contact/{one}" for one in ids]
    assert dana.query("SELECT Id FROM Contact WHERE Title = 'x'") == []


def test_nested_keys_set_references(dana: Wire) -> None:
    key_field(dana, "Lead.Key__c")
    grant(dana, "Lead.Key__c")
    made = dana.make("Lead", lead(Key__c="k1"))
    who = {"attributes": {"type": "Lead"}, "Key__c": "k1"}
    event = dana.make("Event", meeting(Who=who))
    assert dana.get(f"/sobjects/Event/{event}")["WhoId"] == made
    assert dana.refusal("POST", "/sobjects/Event", meeting(Who={**who, "Key__c": "k2"}))[0] == 400
