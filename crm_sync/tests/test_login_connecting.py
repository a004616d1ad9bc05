"""Connecting a workspace to an org: over real HTTP, with the org's own OAuth."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.core import management
from django.utils import timezone

from crm_sync.models import ConnectAttempt, SalesforceConnection
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.login import connecting
from crm_sync.salesforce.tokens import refresh_tokens
from crm_sync.sandbox.org import Org
from crm_sync.tests.walk import Walker, after_org, query_of
from distro.due.models import DueWork
from distro.testing.factories import make_link, make_router, make_run, make_submission, make_user
from routing.models import Role

pytestmark = pytest.mark.django_db


def test_a_connection_is_written_and_works(local_org: Org) -> None:
    walker = Walker()
    back = walker.connect()
    assert (back.status_code, back["Location"]) == (302, walker.url())
    connection = SalesforceConnection.objects.get()
    assert connection.workspace == walker.workspace
    assert (connection.state, connection.org_id) == ("connected", local_org.id)
    assert connection.user_id == local_org.user_named("dana@acme.example")["Id"]
    assert connection.username == "dana@acme.example"
    assert (connection.login_url, connection.instance_url) == (local_org.base_url, local_org.base_url)
    assert connection.connected_by == walker.user
    rows = SalesforceClient(connection).query("SELECT Name FROM Organization")
    assert [row["Name"] for row in rows] == [local_org.name]
    due = DueWork.objects.filter(key=connection.pk).values_list("kind", flat=True)
    assert sorted(due) == ["crm.drain", "crm.keep_alive", "crm.provision"]


def test_the_authorize_address_asks_for_three_scopes_with_pkce(local_org: Org) -> None:
    asked = Walker().set_out()
    assert asked.status_code == 302
    query = query_of(asked["Location"])
    assert asked["Location"].startswith(f"{local_org.base_url}/services/oauth2/authorize?")
    assert query["scope"] == "api refresh_token id"
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert query["response_type"] == "code"
    assert urlsplit(query["redirect_uri"]).path == "/accounts/salesforce/login/callback/"


@pytest.mark.parametrize("path", ["/accounts/salesforce/login/", "/integrations/"])
def test_nothing_is_widened_from_the_request(local_org: Org, path: str) -> None:
    walker = Walker()
    extra = "scope=full,web&auth_params=scope%3Dfull&login_url=https://evil.example&action=reauthenticate"
    asked = walker.client.post(f"{path}?workspace={walker.workspace.slug}&{extra}", {"host": "production"})
    query = query_of(asked["Location"])
    assert set(query["scope"].split()) == {"api", "refresh_token", "id"}
    assert asked["Location"].startswith(f"{local_org.base_url}/services/oauth2/authorize?")
    assert set(query) == {
        "client_id",
        "redirect_uri",
        "scope",
        "response_type",
        "state",
        "code_challenge",
        "code_challenge_method",
    }


def test_tokens_are_encrypted_and_nowhere_else(local_org: Org, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    walker = Walker()
    walker.connect()
    page = walker.page()
    connection = SalesforceConnection.objects.get()
    secrets = [connection.access_token, connection.refresh_token]
    assert [len(one) > 60 for one in secrets] == [True, True]
    dump = io.StringIO()
    management.call_command("dumpdata", "socialaccount", "sessions", "crm_sync.connectattempt", stdout=dump)
    raw = SalesforceConnection.objects.extra(select={"raw": "access_token || refresh_token"}).values_list(
        "raw"
    )
    sessions = " ".join(str(one.get_decoded()) for one in Session.objects.all())
    for secret in secrets:
        for place in (dump.getvalue(), str(raw[0][0]), sessions, page, caplog.text):
            assert secret not in place
    assert SocialToken.objects.count() == 0


def test_the_token_goes_in_a_header_and_never_in_an_address(local_org: Org) -> None:
    Walker().connect()
    token = SalesforceConnection.objects.get().access_token
    assert [entry for entry in local_org.calls.entries if token in entry.path] == []
    assert [entry.path for entry in local_org.calls.entries if "userinfo" in entry.path] == [
        "/services/oauth2/userinfo"
    ]


def test_where_userinfo_is_refused_the_identity_url_says_who_it_is(local_org: Org) -> None:
    fault = {"path": "userinfo", "status": 403, "error_code": "Bad_OAuth_Token", "times": None}
    requests.post(f"{local_org.base_url}/__sandbox/faults", json=fault, timeout=5).raise_for_status()
    walker = Walker()
    walker.connect()
    connection = SalesforceConnection.objects.get(workspace=walker.workspace)
    assert connection.username == "dana@acme.example"


def test_the_member_is_linked_as_org_and_user(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    account = SocialAccount.objects.get()
    assert account.uid == f"{local_org.id}/{local_org.user_named('dana@acme.example')['Id']}"
    assert account.user == walker.user
    assert set(account.extra_data) == {"organization_id", "user_id", "preferred_username"}


def test_a_salesforce_user_of_somebody_else_stays_theirs(local_org: Org) -> None:
    other = make_user()
    dana = local_org.user_named("dana@acme.example")
    SocialAccount.objects.create(provider="salesforce", uid=f"{local_org.id}/{dana['Id']}", user=other)
    walker = Walker()
    walker.connect()
    assert SocialAccount.objects.get().user == other
    assert SalesforceConnection.objects.get().state == "connected"
    assert "signs in to Distro as another member" in walker.page()


def test_connecting_again_renews_the_tokens_and_keeps_the_row(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    before = SalesforceConnection.objects.get()
    SalesforceConnection.objects.update(state="broken", last_error="invalid_grant: …", failures_in_a_row=3)
    walker.connect()
    after = SalesforceConnection.objects.get()
    assert (after.pk, after.state, after.last_error, after.failures_in_a_row) == (
        before.pk,
        "connected",
        "",
        0,
    )
    assert after.refresh_token != before.refresh_token
    assert after.token_version == before.token_version + 1
    assert local_org.tokens.refresh[before.refresh_token].revoked
    assert not local_org.tokens.refresh[after.refresh_token].revoked


def test_what_waited_for_a_reconnection_is_sent(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    SalesforceConnection.objects.update(state="broken")
    submission = make_submission(make_router(walker.workspace))
    run = make_run(submission, state="needs_reconnecting", due_at=timezone.now() + timedelta(days=1))
    walker.connect()
    run.refresh_from_db()
    assert (run.state, run.due_at <= timezone.now()) == ("waiting", True)
    assert DueWork.objects.filter(kind="crm.drain", key=SalesforceConnection.objects.get().pk).count() == 1


def test_a_denial_comes_back_and_the_card_says_so(local_org: Org) -> None:
    local_org.approve = False
    walker = Walker()
    asked = walker.set_out()
    page = requests.get(asked["Location"], timeout=10).text
    ticket = page.split('name="ticket"')[1].split('value="')[1].split('"')[0]
    form = {"ticket": ticket, "answer": "deny", "user": "dana@acme.example"}
    answer = requests.post(
        f"{local_org.base_url}/services/oauth2/authorize", data=form, allow_redirects=False, timeout=10
    )
    parts = urlsplit(answer.headers["Location"])
    back = walker.client.get(f"{parts.path}?{parts.query}")
    assert (back.status_code, back["Location"]) == (302, walker.url())
    assert ConnectAttempt.objects.get().outcome == "denied"
    assert "Access was denied" in walker.page()
    assert SalesforceConnection.objects.count() == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("OAUTH_APP_BLOCKED", "Setup > Connected Apps OAuth Usage"),
        ("redirect_uri_mismatch", "callback URL is not this installation"),
        ("inactive_user", "The Salesforce user is not active."),
        ("brand_new_error", "Salesforce refused the connection."),
    ],
)
def test_other_errors_are_explained(local_org: Org, error: str, words: str) -> None:
    walker = Walker()
    state = query_of(walker.set_out()["Location"])["state"]
    callback = "/accounts/salesforce/login/callback/"
    query = {"error": error, "error_description": "<b>no</b>", "state": state}
    back = walker.client.get(callback, query)
    assert back["Location"] == walker.url()
    attempt = ConnectAttempt.objects.get()
    assert (attempt.outcome, words in attempt.note) == ("failed", True)
    assert "&lt;b&gt;no&lt;/b&gt;" in walker.page()


def test_an_attempt_that_stays_away_is_explained_after_ten_minutes(local_org: Org) -> None:
    walker = Walker()
    walker.set_out()
    assert "has not come back yet" in walker.page()
    ConnectAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=10, seconds=1))
    page = walker.page()
    assert "did not come back" in page
    for words in ("not installed", "not approved", "blocked", "Setup &gt; Connected Apps OAuth Usage"):
        assert words in page


def test_a_state_works_once_and_in_its_own_browser(local_org: Org) -> None:
    walker = Walker()
    callback = after_org(walker.set_out()["Location"])
    stranger = Walker(role=Role.OWNER)
    assert stranger.client.get(callback).status_code == 401
    assert walker.client.get(callback).status_code == 302
    again = walker.client.get(callback)
    assert (again.status_code, "a second time" in again.content.decode()) == (401, True)
    assert SalesforceConnection.objects.count() == 1


def test_who_lost_the_right_meanwhile_connects_nothing(local_org: Org) -> None:
    walker = Walker()
    callback = after_org(walker.set_out()["Location"])
    walker.user.memberships.update(role=Role.HOST)
    walker.client.get(callback)
    assert ConnectAttempt.objects.get().outcome == "failed"
    assert SalesforceConnection.objects.count() == 0
    assert [grant.revoked for grant in local_org.tokens.refresh.values()] == [True]


def test_nobody_finishes_the_attempt_of_another(local_org: Org) -> None:
    walker = Walker()
    callback = after_org(walker.set_out()["Location"])
    ConnectAttempt.objects.update(user=Walker(walker.workspace).user)
    walker.client.get(callback)
    assert SalesforceConnection.objects.count() == 0


def test_a_wrong_client_secret_is_said_in_words(local_org: Org, settings) -> None:
    walker = Walker()
    asked = walker.set_out()
    callback = after_org(asked["Location"])
    settings.SALESFORCE_CLIENT_SECRET = "another"
    walker.client.get(callback)
    attempt = ConnectAttempt.objects.get()
    said = attempt.note.startswith("Salesforce did not accept the client secret of this installation.")
    assert (attempt.outcome, said) == ("failed", True)
    assert SalesforceConnection.objects.count() == 0


def test_an_org_that_answers_from_elsewhere_is_refused_and_its_token_given_back(local_org: Org) -> None:
    walker = Walker()
    callback = after_org(walker.set_out()["Location"])
    home, local_org.base_url = local_org.base_url, "https://na1.salesforce.com.evil.example"
    try:
        walker.client.get(callback)
    finally:
        local_org.base_url = home
    attempt = ConnectAttempt.objects.get()
    assert (attempt.outcome, "not Salesforce&#x27;s" in walker.page()) == ("failed", True)
    assert SalesforceConnection.objects.count() == 0
    assert [grant.revoked for grant in local_org.tokens.refresh.values()] == [True]


def test_another_org_of_this_machine_can_be_connected(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect(host="custom", domain=second_org.base_url)
    connection = SalesforceConnection.objects.get()
    assert (connection.org_id, connection.instance_url) == (second_org.id, second_org.base_url)


def test_another_org_is_asked_about_first(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect()
    make_link(connection=SalesforceConnection.objects.get())
    walker.connect(host="custom", domain=second_org.base_url)
    connection = SalesforceConnection.objects.get()
    assert (connection.org_id, connection.state) == (local_org.id, "connected")
    attempt = ConnectAttempt.objects.first()
    assert (attempt.outcome, '"access_token"' in attempt.pending) == ("asks", True)
    assert "Replace the connection" in walker.page()
    assert attempt.pending not in walker.page()


def ask_for_second(walker: Walker, second_org: Org) -> dict[str, str]:
    walker.connect(host="custom", domain=second_org.base_url)
    page = walker.page()
    names = ("attempt", "question")
    return {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in names}


def test_a_yes_replaces_the_org_and_gives_the_old_token_back(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect()
    before = SalesforceConnection.objects.get()
    make_link(connection=before)
    form = ask_for_second(walker, second_org)
    walker.client.post(walker.url("answer/"), {**form, "yes": "1"})
    after = SalesforceConnection.objects.get()
    assert (after.pk, after.org_id, after.links.count()) == (before.pk, second_org.id, 0)
    assert local_org.tokens.refresh[before.refresh_token].revoked
    assert ConnectAttempt.objects.first().pending == ""
    assert len(SalesforceClient(after).query("SELECT Id FROM Organization")) == 1


def test_a_second_yes_changes_nothing(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect()
    form = ask_for_second(walker, second_org)
    attempt = ConnectAttempt.objects.first()
    connecting.agree(attempt, form["question"])
    refresh_tokens(SalesforceConnection.objects.get())
    rotated = SalesforceConnection.objects.get().refresh_token
    connecting.agree(ConnectAttempt.objects.get(pk=attempt.pk), form["question"])
    after = SalesforceConnection.objects.get()
    assert (after.refresh_token, after.state) == (rotated, "connected")
    assert not second_org.tokens.refresh[rotated].revoked


def test_a_no_leaves_everything_and_gives_the_new_token_back(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect()
    form = ask_for_second(walker, second_org)
    walker.client.post(walker.url("answer/"), {**form, "no": "1"})
    assert SalesforceConnection.objects.get().org_id == local_org.id
    assert [grant.revoked for grant in second_org.tokens.refresh.values()] == [True]
    assert ConnectAttempt.objects.first().pending == ""


def test_a_yes_to_another_question_asks_again(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect()
    form = ask_for_second(walker, second_org)
    walker.client.post(walker.url("answer/"), {**form, "question": "something else", "yes": "1"})
    assert SalesforceConnection.objects.get().org_id == local_org.id
    assert ConnectAttempt.objects.first().outcome == "asks"


def test_only_who_asked_may_answer(local_org: Org, second_org: Org) -> None:
    walker = Walker()
    walker.connect()
    form = ask_for_second(walker, second_org)
    colleague = Walker(walker.workspace)
    assert "has a question to answer" in colleague.page()
    colleague.client.post(colleague.url("answer/"), {**form, "yes": "1"})
    assert SalesforceConnection.objects.get().org_id == local_org.id


def test_a_question_that_nobody_answers_is_a_no(local_org: Org, second_org: Org) -> None:
    from crm_sync.provision_kinds import end_attempt

    walker = Walker()
    walker.connect()
    ask_for_second(walker, second_org)
    attempt = ConnectAttempt.objects.first()
    assert DueWork.objects.filter(kind="crm.attempt", key=attempt.pk).count() == 1
    end_attempt(str(attempt.pk), None)
    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.pending) == ("declined", "")
    assert [grant.revoked for grant in second_org.tokens.refresh.values()] == [True]


def test_an_org_of_another_workspace_is_named_and_left(local_org: Org) -> None:
    first = Walker()
    first.connect()
    second = Walker()
    second.connect()
    assert SalesforceConnection.objects.get().workspace == first.workspace
    page = second.page()
    assert first.workspace.name in page
    assert "Move the connection" not in page
    assert [grant.revoked for grant in local_org.tokens.refresh.values()] == [False, True]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.HOST])
def test_only_an_owner_of_both_is_offered_to_move(local_org: Org, role: str) -> None:
    first = Walker()
    first.connect()
    second = Walker()
    Walker(first.workspace, role, user=second.user)
    second.connect()
    assert "Move the connection" not in second.page()
    assert ConnectAttempt.objects.first().outcome == "taken"


def test_an_owner_of_both_moves_the_connection(local_org: Org) -> None:
    first = Walker()
    first.connect()
    second = Walker(user=first.user)
    second.connect()
    assert SalesforceConnection.objects.get().workspace == first.workspace
    page = second.page()
    assert f"Move the connection to {second.workspace.name}" in page
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("attempt", "question")}
    second.client.post(second.url("answer/"), {**form, "yes": "1"})
    states = SalesforceConnection.objects.values_list("workspace", "state", "refresh_token")
    found = {workspace: (state, bool(token)) for workspace, state, token in states}
    assert found == {first.workspace.pk: ("disconnected", False), second.workspace.pk: ("connected", True)}


def test_a_superuser_may_move_between_workspaces_without_being_a_member(local_org: Org) -> None:
    first, second = Walker(), Walker()
    first.connect()
    boss = Walker(user=make_user(is_superuser=True))
    boss.connect(second.workspace)
    assert "Move the connection" in boss.page(second.workspace)


def test_disconnecting_revokes_and_forgets(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    token = SalesforceConnection.objects.get().refresh_token
    walker.client.post(walker.url("disconnect/"))
    connection = SalesforceConnection.objects.get()
    assert (connection.state, connection.access_token, connection.refresh_token) == ("disconnected", "", "")
    assert local_org.tokens.refresh[token].revoked
    assert "Disconnected from" in walker.page()


def test_disconnecting_works_while_salesforce_is_away(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    SalesforceConnection.objects.update(login_url="http://127.0.0.1:9")
    page = walker.client.post(walker.url("disconnect/"), follow=True).content.decode()
    assert SalesforceConnection.objects.get().state == "disconnected"
    assert "Salesforce did not confirm" in page


def test_a_workspace_that_let_go_frees_the_org_for_another(local_org: Org) -> None:
    first = Walker()
    first.connect()
    first.client.post(first.url("disconnect/"))
    second = Walker()
    second.connect()
    assert SalesforceConnection.objects.get(state="connected").workspace == second.workspace
