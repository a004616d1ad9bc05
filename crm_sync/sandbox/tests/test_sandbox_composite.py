"""Composite and Collections over HTTP: references, halting, roll-back, limits (facts 3)."""

from __future__ import annotations

from typing import Any

import pytest

from .wire import Wire, lead, meeting

ROOT = "/services/data/v66.0"
ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


def sub(name: str, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    found: dict[str, Any] = {"method": method, "url": ROOT + path, "referenceId": name}
    found |= {"body": body} if body is not None else {}
    return found | ({"httpHeaders": headers} if headers else {})


def composite(wire: Wire, *subs: dict[str, Any], together: bool = False) -> list[dict[str, Any]]:
    response = wire.send("POST", "/composite", {"allOrNone": together, "compositeRequest": list(subs)})
    assert response.status_code == 200, response.text
    return list(response.json()["compositeResponse"])


def codes(items: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    bodies = [(one["httpStatusCode"], one["body"]) for one in items]
    return [(s, b[0].get("errorCode") if isinstance(b, list) and b and s >= 400 else None) for s, b in bodies]


def test_references_carry_ids_and_whole_is_one_call(dana: Wire) -> None:
    dana.control("DELETE", "calls")
    items = composite(
        dana,
        sub("newLead", "POST", "/sobjects/Lead", lead(Company="Ref Inc")),
        sub("newEvent", "POST", "/sobjects/Event", meeting(WhoId="@{newLead.id}")),
        sub("read", "GET", "/sobjects/Lead/@{newLead.id}?fields=Company"),
        sub("found", "GET", "/query?q=SELECT+Id,Company+FROM+Lead+WHERE+Company='Ref+Inc'"),
        sub("change", "PATCH", "/sobjects/Lead/@{found.records[0].Id}", {"Title": "@{read.Company}"}),
    )
    assert [one["httpStatusCode"] for one in items] == [201, 201, 200, 200, 204]
    made = items[0]["body"]["id"]
    assert items[0] == {
        "body": {"id": made, "success": True, "errors": []},
        "httpHeaders": {"Location": f"{ROOT}/sobjects/Lead/{made}"}, "httpStatusCode": 201, "referenceId": "newLead",
    }  # fmt: skip
    assert items[4] == {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "change"}
    assert dana.get(f"/sobjects/Lead/{made}")["Title"] == "Ref Inc"
    assert dana.get(f"/sobjects/Event/{items[1]['body']['id']}")["WhoId"] == made
    calls = dana.control("GET", "calls")["calls"]
    assert [(one["method"], len(one["subrequests"])) for one in calls] == [
        ("POST", 5),
        ("GET", 0),
        ("GET", 0),
    ]


def test_without_all_or_none_dependents_halt_and_others_go_on(dana: Wire) -> None:
    items = composite(
        dana,
        sub("bad", "POST", "/sobjects/Lead", {"LastName": "x"}),
        sub("child", "POST", "/sobjects/Event", meeting(WhoId="@{bad.id}")),
        sub("other", "POST", "/sobjects/Lead", lead()),
    )
    assert codes(items) == [(400, "REQUIRED_FIELD_MISSING"), (400, "PROCESSING_HALTED"), (201, None)]


def test_a_reference_into_no_rows_has_the_field_reports_words(dana: Wire) -> None:
    items = composite(
        dana,
        sub("q", "GET", "/query?q=SELECT Id FROM Lead WHERE LastName = 'Nobody'"),
        sub("next", "PATCH", "/sobjects/Lead/@{q.records[0].Id}", {"Title": "x"}),
    )
    assert items[1]["body"] == [
        {
            "errorCode": "PROCESSING_HALTED",
            "message": "Invalid reference specified. No value for q.records[0].Id found in q. Provided referenceId "
            "('q.records[0].Id') must start with a letter or a number, and it can contain only letters, numbers and "
            "underscores ('_').",
        }
    ]


def test_all_or_none_rolls_back_what_came_before_too(dana: Wire) -> None:
    before = dana.query("SELECT count(Id) n FROM Lead")[0]["n"]
    items = composite(
        dana,
        sub("good", "POST", "/sobjects/Lead", lead()),
        sub("bad", "POST", "/sobjects/Lead", {"XName": "x"}),
        sub("after", "POST", "/sobjects/Lead", lead()),
        together=True,
    )
    assert codes(items) == [(400, "PROCESSING_HALTED"), (400, "INVALID_FIELD"), (400, "PROCESSING_HALTED")]
    assert items[0]["body"][0]["message"] == ROLLED_BACK
    assert dana.query("SELECT count(Id) n FROM Lead")[0]["n"] == before


def test_a_collection_in_a_rolled_back_composite_still_shows_success(dana: Wire) -> None:
    records = {"records": [{"attributes": {"type": "Lead"}, **lead(LastName="Ghost")}]}
    items = composite(
        dana,
        sub("many", "POST", "/composite/sobjects", records),
        sub("bad", "POST", "/sobjects/Lead", {}),
        together=True,
    )
    assert items[0]["body"][0]["success"] is True
    assert dana.query("SELECT Id FROM Lead WHERE LastName = 'Ghost'") == []


def test_headers_of_a_subrequest_count_for_it(dana: Wire) -> None:
    queue = dana.query("SELECT Id FROM Group")[0]["Id"]
    dana.control("POST", "rules", {"kind": "assignment", "owner": queue})
    items = composite(
        dana,
        sub("ruled", "POST", "/sobjects/Lead", lead()),
        sub("kept", "POST", "/sobjects/Lead", lead(), **{"Sforce-Auto-Assign": "FALSE"}),
    )
    owners = [dana.get(f"/sobjects/Lead/{one['body']['id']}")["OwnerId"] for one in items]
    assert owners == [queue, dana.user_id("dana@acme.example")]


@pytest.mark.parametrize(
    "subs",
    [
        [sub(f"r{n}", "GET", "/limits") for n in range(26)],
        [sub(f"r{n}", "GET", "/query?q=SELECT Id FROM Lead") for n in range(6)],
        [sub("same", "GET", "/limits"), sub("same", "GET", "/limits")],
        [sub("bad-name", "GET", "/limits")],
        [sub("h", "GET", "/limits", Authorization="Bearer x")],
        [{"method": "GET", "url": ROOT + "/limits"}],
        [],
    ],
)
def test_a_malformed_envelope_fails_as_a_whole(dana: Wire, subs: list[dict[str, Any]]) -> None:
    assert dana.refusal("POST", "/composite", {"compositeRequest": subs})[0] == 400


def test_tooling_is_no_part_of_composite(dana: Wire) -> None:
    items = composite(dana, sub("t", "POST", "/tooling/sobjects/CustomField", {}))
    assert codes(items) == [(400, "PROCESSING_HALTED")]


def test_collections_answer_in_order_with_status_code(dana: Wire) -> None:
    records = [lead(), {"LastName": "x"}, lead(Email="no")]
    body = {"records": [{"attributes": {"type": "Lead"}, **one} for one in records]}
    found = dana.send("POST", "/composite/sobjects", body).json()
    assert found[0] == {"id": found[0]["id"], "success": True, "errors": []}
    assert found[1] == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Company]",
                "fields": ["Company"],
            }
        ],
    }
    assert found[2]["errors"][0]["statusCode"] == "INVALID_EMAIL_ADDRESS"


def test_collections_all_or_none(dana: Wire) -> None:
    body = {
        "allOrNone": True,
        "records": [{"attributes": {"type": "Lead"}, **one} for one in (lead(LastName="Gone"), {})],
    }
    found = dana.send("POST", "/composite/sobjects", body).json()
    assert found[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert dana.query("SELECT Id FROM Lead WHERE LastName = 'Gone'") == []


def test_collections_update_read_and_delete(dana: Wire) -> None:
    one, two = dana.make("Lead", lead()), dana.make("Contact", {"LastName": "C"})
    records = [
        {"attributes": {"type": "Lead"}, "id": one, "Title": "x"},
        {"attributes": {"type": "Contact"}, "Id": two, "Title": "y"},
        {"attributes": {"type": "Lead"}, "Title": "z"},
        {"attributes": {"type": "Lead"}, "id": "00Qd10000000ZZZ", "Title": "z"},
    ]
    found = dana.send("PATCH", "/composite/sobjects", {"records": records}).json()
    errors = [one["errors"][0]["statusCode"] if one["errors"] else None for one in found]
    assert errors == [None, None, "MISSING_ARGUMENT", "INVALID_CROSS_REFERENCE_KEY"]
    read = dana.get("/composite/sobjects/Lead", params={"ids": f"{one},00Qd10000000ZZZ", "fields": "Title"})
    assert [row and row["Title"] for row in read] == ["x", None]
    gone = dana.send("DELETE", f"/composite/sobjects?ids={one},{two}&allOrNone=false").json()
    assert [row["success"] for row in gone] == [True, True]


def test_collections_limits(dana: Wire) -> None:
    many = [{"attributes": {"type": "Lead"}} for _ in range(201)]
    assert dana.refusal("POST", "/composite/sobjects", {"records": many})[0] == 400
    mixed = [{"attributes": {"type": kind}} for _ in range(6) for kind in ("Lead", "Contact")]
    assert dana.refusal("POST", "/composite/sobjects", {"records": mixed})[0] == 400
    assert dana.refusal("POST", "/composite/sobjects", {"records": [{"LastName": "x"}]})[0] == 400


def test_upsert_of_many_by_mail_as_recorded(dana: Wire) -> None:
    records = [
        {"attributes": {"type": "Contact"}, "LastName": name, "Email": email}
        for name, email in (("Gibbons", "PETER@initech.example"), ("New", "new@initech.example"))
    ]
    found = dana.send("PATCH", "/composite/sobjects/Contact/Email", {"records": records}).json()
    assert [(one["success"], one["created"]) for one in found] == [(True, False), (True, True)]
    double = {"records": [records[1], records[1]]}
    found = dana.send("PATCH", "/composite/sobjects/Contact/Email", double).json()
    assert [one["errors"][0]["statusCode"] for one in found] == ["DUPLICATE_VALUE", "DUPLICATE_VALUE"]


def test_batch_counts_every_subrequest_and_composite_one(dana: Wire) -> None:
    def used() -> int:
        return int(dana.control("GET", "")["limits"]["DailyApiRequests"]["Remaining"])

    start = used()
    requests = [{"method": "GET", "url": "v66.0/limits"}, {"method": "GET", "url": "v66.0/sobjects/Nope"}]
    found = dana.send("POST", "/composite/batch", {"batchRequests": requests}).json()
    assert (found["hasErrors"], [one["statusCode"] for one in found["results"]]) == (True, [200, 404])
    assert start - used() == 2
    composite(dana, sub("a", "GET", "/limits"), sub("b", "GET", "/limits"))
    assert start - used() == 3


def test_tree_makes_parent_and_children_or_nothing(dana: Wire) -> None:
    child = {"attributes": {"type": "Contact", "referenceId": "c"}, "LastName": "Leaf"}
    parent = {
        "attributes": {"type": "Account", "referenceId": "a"},
        "Name": "Root",
        "Contacts": {"records": [child]},
    }
    response = dana.send("POST", "/composite/tree/Account", {"records": [parent]})
    assert (response.status_code, [one["referenceId"] for one in response.json()["results"]]) == (
        201,
        ["a", "c"],
    )
    assert (
        dana.query("SELECT Account.Name FROM Contact WHERE LastName = 'Leaf'")[0]["Account"]["Name"] == "Root"
    )
    bad = {**parent, "Name": "Never", "Contacts": {"records": [{**child, "LastName": None}]}}
    refused = dana.send("POST", "/composite/tree/Account", {"records": [bad]})
    assert (refused.status_code, refused.json()["results"][0]["referenceId"]) == (400, "c")
    assert dana.query("SELECT Id FROM Account WHERE Name = 'Never'") == []
