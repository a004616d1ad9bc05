"""Clients that others wrote, driven against the org: simple-salesforce, and jsforce where node has it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from .wire import Wire, lead, meeting

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


class PlainHttp(HTTPAdapter):
    """simple-salesforce builds https addresses only; this sends them as http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **more)


@pytest.fixture
def client(dana: Wire) -> Any:
    """simple-salesforce on Dana's session; its own annotations cannot tell objects from its Bulk attributes."""
    session = requests.Session()
    session.mount(dana.base.replace("http://", "https://"), PlainHttp())
    instance = dana.base.removeprefix("http://")
    return Salesforce(
        instance=instance, session_id=dana.tokens["access_token"], session=session, version="66.0"
    )


def test_simple_salesforce_works_with_records(client: Any) -> None:
    made = client.Lead.create(lead(Company="Simple"))["id"]
    assert client.Lead.update(made, {"Title": "x"}) == 204
    assert client.Lead.get(made)["Title"] == "x"
    found = client.query(format_soql("SELECT Id FROM Lead WHERE Company = {}", "Simple"))
    assert [one["Id"] for one in found["records"]] == [made]
    assert client.Contact.upsert("Email/peter@initech.example", {"Title": "Boss"}) == 200
    assert client.Lead.delete(made) == 204
    assert client.Lead.describe()["keyPrefix"] == "00Q"
    assert client.limits()["DailyApiRequests"]["Max"] == 15000
    assert client.api_usage["api-usage"].total == 15000
    assert len(list(client.query_all_iter("SELECT Id FROM Account"))) == 3


def test_simple_salesforce_composite_and_collections(client: Any) -> None:
    subs = [
        {"method": "POST", "url": "/services/data/v66.0/sobjects/Lead", "referenceId": "a", "body": lead()}
    ]
    found = client.restful("composite", method="POST", json={"compositeRequest": subs})
    assert found["compositeResponse"][0]["httpStatusCode"] == 201
    metadata = {"label": "X", "type": "Url"}
    made: Mapping[str, Any] = client.toolingexecute(
        "sobjects/CustomField", method="POST", data={"FullName": "Lead.X__c", "Metadata": metadata}
    )
    assert made["success"] is True


def test_simple_salesforce_understands_the_refusals(client: Any, dana: Wire) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Lead.create({"LastName": "x"})
    content: Any = refused.value.content
    assert content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    with pytest.raises(SalesforceResourceNotFound):
        client.Lead.get("00Qd10000000ZZZ")
    with pytest.raises(SalesforceMalformedRequest):
        client.query("SELECT Nope FROM Lead")
    for name in ("A", "B"):
        client.Contact.create({"LastName": name, "Email": "two@x.example"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.upsert("Email/two@x.example", {"Title": "x"})
    dana.control("POST", "expire-tokens")
    with pytest.raises(SalesforceExpiredSession):
        client.Event.create(meeting())


def jsforce_home() -> Path | None:
    """Where jsforce is installed: DISTRO_JSFORCE, or var/jsforce in the repository."""
    for home in (os.environ.get("DISTRO_JSFORCE"), str(ROOT / "var" / "jsforce")):
        if home and (Path(home) / "node_modules" / "jsforce").is_dir():
            return Path(home)
    return None


@pytest.mark.skipif(
    shutil.which("node") is None or jsforce_home() is None,
    reason="jsforce is not installed: npm install --prefix var/jsforce jsforce@3",
)
def test_jsforce_goes_through_oauth_records_and_refusals(dana: Wire) -> None:
    home = jsforce_home()
    assert home is not None
    environment = {**os.environ, "NODE_PATH": str(home / "node_modules"), "SANDBOX": dana.base}
    command = ["node", str(HERE / "jsforce_drive.cjs")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads(ended.stdout)
    assert found["failed"] == []
    assert len(found["passed"]) >= 20
