"""The Salesforce card: who sees it, what it says, and its headers."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from crm_sync.models import ConnectAttempt, SalesforceConnection
from crm_sync.salesforce.provision import provision
from crm_sync.sandbox.org import Org
from crm_sync.tests.walk import Walker
from distro.due.models import DueWork
from distro.testing.factories import make_connection, make_user, make_workspace
from routing.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("local_org")]
POSTS = ("", "disconnect/", "answer/", "set-up/")


def test_signing_in_comes_first() -> None:
    answer = Client().get("/integrations/?workspace=acme")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=/integrations/%3Fworkspace%3Dacme",
    )


@pytest.mark.parametrize("path", POSTS)
def test_another_workspace_is_not_found(path: str) -> None:
    walker, stranger = Walker(), make_workspace()
    for workspace in (stranger.slug, "no-such-workspace", ""):
        url = f"/integrations/{path}?workspace={workspace}"
        assert walker.client.post(url).status_code == 404
    assert walker.client.get(walker.url(workspace=stranger)).status_code == 404
    assert ConnectAttempt.objects.count() == 0


def test_a_superuser_sees_every_workspace() -> None:
    boss = Walker(user=make_user(is_superuser=True))
    stranger = make_workspace()
    assert stranger.name in boss.page(stranger)


def test_a_member_of_one_workspace_needs_no_parameter() -> None:
    walker = Walker()
    answer = walker.client.get("/integrations/")
    assert (answer.status_code, answer["Location"]) == (302, walker.url())


def test_a_member_of_several_chooses() -> None:
    first = Walker()
    second = Walker(user=first.user)
    page = first.client.get("/integrations/").content.decode()
    assert first.url() in page and second.url() in page


def test_a_user_without_workspace_is_told() -> None:
    client = Client()
    client.force_login(make_user())
    assert "You belong to no workspace yet." in client.get("/integrations/").content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 302), (Role.ADMINISTRATOR, 302), (Role.HOST, 403)])
def test_who_may_connect(role: str, status: int) -> None:
    walker = Walker(role=role)
    assert walker.set_out().status_code == status
    assert ("Continue to Salesforce" in walker.page()) is (status == 302)


@pytest.mark.parametrize("path", POSTS)
def test_a_host_only_looks(path: str) -> None:
    walker = Walker(role=Role.HOST)
    make_connection(walker.workspace)
    assert "Disconnect" not in walker.page()
    assert walker.client.post(walker.url(path), {"host": "production"}).status_code == 403
    assert SalesforceConnection.objects.get().state == "connected"


def test_forms_need_their_token() -> None:
    walker = Walker()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(walker.user)
    assert strict.post(walker.url(), {"host": "production"}).status_code == 403


def test_accesses_are_listed_before_the_redirect() -> None:
    page = Walker().page()
    for words in ("Read and write Leads, Contacts, Accounts and Events", "Read users", "refresh_token"):
        assert words in page


def test_the_card_tells_of_the_org(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    provision(SalesforceConnection.objects.select_related("workspace").get())
    now = timezone.now()
    stored = SalesforceConnection.objects.get().fields
    SalesforceConnection.objects.update(
        fields=dict(reversed(stored.items())),
        api_used=1200,
        api_max=15000,
        last_success_at=now,
        last_error="TIMEOUT: too slow",
        last_error_at=now,
    )
    page = walker.page()
    for words in (
        "Connected",
        local_org.name,
        local_org.id,
        "dana@acme.example",
        "Developer Edition",
        "Production",
        "1200 of 15000",
        "TIMEOUT: too slow",
        "All 21 ready",
        "Distro_Meeting_Created_At__c",
        "What dana@acme.example may do",
    ):
        assert words in page, words
    places = [
        page.index(name) for name in ("Distro_Prospect_Id__c", "Distro_Canceled__c", "Distro_Meeting_URL__c")
    ]
    assert places == sorted(places)
    assert page.count('<td class="sign yes">') == 21 * 4 + 3 + 3 + 2 + 3 + 1


def test_progress_is_shown_and_freshened_without_inline_script() -> None:
    walker = Walker()
    walker.connect()
    page = walker.page()
    assert "Waiting for a worker" in page
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page
    SalesforceConnection.objects.update(provision_state="done")
    page = walker.page()
    assert ("data-fresh" in page, "http-equiv" in page) == (False, False)


def test_a_missing_worker_is_noticed() -> None:
    walker = Walker()
    make_connection(walker.workspace, connected_at=timezone.now() - timedelta(minutes=2))
    assert "manage.py rqworker" in walker.page()


def test_looking_again_is_due_work() -> None:
    walker = Walker()
    connection = make_connection(walker.workspace, provision_state="incomplete")
    assert walker.client.post(walker.url("set-up/")).status_code == 302
    assert DueWork.objects.get().kind == "crm.provision"
    connection.refresh_from_db()
    assert connection.provision_state == "waiting"


def test_a_broken_connection_offers_to_reconnect_as_the_same_user(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    SalesforceConnection.objects.update(
        state="broken", last_error="invalid_grant: expired", username="sam@acme.example"
    )
    page = walker.page()
    assert "Needs reconnecting" in page and "invalid_grant: expired" in page
    asked = walker.set_out(reconnect="1")
    assert "login_hint=sam%40acme.example" in asked["Location"]


class Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        inline = tag == "style" or (tag == "script" and "src" not in names)
        if inline or any(name == "style" or name.startswith("on") for name in names):
            self.found.append(self.get_starttag_text() or tag)


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/salesforce/login/", "/accounts/password/reset/"]
)
def test_sign_in_pages_have_nothing_inline(path: str) -> None:
    assert Inline(Client().get(path).content.decode()).found == []


def test_the_card_has_a_strict_policy_that_names_the_login_hosts(local_org: Org) -> None:
    walker = Walker()
    walker.connect()
    answer = walker.client.get(walker.url())
    assert Inline(answer.content.decode()).found == []
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'self'", "'none'")
    sources = policy["form-action"].split()
    for source in ("'self'", local_org.base_url, "https://test.salesforce.com", "https://*.salesforce.com"):
        assert source in sources
    assert answer["Cache-Control"].split(",")[0] == "max-age=0"


def test_no_loopback_in_the_policy_of_a_real_installation(settings) -> None:
    settings.SALESFORCE_LOGIN_URL = "https://login.salesforce.com"
    policy = Walker().client.get("/integrations/", follow=True)["Content-Security-Policy"]
    assert "127.0.0.1" not in policy and "https://login.salesforce.com" in policy


def test_an_installation_without_an_app_says_what_is_missing(settings) -> None:
    settings.SALESFORCE_CLIENT_ID = ""
    walker = Walker()
    assert "SALESFORCE_CLIENT_ID" in walker.page()
    assert walker.set_out().status_code == 503


def test_what_salesforce_says_is_shown_as_text(local_org: Org) -> None:
    walker = Walker()
    make_connection(
        walker.workspace,
        org_name="<script>alert(1)</script>",
        last_error="<img src=x>",
        last_error_at=timezone.now(),
    )
    page = walker.page()
    assert "<script>alert" not in page and "<img" not in page


def test_the_card_asks_the_database_a_fixed_number_of_questions(django_assert_num_queries) -> None:
    walker = Walker()
    make_connection(walker.workspace)
    with django_assert_num_queries(6):
        walker.client.get(walker.url())
