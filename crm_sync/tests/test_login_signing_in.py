"""Signing in with Salesforce: who is linked already, and nobody else."""

from __future__ import annotations

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from crm_sync.models import SalesforceConnection
from crm_sync.sandbox.org import Org
from crm_sync.tests.walk import Walker, after_org
from distro.testing.factories import make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/salesforce/login/"


def browser() -> Client:
    return Client(SERVER_NAME="127.0.0.1", SERVER_PORT="8000")


def sign_in(client: Client, path: str = LOGIN, **form: str):
    asked = client.post(path, {"host": "production", **form})
    return client.get(after_org(asked["Location"]))


def signed_in_as(client: Client) -> int | None:
    return int(client.session["_auth_user_id"]) if "_auth_user_id" in client.session else None


def test_the_member_who_connected_signs_in(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    client = browser()
    answer = sign_in(client, f"{LOGIN}?next={walker.url()}")
    assert (answer.status_code, answer["Location"]) == (302, walker.url())
    assert signed_in_as(client) == walker.user.pk


def test_signing_in_keeps_no_access_and_leaves_the_connection_alone(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    before = SalesforceConnection.objects.get()
    sign_in(browser())
    after = SalesforceConnection.objects.get()
    assert (after.refresh_token, after.state) == (before.refresh_token, "connected")
    revoked = {token: grant.revoked for token, grant in local_org.tokens.refresh.items()}
    assert revoked.pop(before.refresh_token) is False
    assert list(revoked.values()) == [True]


def test_an_equal_address_gives_no_rights(local_org: Org) -> None:
    make_user("dana@acme.example", is_superuser=True)
    client = browser()
    page = sign_in(client).content.decode()
    assert signed_in_as(client) is None
    assert "There is no account for you yet" in page
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)
    assert [grant.revoked for grant in local_org.tokens.refresh.values()] == [True]
    assert "token" not in str(dict(client.session))


def test_the_same_user_id_in_another_org_is_somebody_else(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    sign_in(walker.client, f"{LOGIN}?process=connect")
    second_org.store.tables["User"] = {}
    dana = local_org.user_named("dana@acme.example")
    second_org.store.tables["User"][dana["Id"]] = dict(dana)
    client = browser()
    sign_in(client, host="custom", domain=second_org.base_url)
    assert signed_in_as(client) is None


def test_nobody_signs_up(local_org: Org) -> None:
    page = browser().get("/accounts/signup/").content.decode()
    assert "Nobody signs up by themselves" in page
    posted = {"email": "new@acme.example", "username": "new", "password1": "long-enough-1"}
    browser().post("/accounts/signup/", posted)
    assert User.objects.count() == 0


def test_a_get_only_asks_where_to_sign_in(local_org: Org) -> None:
    answer = browser().get(LOGIN)
    assert answer.status_code == 200
    assert "Where do you sign in to Salesforce?" in answer.content.decode()
    assert local_org.base_url in answer["Content-Security-Policy"]


def test_a_member_links_themselves_and_signs_in_from_then_on(local_org: Org) -> None:
    walker = Walker()
    sign_in(walker.client, f"{LOGIN}?process=connect")
    assert SocialAccount.objects.get().user == walker.user
    assert SalesforceConnection.objects.count() == 0
    client = browser()
    sign_in(client)
    assert signed_in_as(client) == walker.user.pk
    assert "dana@acme.example" in walker.client.get("/accounts/3rdparty/").content.decode()


def test_nobody_links_without_being_signed_in(local_org: Org) -> None:
    client = browser()
    sign_in(client, f"{LOGIN}?process=connect")
    assert (SocialAccount.objects.count(), signed_in_as(client)) == (0, None)


def test_a_salesforce_user_who_was_deactivated_does_not_get_in(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    client = browser()
    callback = after_org(client.post(LOGIN, {"host": "production"})["Location"])
    local_org.user_named("dana@acme.example")["IsActive"] = False
    page = client.get(callback).content.decode()
    assert signed_in_as(client) is None
    assert "The Salesforce user is not active." in page


def test_the_sign_in_page_offers_both_ways(local_org: Org, settings) -> None:
    page = browser().get("/accounts/login/").content.decode()
    assert "Sign in with Salesforce" in page
    settings.SALESFORCE_CLIENT_ID = ""
    page = browser().get("/accounts/login/").content.decode()
    assert "Sign in with Salesforce" not in page
    answer = browser().post(LOGIN, {"host": "production"})
    assert (answer.status_code, "SALESFORCE_CLIENT_ID" in answer.content.decode()) == (503, True)


def test_a_member_signs_in_with_a_password(local_org: Org) -> None:
    user = make_user("olive@acme.example", "correct-horse-1")
    client = browser()
    wrong = client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    assert "not correct" in wrong.content.decode()
    right = client.post(
        "/accounts/login/?next=/integrations/", {"login": user.email, "password": "correct-horse-1"}
    )
    assert (right["Location"], signed_in_as(client)) == ("/integrations/", user.pk)


def test_login_host_down_is_said_in_words(local_org: Org, settings) -> None:
    walker = Walker()
    callback = after_org(walker.set_out()["Location"])
    requests.post(
        f"{local_org.base_url}/__sandbox/faults", json={"path": "/oauth2/token", "drop": True}, timeout=5
    )
    walker.client.get(callback)
    assert "Salesforce could not be reached or did not answer in time." in walker.page()
