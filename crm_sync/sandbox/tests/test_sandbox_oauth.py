"""OAuth over HTTP: PKCE, codes, signature, rotation, revocation, identity (facts 1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

import pytest
import requests

from crm_sync.sandbox.org import CLIENT_ID, CLIENT_SECRET, Org

from .wire import CALLBACK, VERIFIER, Wire, authorize, challenge_of, exchange, refresh, returned


def test_token_answer_has_salesforce_shape_and_a_true_signature(org: Org) -> None:
    found = exchange(org.base_url, returned(authorize(org.base_url))["code"]).json()
    assert set(found) == {
        "access_token", "refresh_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at",
    }  # fmt: skip
    assert re.fullmatch(r"00D\w{12,15}![.\w]+", found["access_token"])
    assert re.fullmatch(r"\d{13}", found["issued_at"])
    assert found["instance_url"] == org.base_url
    text = (found["id"] + found["issued_at"]).encode()
    signed = base64.b64encode(hmac.new(CLIENT_SECRET.encode(), text, hashlib.sha256).digest()).decode()
    assert found["signature"] == signed


def test_no_refresh_token_without_its_scope(org: Org) -> None:
    code = returned(authorize(org.base_url, scope="api id"))["code"]
    assert "refresh_token" not in exchange(org.base_url, code).json()


def test_an_absent_challenge_method_means_s256(org: Org) -> None:
    code = returned(authorize(org.base_url, code_challenge_method=""))["code"]
    assert exchange(org.base_url, code).status_code == 200


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"scope": "api root"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_faults_of_a_known_app_come_back_by_redirect(org: Org, more: dict[str, str], error: str) -> None:
    found = returned(authorize(org.base_url, **more))
    assert (found["error"], found["state"]) == (error, "s1")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/callback"}, "redirect_uri_mismatch"),
    ],
)
def test_faults_of_app_or_callback_stay_on_a_page(org: Org, more: dict[str, str], error: str) -> None:
    response = authorize(org.base_url, **more)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert error in response.text


def test_a_person_allows_as_a_chosen_user_or_denies(org: Org) -> None:
    org.approve = False
    sam = next(one for one in org.store.live("User") if one["Email"] == "sam@acme.example")

    def press(answer: str) -> dict[str, str]:
        page = authorize(org.base_url)
        ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
        assert ticket is not None
        form = {"ticket": ticket[1], "user": sam["Id"], "answer": answer}
        url = f"{org.base_url}/services/oauth2/authorize"
        return returned(requests.post(url, data=form, allow_redirects=False, timeout=5))

    assert press("deny") == {
        "error": "access_denied", "error_description": "end-user denied authorization", "state": "s1",
    }  # fmt: skip
    found = exchange(org.base_url, press("allow")["code"]).json()
    assert found["id"] == f"{org.base_url}/id/{org.id}/{sam['Id']}"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"redirect_uri": CALLBACK + "/"}, "redirect_uri_mismatch"),
        ({"code": "aPrxnothing"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_token_is_refused(org: Org, more: dict[str, str], error: str) -> None:
    response = exchange(org.base_url, **{"code": returned(authorize(org.base_url))["code"], **more})
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_code_is_good_once_and_for_15_minutes(org: Org) -> None:
    code = returned(authorize(org.base_url))["code"]
    assert exchange(org.base_url, code).status_code == 200
    assert exchange(org.base_url, code).json()["error"] == "invalid_grant"
    late = returned(authorize(org.base_url))["code"]
    requests.post(f"{org.base_url}/__sandbox/clock", json={"advance": 901}, timeout=5)
    assert exchange(org.base_url, late).json() == {
        "error": "invalid_grant", "error_description": "expired authorization code",
    }  # fmt: skip


def test_rotation_gives_a_new_refresh_token_and_reuse_of_an_old_one_kills_the_chain(dana: Wire) -> None:
    first = dana.tokens["refresh_token"]
    second = refresh(dana.base, first).json()
    assert second["refresh_token"] != first
    assert refresh(dana.base, first).json() == {
        "error": "invalid_grant", "error_description": "expired access/refresh token",
    }  # fmt: skip
    assert refresh(dana.base, second["refresh_token"]).status_code == 400
    dana.session.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert dana.refusal("GET", "/limits")[:2] == (401, "INVALID_SESSION_ID")


def test_access_tokens_end_by_time_and_by_control_and_refresh_brings_new_ones(dana: Wire) -> None:
    dana.control("POST", "expire-tokens")
    response = dana.send("GET", "/limits")
    assert response.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    token = refresh(dana.base, dana.tokens["refresh_token"]).json()["access_token"]
    dana.session.headers["Authorization"] = f"Bearer {token}"
    assert dana.send("GET", "/limits").status_code == 200
    dana.control("POST", "clock", {"advance": 7201})
    assert dana.send("GET", "/limits").status_code == 401


def test_revoking_the_refresh_token_ends_its_access_tokens_too(dana: Wire) -> None:
    url = f"{dana.base}/services/oauth2/revoke"
    response = requests.post(url, data={"token": dana.tokens["refresh_token"]}, timeout=5)
    assert (response.status_code, response.content) == (200, b"")
    assert dana.send("GET", "/limits").status_code == 401
    again = requests.post(url, data={"token": "nothing"}, timeout=5)
    assert again.text == "error=unsupported_token_type&error_description=this+token+type+is+not+supported"
    assert again.status_code == 400


def test_introspect_tells_the_living_from_the_dead(dana: Wire) -> None:
    def ask(token: str) -> dict[str, object]:
        url, auth = f"{dana.base}/services/oauth2/introspect", (CLIENT_ID, CLIENT_SECRET)
        return dict(requests.post(url, data={"token": token}, auth=auth, timeout=5).json())

    alive = ask(dana.tokens["access_token"])
    assert (alive["active"], alive["username"], alive["token_type"]) == (
        True,
        "dana@acme.example",
        "access_token",
    )
    assert int(str(alive["exp"])) - int(str(alive["iat"])) == 7200
    refresh(dana.base, dana.tokens["refresh_token"])
    assert ask(dana.tokens["refresh_token"]) == {"active": False}


def test_identity_and_userinfo(dana: Wire) -> None:
    found = requests.get(dana.tokens["id"], headers=dict(dana.session.headers), timeout=5).json()
    assert (found["user_id"], found["organization_id"]) == tuple(reversed(dana.tokens["id"].split("/")[-2:]))
    assert (found["username"], found["email"], found["active"]) == (
        "dana@acme.example",
        "dana@acme.example",
        True,
    )
    info = dana.get("/services/oauth2/userinfo")
    assert (info["user_id"], info["user_type"]) == (found["user_id"], "STANDARD")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", info["updated_at"])
    assert info["urls"]["query"] == f"{dana.base}/services/data/v{{version}}/query/"
    bad = requests.get(dana.tokens["id"], headers={"Authorization": "Bearer x"}, timeout=5)
    assert (bad.status_code, bad.text) == (403, "Bad_OAuth_Token")


def test_a_deactivated_user_is_out(dana: Wire, sam: Wire) -> None:
    dana.control("PATCH", "users/sam@acme.example", {"IsActive": False})
    assert sam.send("GET", "/limits").status_code == 401
    assert refresh(sam.base, sam.tokens["refresh_token"]).json()["error"] in (
        "invalid_grant",
        "inactive_user",
    )


def test_registered_callbacks_are_compared_letter_for_letter(dana: Wire) -> None:
    callback = "https://distro.example/accounts/salesforce/login/callback/"
    dana.control(
        "POST", "apps", {"client_id": "c2", "client_secret": "x", "callbacks": [callback], "rotates": False}
    )
    assert authorize(dana.base, client_id="c2", redirect_uri=callback.rstrip("/")).status_code == 400
    code = returned(authorize(dana.base, client_id="c2", redirect_uri=callback))["code"]
    more = {"client_id": "c2", "client_secret": "x"}
    found = exchange(dana.base, code, redirect_uri=callback, **more).json()
    assert "refresh_token" not in refresh(dana.base, found["refresh_token"], **more).json()
    assert challenge_of(VERIFIER) == challenge_of(VERIFIER).rstrip("=")


def test_the_sixth_authorisation_silently_ends_the_first(dana: Wire) -> None:
    later = [Wire(dana.base) for _ in range(5)]
    assert refresh(dana.base, dana.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert [refresh(dana.base, one.tokens["refresh_token"]).status_code for one in later] == [200] * 5


def test_thirty_idle_days_end_a_refresh_token(dana: Wire) -> None:
    dana.control("POST", "clock", {"advance": 20 * 86400})
    token = refresh(dana.base, dana.tokens["refresh_token"]).json()["refresh_token"]
    dana.control("POST", "clock", {"advance": 20 * 86400})
    token = refresh(dana.base, token).json()["refresh_token"]
    dana.control("POST", "clock", {"advance": 31 * 86400})
    assert refresh(dana.base, token).json()["error"] == "invalid_grant"


def test_an_app_that_is_not_installed_gets_a_page_without_a_way_back(dana: Wire) -> None:
    dana.control("POST", "apps", {"client_id": "c3", "client_secret": "x", "installed": False})
    response = authorize(dana.base, client_id="c3")
    assert "Location" not in response.headers
    assert "OAUTH_APPROVAL_ERROR_GENERIC" in response.text
