"""A bare client for the sandbox org's tests: OAuth with PKCE, then plain requests over HTTP."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from crm_sync.sandbox.org import CLIENT_ID, CLIENT_SECRET

CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "v" * 64


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorize(base: str, **more: str) -> requests.Response:
    """GET /authorize as a browser would, redirects not followed."""
    asked = {
        "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": CALLBACK, "state": "s1",
        "scope": "api refresh_token id", "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
    }  # fmt: skip
    asked = {key: value for key, value in {**asked, **more}.items() if value}
    return requests.get(f"{base}/services/oauth2/authorize", params=asked, allow_redirects=False, timeout=5)


def returned(response: requests.Response) -> dict[str, str]:
    """What the redirect carries back to the callback."""
    return {key: value[0] for key, value in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def exchange(base: str, code: str, **more: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
    }  # fmt: skip
    return requests.post(f"{base}/services/oauth2/token", data={**form, **more}, timeout=5)


def refresh(base: str, token: str, **more: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return requests.post(
        f"{base}/services/oauth2/token", data={**form, "refresh_token": token, **more}, timeout=5
    )


class Wire:
    """One connected user of the org."""

    def __init__(self, base: str, user: str = "dana@acme.example", version: str = "66.0") -> None:
        self.base = base
        self.root = f"/services/data/v{version}"
        code = returned(authorize(base, login_hint=user))["code"]
        self.tokens = exchange(base, code).json()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """A call to `path` under /services/data/vXX.0 (or an absolute path)."""
        url = self.base + (path if path.startswith("/services") else self.root + path)
        if body is not None:
            more["json"] = body
        return self.session.request(method, url, timeout=5, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.send("GET", path, **more).json()

    def query(self, soql: str) -> list[dict[str, Any]]:
        """The records of a query without their attributes."""
        answer = self.get("/query", params={"q": soql})
        return [
            {key: value for key, value in one.items() if key != "attributes"} for one in answer["records"]
        ]

    def refusal(
        self, method: str, path: str, body: Any = None, **more: Any
    ) -> tuple[int, str, list[str] | None]:
        """(status, errorCode, fields) of a call that is refused."""
        response = self.send(method, path, body, **more)
        error = response.json()[0]
        return response.status_code, error["errorCode"], error.get("fields")

    def make(self, sobject: str, values: dict[str, Any], **headers: str) -> str:
        """Creates a record and returns its id."""
        response = self.send("POST", f"/sobjects/{sobject}", values, headers=headers)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The org's control address."""
        response = requests.request(method, f"{self.base}/__sandbox/{path}", json=body, timeout=5)
        assert response.status_code == 200, response.text
        return response.json()

    def user_id(self, email: str) -> str:
        return str(self.query(f"SELECT Id FROM User WHERE Email = '{email}'")[0]["Id"])


def lead(**more: Any) -> dict[str, Any]:
    """A Lead's values that pass every rule."""
    unique = secrets.token_hex(4)
    return {"LastName": "Lovelace", "Company": "Analytical", "Email": f"ada.{unique}@engine.example", **more}


def picklist(*names: str) -> dict[str, Any]:
    values = [{"valueName": name, "label": name, "default": False} for name in names]
    return {"restricted": True, "valueSetDefinition": {"sorted": False, "value": values}}


def meeting(**more: Any) -> dict[str, Any]:
    """An Event's values that pass every rule."""
    times = {"StartDateTime": "2026-12-08T09:00:00Z", "EndDateTime": "2026-12-08T09:30:00Z"}
    return {"Subject": "Demo", **times, **more}


def define(wire: Wire, full_name: str, **metadata: Any) -> Any:
    label = full_name.split(".")[1].removesuffix("__c").replace("_", " ")
    body = {"FullName": full_name, "Metadata": {"label": label, **metadata}}
    return wire.send("POST", "/tooling/sobjects/CustomField/", body)


def grant(wire: Wire, *fields: str, edit: bool = True) -> str:
    """A permission set over these fields, given to Dana; its id."""
    parent = wire.make("PermissionSet", {"Name": "Distro_Integration", "Label": "Distro Integration"})
    wire.make(
        "PermissionSetAssignment",
        {"PermissionSetId": parent, "AssigneeId": wire.user_id("dana@acme.example")},
    )
    for name in fields:
        kind = name.split(".")[0]
        rights = {"PermissionsRead": True, "PermissionsEdit": edit}
        wire.make("FieldPermissions", {"ParentId": parent, "SobjectType": kind, "Field": name, **rights})
    return parent
