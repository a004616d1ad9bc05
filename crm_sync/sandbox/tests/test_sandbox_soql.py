"""SOQL over HTTP: shapes, paths, filters, pages, and faults worded as recorded."""

from __future__ import annotations

from typing import Any

import pytest

from .wire import Wire, lead, meeting


def names(wire: Wire, where: str) -> list[str]:
    return [
        one["LastName"] for one in wire.query(f"SELECT LastName FROM Lead WHERE {where} ORDER BY LastName")
    ]


def test_a_query_answers_records_with_attributes_and_null_for_missing_parents(dana: Wire) -> None:
    fields = "Id, Account.Name, Account.Owner.Email, Owner.IsActive"
    soql = f"SELECT {fields} FROM Contact WHERE Email = 'PETER@initech.example'"
    found = dana.get("/query", params={"q": soql})
    [record] = found["records"]
    assert (found["totalSize"], found["done"], "nextRecordsUrl" in found) == (1, True, False)
    assert record["attributes"] == {
        "type": "Contact",
        "url": f"/services/data/v66.0/sobjects/Contact/{record['Id']}",
    }
    assert record["Account"]["Name"] == "Initech"
    assert record["Account"]["Owner"]["Email"] == "ann@acme.example"
    assert record["Owner"]["IsActive"] is True
    made = dana.make("Contact", {"LastName": "Alone"})
    assert dana.query(f"SELECT Account.Name FROM Contact WHERE Id = '{made}'") == [{"Account": None}]


def test_polymorphic_owner_and_who(dana: Wire) -> None:
    queue = dana.query("SELECT Id FROM Group WHERE Type = 'Queue'")[0]["Id"]
    made = dana.make("Lead", lead(OwnerId=queue))
    event = dana.make("Event", meeting(WhoId=made))
    soql = f"SELECT Owner.Name, Owner.Type, Owner.Email FROM Lead WHERE Id = '{made}'"
    owner = dana.query(soql)[0]["Owner"]
    assert (owner["Name"], owner["Type"], owner["Email"]) == ("Inbound queue", "Queue", None)
    who = dana.query(f"SELECT Who.Type, Who.Email FROM Event WHERE Id = '{event}' AND Who.Type = 'Lead'")[0][
        "Who"
    ]
    assert who["Type"] == "Lead"


def test_counts(dana: Wire) -> None:
    assert dana.get("/query", params={"q": "SELECT count() FROM Lead"}) == {
        "totalSize": 3, "done": True, "records": [],
    }  # fmt: skip
    found = dana.get("/query", params={"q": "SELECT count(Id) FROM Lead"})
    assert found["records"] == [{"attributes": {"type": "AggregateResult"}, "expr0": 3}]
    grouped = dana.query("SELECT Account.Name, COUNT(Id) many FROM Contact GROUP BY Account.Name")
    assert sorted((one["Name"], one["many"]) for one in grouped) == [("Globex", 1), ("Initech", 2)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Company = 'AVIATO'", ["Bachman"]),
        ("Company != 'Aviato'", ["Hall", "Yang"]),
        ("Rating = null", ["Yang"]),
        ("Rating != 'Hot'", ["Hall", "Yang"]),
        ("Rating NOT IN ('Hot')", ["Hall", "Yang"]),
        ("Rating IN ('hot', 'warm')", ["Bachman", "Hall"]),
        ("Email LIKE '%@raviga.example'", ["Hall"]),
        ("Email LIKE 'j_n@%'", ["Yang"]),
        ("(NOT Company LIKE 'A%') AND IsConverted = false", ["Hall", "Yang"]),
        ("(Company = 'Aviato' AND Rating = 'Hot') OR LastName = 'Hall'", ["Bachman", "Hall"]),
        ("CreatedDate > 2020-01-01T00:00:00Z AND CreatedDate >= LAST_N_DAYS:2", ["Bachman", "Hall", "Yang"]),
        ("CreatedDate = TODAY AND NumberOfEmployees > 5", []),
        ("Owner.Email = 'dana@acme.example'", ["Bachman", "Hall", "Yang"]),
        ("OwnerId IN (SELECT Id FROM User WHERE Email = 'ann@acme.example')", []),
        ("Name = 'Erlich Bachman'", ["Bachman"]),
    ],
)
def test_filters(dana: Wire, where: str, expected: list[str]) -> None:
    assert names(dana, where) == expected


def test_quotes_and_backslashes_in_literals(dana: Wire) -> None:
    dana.make("Lead", lead(LastName="O'Neill\\x"))
    assert names(dana, r"LastName = 'O\'Neill\\x'") == ["O'Neill\\x"]
    assert names(dana, r"LastName LIKE 'o\'neill%'") == ["O'Neill\\x"]


def test_order_limit_offset_and_nulls(dana: Wire) -> None:
    rated = "SELECT LastName FROM Lead ORDER BY Rating"
    assert [one["LastName"] for one in dana.query(rated)] == ["Yang", "Bachman", "Hall"]
    assert [one["LastName"] for one in dana.query(rated + " DESC NULLS LAST")] == ["Hall", "Bachman", "Yang"]
    assert [one["LastName"] for one in dana.query(rated + " LIMIT 1 OFFSET 1")] == ["Bachman"]


def test_child_lists_are_null_when_empty(dana: Wire) -> None:
    soql = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name IN ('Initech', 'Hooli') ORDER BY Name"
    hooli, initech = dana.query(soql)
    assert hooli["Contacts"] is None
    assert sorted(one["LastName"] for one in initech["Contacts"]["records"]) == ["Gibbons", "Waddams"]


def test_pages_follow_next_records_url(dana: Wire) -> None:
    for batch in range(2):
        records = [{"attributes": {"type": "Lead"}, **lead(LastName=f"B{batch}")} for _ in range(150)]
        dana.send("POST", "/composite/sobjects", {"records": records})
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = dana.get("/query", params={"q": "SELECT Id FROM Lead"}, headers=headers)
    assert (first["totalSize"], first["done"], len(first["records"])) == (303, False, 200)
    second = dana.get(first["nextRecordsUrl"])
    assert (second["done"], len(second["records"]), "nextRecordsUrl" in second) == (True, 103, False)
    assert dana.refusal("GET", "/query/0r8nothing-200")[:2] == (400, "INVALID_QUERY_LOCATOR")


def test_deleted_records_show_in_query_all_alone(dana: Wire) -> None:
    made = dana.make("Lead", lead())
    dana.send("DELETE", f"/sobjects/Lead/{made}")
    soql = {"q": f"SELECT IsDeleted FROM Lead WHERE Id = '{made}'"}
    assert dana.get("/query", params=soql)["totalSize"] == 0
    assert dana.get("/queryAll", params=soql)["records"][0]["IsDeleted"] is True


def test_the_recorded_fault_of_an_unknown_object(dana: Wire) -> None:
    found = dana.send("GET", "/query", params={"q": "select count() from XYZZY"})
    assert found.status_code == 400
    assert found.json() == [
        {
            "message": "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
            "sObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to "
            "append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
            "appropriate names.",
            "errorCode": "INVALID_TYPE",
        }
    ]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nope FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Nope.Id FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Event WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2020-01-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Email = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE OwnerId = 'nobody'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE LastName = 'a' AND LastName = 'b' OR LastName = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName = 'it's'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName = 'a\\c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName IN ()", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY"),
        ("SELECT Id, Id FROM Lead", "MALFORMED_QUERY"),
        ("SELECT FROM Lead", "MALFORMED_QUERY"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY"),
        ("UPDATE Lead", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ],
)
def test_faults(dana: Wire, soql: str, code: str) -> None:
    assert dana.refusal("GET", "/query", params={"q": soql})[:2] == (400, code)


def test_an_address_over_16384_bytes_is_refused(dana: Wire) -> None:
    ids = ",".join(["'00Q000000000000AAA'"] * 800)
    response: Any = dana.send("GET", "/query", params={"q": f"SELECT Id FROM Lead WHERE Id IN ({ids})"})
    assert response.status_code == 414
