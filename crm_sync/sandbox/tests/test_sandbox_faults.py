"""Faults to order: before and after the write, dropped, delayed, late, counted; quota and calls."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from .wire import Wire, lead, meeting, refresh


def leads(wire: Wire, **where: str) -> int:
    query = "&".join(f"{key}={value}" for key, value in where.items())
    return int(wire.control("GET", f"records/Lead?{query}")["count"])


@pytest.mark.parametrize(("when", "stand"), [("before", 0), ("after", 1)])
def test_a_refusal_before_or_after_the_write(dana: Wire, when: str, stand: int) -> None:
    fault = {
        "method": "POST",
        "sobject": "Lead",
        "status": 400,
        "errorCode": "UNABLE_TO_LOCK_ROW",
        "when": when,
    }
    dana.control("POST", "faults", {**fault, "message": "locked", "fields": []})
    response = dana.send("POST", "/sobjects/Lead", lead(LastName="F"))
    assert response.status_code == 400
    assert response.json() == [{"message": "locked", "errorCode": "UNABLE_TO_LOCK_ROW", "fields": []}]
    assert leads(dana, LastName="F") == stand
    dana.make("Lead", lead(LastName="F"))
    assert leads(dana, LastName="F") == stand + 1


@pytest.mark.parametrize(("moment", "stand"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_before_or_after_the_write(dana: Wire, moment: str, stand: int) -> None:
    dana.control("POST", "faults", {"method": "POST", "sobject": "Lead", "drop": moment})
    with pytest.raises(requests.ConnectionError):
        dana.send("POST", "/sobjects/Lead", lead(LastName="D"))
    assert leads(dana, LastName="D") == stand
    dana.make("Lead", lead(LastName="D"))


def test_a_call_may_be_applied_long_after_it_failed(dana: Wire) -> None:
    dana.control(
        "POST", "faults", {"sobject": "Lead", "when": "late", "status": 503, "body": "", "apply_after": 0.2}
    )
    assert dana.send("POST", "/sobjects/Lead", lead(LastName="Late")).status_code == 503
    assert leads(dana, LastName="Late") == 0
    deadline = time.monotonic() + 3
    while leads(dana, LastName="Late") == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leads(dana, LastName="Late") == 1


def test_html_bodies_empty_ones_delays_skips_and_times(dana: Wire) -> None:
    html = "<html>Maintenance</html>"
    dana.control("POST", "faults", [
        {"path": "/limits$", "status": 503, "body": html, "skip": 1, "times": 2},
        {"path": "/sobjects/$", "status": 500},
        {"path": "/query", "delay": 0.2, "times": None},
    ])  # fmt: skip
    answers = [dana.send("GET", "/limits") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 503, 503, 200]
    assert (answers[1].text, answers[1].headers["Content-Type"]) == (html, "text/html;charset=UTF-8")
    empty = dana.send("GET", "/sobjects/")
    assert (empty.status_code, empty.content) == (500, b"")
    started = time.monotonic()
    assert dana.query("SELECT count(Id) n FROM Lead") == [{"n": 3}]
    assert time.monotonic() - started >= 0.2
    assert [one["hits"] for one in dana.control("GET", "faults")["faults"]] == [2, 1, 1]
    assert dana.control("DELETE", "faults") == {"faults": []}


def test_the_object_of_a_subrequest_is_found(dana: Wire) -> None:
    dana.control("POST", "faults", {"sobject": "Event", "status": 500, "errorCode": "SERVER_UNAVAILABLE"})
    assert dana.send("POST", "/sobjects/Lead", lead()).status_code == 201
    records = {"records": [{"attributes": {"type": "Event"}, **meeting()}]}
    assert dana.refusal("POST", "/composite/sobjects", records)[:2] == (500, "SERVER_UNAVAILABLE")
    dana.control("POST", "faults", {"sobject": "Lead", "status": 500, "errorCode": "QUERY_TIMEOUT"})
    assert dana.query("SELECT count(Id) n FROM Contact") == [{"n": 3}]
    refused = dana.refusal("GET", "/query", params={"q": "SELECT Id FROM Lead"})
    assert refused[:2] == (500, "QUERY_TIMEOUT")


def test_faults_reach_the_token_endpoint(dana: Wire) -> None:
    body = {"error": "invalid_grant", "error_description": "expired access/refresh token"}
    dana.control("POST", "faults", {"path": "/oauth2/token", "status": 400, "body": body})
    assert refresh(dana.base, dana.tokens["refresh_token"]).json() == body
    assert refresh(dana.base, dana.tokens["refresh_token"]).status_code == 200


def test_a_fault_with_an_unknown_key_is_told(dana: Wire) -> None:
    answer = requests.post(f"{dana.base}/__sandbox/faults", json={"statuss": 1}, timeout=5)
    assert (answer.status_code, "statuss" in answer.json()["error"]) == (400, True)


def test_calls_are_logged_and_counted(dana: Wire) -> None:
    dana.control("DELETE", "calls")
    dana.make("Lead", lead())
    dana.send("GET", "/sobjects/Nope")
    found = dana.control("GET", "calls")
    shown = [(one["method"], one["path"], one["status"], one["user"]) for one in found["calls"]]
    assert shown == [
        ("POST", "/services/data/v66.0/sobjects/Lead", 201, "dana@acme.example"),
        ("GET", "/services/data/v66.0/sobjects/Nope", 404, "dana@acme.example"),
    ]
    assert found["count"] == 2


def test_writes_are_logged_with_before_and_after(dana: Wire) -> None:
    made = dana.make("Lead", lead(Title="a"))
    dana.send("PATCH", f"/sobjects/Lead/{made}", {"Title": "b"})
    dana.control("PATCH", f"records/Lead/{made}", {"as": "ann@acme.example", "values": {"Title": "c"}})
    found = dana.control("GET", f"writes?id={made}")["writes"]
    ann = dana.user_id("ann@acme.example")
    assert [(one["action"], one["fields"]["Title"]) for one in found] == [
        ("create", [None, "a"]), ("update", ["a", "b"]), ("update", ["b", "c"]),
    ]  # fmt: skip
    assert found[2]["by"] == ann
    assert dana.get(f"/sobjects/Lead/{made}")["LastModifiedById"] == ann


def test_quota_is_403_with_its_own_code(dana: Wire) -> None:
    dana.control("POST", "settings", {"daily_limit": 2, "quota_used": 0})
    codes: list[Any] = [dana.send("GET", "/limits") for _ in range(3)]
    assert [one.status_code for one in codes] == [200, 200, 403]
    assert codes[1].headers["Sforce-Limit-Info"] == "api-usage=2/2"
    error = codes[2].json()[0]
    assert error == {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}


def test_an_org_without_api(dana: Wire) -> None:
    dana.control("POST", "settings", {"api_disabled": "API_DISABLED_FOR_ORG"})
    assert dana.refusal("GET", "/limits")[:2] == (403, "API_DISABLED_FOR_ORG")
    mia = Wire(dana.base, "mia@acme.example")
    dana.control("POST", "settings", {"api_disabled": None})
    assert mia.refusal("GET", "/limits")[:2] == (403, "API_CURRENTLY_DISABLED")
