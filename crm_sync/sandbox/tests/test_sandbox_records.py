"""Records over HTTP: success shapes and refusals as real orgs give them (facts 2, 5, 6)."""

from __future__ import annotations

import re

import pytest

from crm_sync.sandbox.org import Org

from .wire import Wire, lead, meeting


def test_create_answers_201_with_18_character_id_and_location(dana: Wire) -> None:
    response = dana.send("POST", "/sobjects/Lead/", lead())
    made = response.json()["id"]
    assert response.status_code == 201
    assert response.json() == {"id": made, "success": True, "errors": []}
    assert re.fullmatch(r"00Q[A-Za-z0-9]{15}", made)
    assert response.headers["Location"] == f"/services/data/v66.0/sobjects/Lead/{made}"
    assert re.fullmatch(r"api-usage=\d+/15000", response.headers["Sforce-Limit-Info"])


def test_update_and_delete_answer_204_with_nothing(dana: Wire) -> None:
    made = dana.make("Lead", lead())
    changed = dana.send("PATCH", f"/sobjects/Lead/{made}", {"Title": "Countess"})
    assert (changed.status_code, changed.content) == (204, b"")
    gone = dana.send("DELETE", f"/sobjects/Lead/{made}")
    assert (gone.status_code, gone.content) == (204, b"")


def test_saved_text_is_trimmed_mail_lower_cased_and_blank_null(dana: Wire) -> None:
    made = dana.make("Lead", lead(Email="Ada.L@Engine.EXAMPLE", FirstName="  Ada ", Title=" ", Phone=""))
    found = dana.get(f"/sobjects/Lead/{made}", params={"fields": "Email,FirstName,Title,Phone,Name,Status"})
    assert found == {
        "attributes": {"type": "Lead", "url": f"/services/data/v66.0/sobjects/Lead/{made}"},
        "Id": made, "Email": "ada.l@engine.example", "FirstName": "Ada", "Title": None, "Phone": None,
        "Name": "Ada Lovelace", "Status": "Open - Not Contacted",
    }  # fmt: skip


def test_datetimes_are_answered_in_utc_with_milliseconds_and_no_colon(dana: Wire) -> None:
    made = dana.make("Event", meeting(StartDateTime="2026-12-08T10:00:00+01:00"))
    found = dana.get(f"/sobjects/Event/{made}")
    assert found["StartDateTime"] == "2026-12-08T09:00:00.000+0000"
    assert found["DurationInMinutes"] == 30
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000", found["CreatedDate"])


@pytest.mark.parametrize(
    ("values", "code", "fields", "message"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", ["LastName"], "Required fields are missing: [LastName]"),
        ({"LastName": ""}, "REQUIRED_FIELD_MISSING", ["LastName"], "Required fields are missing: [LastName]"),
        ({"Phone": "1" * 41}, "STRING_TOO_LONG", ["Phone"], f"Phone: data value too large: {'1' * 41} (max length=40)"),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS", ["Email"], "Email: invalid email address: nobody"),
        ({"Nope__c": 1}, "INVALID_FIELD", None, "No such column 'Nope__c' on sobject of type Lead"),
        (
            {"CreatedDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"],
            "Unable to create/update fields: CreatedDate. Please check the security settings of this field and "
            "verify that it is read/write for your profile or permission set.",
        ),
        ({"OwnerId": "x"}, "MALFORMED_ID", ["OwnerId"], "Owner ID: id value of incorrect type: x"),
        ({"OwnerId": "005d10000000ZZZAAA"}, "MALFORMED_ID", ["OwnerId"], None),
        ({"OwnerId": "005d10000000ZZZ"}, "INVALID_CROSS_REFERENCE_KEY", [], "invalid cross reference id"),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", None, None),
        ({"IsUnreadByOwner": "1"}, "JSON_PARSER_ERROR", None, None),
        ({"Title": 5}, "JSON_PARSER_ERROR", None, None),
        ({"NumberOfEmployees": 10**9}, "NUMBER_OUTSIDE_VALID_RANGE", ["NumberOfEmployees"], None),
    ],
)  # fmt: skip
def test_lead_is_refused(
    dana: Wire, values: dict[str, object], code: str, fields: list[str] | None, message: str | None
) -> None:
    response = dana.send("POST", "/sobjects/Lead", lead(**values))
    error = response.json()[0]
    assert (response.status_code, error["errorCode"], error.get("fields")) == (400, code, fields)
    assert message in (None, error["message"])


def test_a_datetime_without_its_t_is_refused_as_recorded(dana: Wire) -> None:
    response = dana.send("POST", "/sobjects/Event", meeting(StartDateTime="2017-10-17 00:00:00"))
    text = (
        "Cannot deserialize instance of datetime from VALUE_STRING value 2017-10-17 00:00:00 or request may be "
        "missing a required field at [line:1, column:1]"
    )
    assert response.json() == [{"message": text, "errorCode": "JSON_PARSER_ERROR"}]


def test_an_address_is_answered_in_one_piece_too(dana: Wire) -> None:
    made = dana.make("Lead", lead(Street="1 Road", City="Bern", PostalCode="3000"))
    assert dana.get(f"/sobjects/Lead/{made}")["Address"] == {
        "street": "1 Road", "city": "Bern", "state": None, "postalCode": "3000", "country": None,
        "latitude": None, "longitude": None, "geocodeAccuracy": None,
    }  # fmt: skip
    other = dana.make("Lead", lead())
    assert dana.get(f"/sobjects/Lead/{other}")["Address"] is None


def test_unreadable_body_wrong_method_and_unknown_resource(dana: Wire) -> None:
    headers = {"Content-Type": "application/json"}
    assert dana.refusal("POST", "/sobjects/Lead", data="{", headers=headers)[:2] == (400, "JSON_PARSER_ERROR")
    assert dana.refusal("PUT", "/sobjects/Lead")[:2] == (405, "METHOD_NOT_ALLOWED")
    assert dana.refusal("GET", "/sobjects/Nope")[:2] == (404, "NOT_FOUND")
    assert dana.refusal("GET", "/services/data/v99.0/limits")[:2] == (404, "NOT_FOUND")
    assert dana.refusal("GET", "/services/data/v20.0/limits")[0] == 410


def test_unknown_and_binned_ids(dana: Wire) -> None:
    unknown = "00Qd10000000ZZZ"
    assert dana.refusal("GET", f"/sobjects/Lead/{unknown}")[:2] == (404, "NOT_FOUND")
    refused = dana.refusal("PATCH", f"/sobjects/Lead/{unknown}", {"Title": "x"})
    assert refused == (404, "INVALID_CROSS_REFERENCE_KEY", [])
    assert dana.refusal("DELETE", f"/sobjects/Lead/{unknown}")[:2] == (404, "INVALID_CROSS_REFERENCE_KEY")
    error = dana.send("GET", "/sobjects/Lead/rid")
    text = "Provided external ID field does not exist or is not accessible: rid"
    assert (error.status_code, error.json()[0]["message"]) == (404, text)
    made = dana.make("Lead", lead())
    assert dana.refusal("PATCH", f"/sobjects/Lead/{made}", {"Id": made}) == (400, "INVALID_FIELD", ["Id"])
    dana.send("DELETE", f"/sobjects/Lead/{made}")
    for method, body in (("GET", None), ("PATCH", {"Title": "x"}), ("DELETE", None)):
        assert dana.refusal(method, f"/sobjects/Lead/{made}", body) == (404, "ENTITY_IS_DELETED", [])


def test_15_character_ids_are_taken_and_answered_in_18(dana: Wire) -> None:
    made = dana.make("Lead", lead())
    assert dana.get(f"/sobjects/Lead/{made[:15]}")["Id"] == made


def test_if_unmodified_since_guards_a_write(dana: Wire) -> None:
    made = dana.make("Lead", lead())
    old, new = "Wed, 25 Nov 2020 10:00:00 GMT", "Sun, 25 Nov 2096 10:00:00 GMT"
    path = f"/sobjects/Lead/{made}"
    assert dana.refusal("PATCH", path, {"Title": "x"}, headers={"If-Unmodified-Since": old})[0] == 412
    assert dana.send("PATCH", path, {"Title": "x"}, headers={"If-Unmodified-Since": new}).status_code == 204


def test_owner_may_be_a_queue_for_leads_alone_and_never_an_inactive_user(dana: Wire) -> None:
    queue = dana.query("SELECT Id FROM Group WHERE Type = 'Queue'")[0]["Id"]
    gone = dana.user_id("gone@acme.example")
    automatic = dana.user_id("automation@acme.example")
    made = dana.make("Lead", lead(OwnerId=queue))
    assert dana.get(f"/sobjects/Lead/{made}")["OwnerId"] == queue
    assert dana.refusal("POST", "/sobjects/Contact", {"LastName": "X", "OwnerId": queue})[1:] == (
        "MALFORMED_ID",
        ["OwnerId"],
    )
    assert dana.refusal("POST", "/sobjects/Event", meeting(OwnerId=queue))[1] == "MALFORMED_ID"
    refused = dana.send("PATCH", f"/sobjects/Lead/{made}", {"OwnerId": gone}).json()[0]
    assert refused["errorCode"] == "INACTIVE_OWNER_OR_USER"
    assert refused["message"] == f"operation performed with inactive user [{gone[:15]}] as owner of lead"
    assert (
        dana.refusal("POST", "/sobjects/Lead", lead(OwnerId=automatic))[1]
        == "OP_WITH_INVALID_USER_TYPE_EXCEPTION"
    )


@pytest.mark.parametrize(
    ("values", "code", "fields"),
    [
        ({"EndDateTime": None}, "REQUIRED_FIELD_MISSING", ["EndDateTime"]),
        ({"EndDateTime": "2026-12-08T08:00:00Z"}, "FIELD_INTEGRITY_EXCEPTION", ["EndDateTime"]),
        ({"EndDateTime": "2026-12-30T09:00:00Z"}, "FIELD_INTEGRITY_EXCEPTION", ["EndDateTime"]),
        ({"DurationInMinutes": 45}, "FIELD_INTEGRITY_EXCEPTION", ["DurationInMinutes"]),
        ({"ShowAs": "Maybe"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["ShowAs"]),
        ({"Location": "x" * 256}, "STRING_TOO_LONG", ["Location"]),
        ({"EventWhoIds": []}, "INVALID_FIELD", None),
        ({"Type": "Call"}, "INVALID_FIELD", None),
    ],
)
def test_meeting_is_refused(
    dana: Wire, values: dict[str, object], code: str, fields: list[str] | None
) -> None:
    assert dana.refusal("POST", "/sobjects/Event", meeting(**values)) == (400, code, fields)


def test_related_to_never_goes_with_a_lead(dana: Wire) -> None:
    account = dana.query("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    made = dana.make("Lead", lead())
    refused = dana.refusal("POST", "/sobjects/Event", meeting(WhoId=made, WhatId=account))
    assert refused == (400, "FIELD_INTEGRITY_EXCEPTION", ["WhatId"])


def test_a_start_changed_alone_keeps_the_duration(dana: Wire) -> None:
    made = dana.make("Event", meeting())
    dana.send("PATCH", f"/sobjects/Event/{made}", {"StartDateTime": "2026-12-09T12:00:00Z"})
    found = dana.get(f"/sobjects/Event/{made}", params={"fields": "EndDateTime,ShowAs,DurationInMinutes"})
    assert (found["EndDateTime"], found["DurationInMinutes"]) == ("2026-12-09T12:30:00.000+0000", 30)
    assert found["ShowAs"] == "Busy"


def test_a_contact_without_account_is_private(dana: Wire, sam: Wire) -> None:
    ann = dana.user_id("ann@acme.example")
    made = dana.make("Contact", {"LastName": "Hidden", "OwnerId": ann})
    assert sam.refusal("GET", f"/sobjects/Contact/{made}")[:2] == (404, "NOT_FOUND")
    assert sam.query("SELECT Id FROM Contact WHERE LastName = 'Hidden'") == []


def test_converted_leads_are_closed_and_their_meetings_move(dana: Wire) -> None:
    made = dana.make("Lead", lead())
    event = dana.make("Event", meeting(WhoId=made))
    moved = dana.control("POST", "convert", {"lead": made})
    assert dana.refusal("PATCH", f"/sobjects/Lead/{made}", {"Title": "x"}) == (
        400,
        "CANNOT_UPDATE_CONVERTED_LEAD",
        [],
    )
    assert dana.refusal("POST", "/sobjects/Event", meeting(WhoId=made))[1] == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert dana.get(f"/sobjects/Event/{event}")["WhoId"] == moved["contact"]
    found = dana.query(f"SELECT IsConverted, ConvertedContactId FROM Lead WHERE Id = '{made}'")
    assert found == [{"IsConverted": True, "ConvertedContactId": moved["contact"]}]


def test_merged_records_point_to_the_winner_through_query_all(dana: Wire) -> None:
    winner, loser = dana.make("Lead", lead()), dana.make("Lead", lead(Title="Countess"))
    dana.control("POST", "merge", {"master": winner, "losers": [loser]})
    assert dana.refusal("GET", f"/sobjects/Lead/{loser}")[1] == "ENTITY_IS_DELETED"
    found = dana.get("/queryAll", params={"q": f"SELECT MasterRecordId FROM Lead WHERE Id = '{loser}'"})
    assert found["records"][0]["MasterRecordId"] == winner
    assert dana.get(f"/sobjects/Lead/{winner}")["Title"] == "Countess"


def test_orgs_share_nothing(dana: Wire) -> None:
    other = Org(number=2)
    mine = dana.control("GET", "")
    assert other.id != mine["organization_id"]
    assert set(other.store.tables["User"]).isdisjoint(
        {one["Id"] for one in dana.control("GET", "users")["users"]}
    )
