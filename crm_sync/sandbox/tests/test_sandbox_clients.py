"""Clients that others wrote, driven against the org: simple-salesforce, and jsforce where node has it.

Each goes through OAuth, records, queries, describe, Composite and Collections, and a dozen and more refusals.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceError,
    SalesforceExpiredSession,
    SalesforceMoreThanOneRecord,
)

from .wire import Wire, lead, meeting, refresh

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
REFUSAL = "refusal: "
NOBODY = "00Qd10000000ZZZ"
PETER = "Email/peter@initech.example"


class PlainHttp(HTTPAdapter):
    """simple-salesforce builds https addresses only; this sends them as http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **more)


def client_of(wire: Wire, access_token: str) -> Any:
    """simple-salesforce on a session; its own annotations cannot tell objects from its Bulk attributes."""
    session = requests.Session()
    session.mount(wire.base.replace("http://", "https://"), PlainHttp())
    instance = wire.base.removeprefix("http://")
    return Salesforce(instance=instance, session_id=access_token, session=session, version="66.0")


def sub(method: str, path: str, name: str, body: Any = None) -> dict[str, Any]:
    """One subrequest of a Composite."""
    found = {"method": method, "url": f"/services/data/v66.0/{path}", "referenceId": name}
    return found | ({"body": body} if body is not None else {})


def typed(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """One record of a Collections request."""
    return {"attributes": {"type": kind}, **values}


class Drive:
    """What simple-salesforce is made to do; each public method is a step that must go well."""

    def __init__(self, dana: Wire) -> None:
        self.dana = dana
        self.client = client_of(dana, dana.tokens["access_token"])
        self.lead_id = ""

    def composite(self, *subs: dict[str, Any], all_or_none: bool = False) -> list[tuple[int, Any]]:
        body = {"allOrNone": all_or_none, "compositeRequest": list(subs)}
        found = self.client.restful("composite", method="POST", json=body)["compositeResponse"]
        return [(one["httpStatusCode"], one["body"]) for one in found]

    def collect(
        self, method: str, path: str, *records: dict[str, Any], all_or_none: bool = False
    ) -> list[bool]:
        body = {"allOrNone": all_or_none, "records": list(records)}
        found = self.client.restful(f"composite/sobjects{path}", method=method, json=body)
        return [one["success"] for one in found]

    def step_oauth(self) -> None:
        assert self.client.oauth2("userinfo")["preferred_username"] == "dana@acme.example"

    def step_oauth_refresh(self) -> None:
        answer = refresh(self.dana.base, self.dana.tokens["refresh_token"]).json()
        self.client = client_of(self.dana, answer["access_token"])
        assert self.client.oauth2("userinfo")["organization_id"].startswith("00D")

    def step_create(self) -> None:
        made = self.client.Lead.create(lead(Company="Simple"))
        assert made["success"]
        self.lead_id = made["id"]

    def step_read(self) -> None:
        assert self.client.Lead.get(self.lead_id)["Company"] == "Simple"

    def step_update(self) -> None:
        assert self.client.Lead.update(self.lead_id, {"Title": "x"}) == 204
        assert self.client.Lead.get(self.lead_id)["Title"] == "x"

    def step_query(self) -> None:
        asked = format_soql("SELECT Id, Owner.Name FROM Lead WHERE Company = {}", "Simple")
        (found,) = self.client.query(asked)["records"]
        assert (found["Id"], found["Owner"]["Name"]) == (self.lead_id, "Dana Admin")

    def step_query_all(self) -> None:
        assert len(list(self.client.query_all_iter("SELECT Id FROM Account"))) == 3

    def step_upsert_that_updates(self) -> None:
        assert self.client.Contact.upsert(PETER, {"Title": "Boss"}) == 200
        assert self.client.Contact.get_by_custom_id("Email", "peter@initech.example")["Title"] == "Boss"

    def step_upsert_that_creates(self) -> None:
        assert self.client.Contact.upsert("Email/new@initech.example", {"LastName": "New"}) == 201

    def step_describe(self) -> None:
        assert self.client.Lead.describe()["keyPrefix"] == "00Q"
        assert len(self.client.describe()["sobjects"]) > 10

    def step_limits(self) -> None:
        assert self.client.limits()["DailyApiRequests"]["Max"] == 15000
        assert self.client.api_usage["api-usage"].total == 15000

    def step_tooling(self) -> None:
        body = {"FullName": "Lead.X__c", "Metadata": {"label": "X", "type": "Url"}}
        assert self.client.toolingexecute("sobjects/CustomField", method="POST", data=body)["success"]

    def step_composite_with_references(self) -> None:
        event = meeting(WhoId="@{a.id}")
        made = self.composite(
            sub("POST", "sobjects/Lead", "a", lead()), sub("POST", "sobjects/Event", "b", event)
        )
        assert [status for status, _ in made] == [201, 201]

    def step_composite_all_or_none(self) -> None:
        subs = sub("POST", "sobjects/Lead", "a", lead()), sub("POST", "sobjects/Lead", "b", {"LastName": "x"})
        assert [status for status, _ in self.composite(*subs, all_or_none=True)] == [400, 400]
        assert [status for status, _ in self.composite(*subs)] == [201, 400]

    def step_collections(self) -> None:
        bad = typed("Lead", {"LastName": "x"})
        assert self.collect("POST", "", typed("Lead", lead()), bad) == [True, False]
        assert self.collect("POST", "", typed("Lead", lead()), bad, all_or_none=True) == [False, False]
        assert self.collect("PATCH", "", typed("Lead", {"id": self.lead_id, "Title": "y"})) == [True]
        rows = [
            typed("Contact", {"Email": f"{name}@initech.example", "LastName": name}) for name in ("a", "new")
        ]
        assert self.collect("PATCH", "/Contact/Email", *rows) == [True, True]

    def step_delete(self) -> None:
        assert self.client.Lead.delete(self.lead_id) == 204

    def refusals(self) -> list[tuple[str, Callable[[], Any]]]:
        """(errorCode, the call that gets it), in order."""
        sf, control = self.client, self.dana.control
        gone = self.dana.query("SELECT Id FROM User WHERE Email = 'gone@acme.example'")[0]["Id"]
        for name in ("A", "B"):
            sf.Contact.create({"LastName": name, "Email": "two@x.example"})
        locked = {"path": "/sobjects/Event", "status": 400, "error_code": "UNABLE_TO_LOCK_ROW"}
        many = [sub("GET", "limits", f"r{number}") for number in range(26)]
        return [
            ("REQUIRED_FIELD_MISSING", lambda: sf.Lead.create({"LastName": "x"})),
            ("INVALID_EMAIL_ADDRESS", lambda: sf.Lead.create(lead(Email="x"))),
            ("STRING_TOO_LONG", lambda: sf.Lead.create(lead(Phone="1" * 41))),
            ("INVALID_FIELD", lambda: sf.Lead.create(lead(Nope="x"))),
            (
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                lambda: sf.Lead.create(lead(CreatedDate="2020-01-01T00:00:00Z")),
            ),
            ("JSON_PARSER_ERROR", lambda: sf.Lead.create(lead(NumberOfEmployees="many"))),
            ("INACTIVE_OWNER_OR_USER", lambda: sf.Lead.create(lead(OwnerId=gone))),
            ("INVALID_CROSS_REFERENCE_KEY", lambda: sf.Lead.create(lead(OwnerId="005000000000ZZZ"))),
            (
                "FIELD_INTEGRITY_EXCEPTION",
                lambda: sf.Event.create(meeting(EndDateTime="2026-12-08T08:00:00Z")),
            ),
            ("NOT_FOUND", lambda: sf.Lead.get(NOBODY)),
            ("NOT_FOUND", lambda: sf.Lead.upsert("Nope__c/1", lead())),
            ("ENTITY_IS_DELETED", lambda: sf.Lead.update(self.lead_id, {"Title": "x"})),
            ("MALFORMED_QUERY", lambda: sf.query("SELECT FROM Lead")),
            ("INVALID_FIELD", lambda: sf.query("SELECT Nope FROM Lead")),
            ("INVALID_TYPE", lambda: sf.query("SELECT Id FROM Nope")),
            ("300", lambda: sf.Contact.upsert("Email/two@x.example", {"Title": "x"})),
            ("INVALID_INPUT", lambda: self.composite(*many)),
            ("EXCEEDED_ID_LIMIT", lambda: self.collect("POST", "", *[typed("Lead", lead())] * 201)),
            ("UNABLE_TO_LOCK_ROW", lambda: control("POST", "faults", locked) and sf.Event.create(meeting())),
            ("INVALID_SESSION_ID", lambda: control("POST", "expire-tokens") and sf.Event.create(meeting())),
        ]


def tell(capsys: pytest.CaptureFixture[str], client: str, steps: list[str]) -> tuple[int, int]:
    """How many calls went well and how many refusals; printed past pytest's capture and xdist's workers."""
    refused = sum(step.startswith(REFUSAL) for step in steps)
    with capsys.disabled():
        told = f"{len(steps) - refused} calls right, {refused} refusals understood"
        print(f"\n{client}: {told}", file=sys.stderr)
    return len(steps) - refused, refused


def code_of(fault: SalesforceError) -> str:
    if isinstance(fault, SalesforceMoreThanOneRecord):
        return str(fault.status)
    assert isinstance(fault, SalesforceExpiredSession) == (fault.status == 401)
    content: Any = fault.content
    return str(content[0]["errorCode"])


def test_simple_salesforce(dana: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    drive = Drive(dana)
    passed = []
    for name in [name for name in vars(Drive) if name.startswith("step_")]:
        getattr(drive, name)()
        passed.append(name)
    for code, act in drive.refusals():
        with pytest.raises(SalesforceError) as refused:
            act()
        assert code_of(refused.value) == code
        passed.append(REFUSAL + code)
    assert tell(capsys, "simple-salesforce", passed) == (16, 20)


def jsforce_home() -> Path | None:
    """Where jsforce is installed: DISTRO_JSFORCE, or var/jsforce in the repository."""
    for home in (os.environ.get("DISTRO_JSFORCE"), str(ROOT / "var" / "jsforce")):
        if home and (Path(home) / "node_modules" / "jsforce").is_dir():
            return Path(home)
    return None


@pytest.mark.skipif(
    shutil.which("node") is None or jsforce_home() is None,
    reason="jsforce is not installed: `make jsforce` does it where there is npm",
)
def test_jsforce(dana: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    home = jsforce_home()
    assert home is not None
    environment = {**os.environ, "NODE_PATH": str(home / "node_modules"), "SANDBOX": dana.base}
    command = ["node", str(HERE / "jsforce_drive.cjs")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads(ended.stdout)
    assert found["failed"] == []
    assert tell(capsys, "jsforce", found["passed"]) == (23, 20)
