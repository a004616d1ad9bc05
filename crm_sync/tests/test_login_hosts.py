"""Which hosts Distro signs in at and takes answers from."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from crm_sync.models import ConnectAttempt
from crm_sync.salesforce.login.grant import GrantRefused, long_id, read_grant
from crm_sync.salesforce.login.hosts import HostRefused, choose_login_url, is_org_address
from crm_sync.tests.walk import Walker

PRODUCTION = "https://login.salesforce.com"
LOOPBACK = "http://127.0.0.1:8200"


@pytest.mark.parametrize(
    ("typed", "login_url"),
    [
        ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("  Acme.My.Salesforce.com/ ", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com"),
        (
            "orgfarm-86-dev-ed.develop.my.salesforce.com",
            "https://orgfarm-86-dev-ed.develop.my.salesforce.com",
        ),
        ("broth-4351.scratch.my.salesforce.com", "https://broth-4351.scratch.my.salesforce.com"),
    ],
)
def test_my_domains_are_taken(settings, typed: str, login_url: str) -> None:
    settings.SALESFORCE_LOGIN_URL = PRODUCTION
    assert choose_login_url("custom", typed) == login_url


HOSTILE = [
    "",
    "evil.example",
    "acme.my.salesforce.com.evil.example",
    "evilmy.salesforce.com",
    "my.salesforce.com",
    ".my.salesforce.com",
    "-acme.my.salesforce.com",
    "a.b.c.my.salesforce.com",
    "acme.my.salesforce.com@evil.example",
    "evil@acme.my.salesforce.com",
    "acme.my.salesforce.com:8443",
    "acme.my.salesforce.com/evil",
    "acme.my.salesforce.com?x=1",
    "acme.my.salesforce.com#x",
    "acme.my.salesforce.com\\@evil.example",
    "acme.my.salesforce.com\r\nHost: evil.example",
    "acme.my.salesforce.com evil.example",
    "http://acme.my.salesforce.com",
    "ftp://acme.my.salesforce.com",
    "javascript:alert(1)",
    "//evil.example",
    "acme.lightning.force.com",
    "acme.my.site.com",
    "аcme.my.salesforce.com",
    "169.254.169.254",
    "http://169.254.169.254",
    "http://10.0.0.1:8200",
    "http://[::1",
    "https://[::ffff:127.0.0.1]",
    "2130706433",
]


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("login_url", [PRODUCTION, LOOPBACK])
def test_everything_else_is_refused(settings, typed: str, login_url: str) -> None:
    settings.SALESFORCE_LOGIN_URL = login_url
    with pytest.raises(HostRefused):
        choose_login_url("custom", typed)


@pytest.mark.parametrize("typed", ["http://127.0.0.1:8300", "http://localhost:8300", "127.0.0.1:8300"])
def test_orgs_of_this_machine_only_beside_one(settings, typed: str) -> None:
    settings.SALESFORCE_LOGIN_URL = LOOPBACK
    assert choose_login_url("custom", typed).startswith("http://")
    settings.SALESFORCE_LOGIN_URL = PRODUCTION
    with pytest.raises(HostRefused, match="on this server itself"):
        choose_login_url("custom", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "http://127.0.0.1",
        "https://127.0.0.1:8300",
        "http://x@127.0.0.1:8300",
        "http://127.0.0.1:8300/x",
        "http://127.0.0.1:99999",
    ],
)
def test_an_org_of_this_machine_is_http_with_a_port(settings, typed: str) -> None:
    settings.SALESFORCE_LOGIN_URL = LOOPBACK
    with pytest.raises(HostRefused):
        choose_login_url("custom", typed)


def test_the_lightning_address_is_answered_with_the_right_one(settings) -> None:
    settings.SALESFORCE_LOGIN_URL = PRODUCTION
    with pytest.raises(HostRefused, match=r"people sign in at acme\.my\.salesforce\.com\.$"):
        choose_login_url("custom", "acme.lightning.force.com")


def test_the_named_choices(settings) -> None:
    settings.SALESFORCE_LOGIN_URL = PRODUCTION
    assert choose_login_url("production", "evil.example") == PRODUCTION
    assert choose_login_url("sandbox") == "https://test.salesforce.com"
    with pytest.raises(HostRefused):
        choose_login_url("https://evil.example")


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://acme.my.salesforce.com", True),
        ("https://na1.salesforce.com", True),
        ("https://acme.my.salesforce.com:443", True),
        ("https://login.salesforce.com/id/00D/005", True),
        ("https://salesforce.com.evil.example", False),
        ("https://evilsalesforce.com", False),
        ("https://acme.my.salesforce.com.", False),
        ("http://acme.my.salesforce.com", False),
        ("https://acme.my.salesforce.com:8443", False),
        ("https://x@acme.my.salesforce.com", False),
        ("https://evil.example\\.salesforce.com", False),
        ("https://evil.example#.salesforce.com", False),
        ("https://evil.example?.salesforce.com", False),
        ("https://acme.lightning.force.com", False),
        ("https://169.254.169.254", False),
        ("http://127.0.0.1:8200", False),
        ("", False),
    ],
)
def test_where_an_org_may_answer_from(url: str, trusted: bool) -> None:
    assert is_org_address(url, local=False) is trusted


def test_loopback_orgs_on_any_port_where_local_ones_are_allowed() -> None:
    assert is_org_address("http://127.0.0.1:8300", local=True)
    assert not is_org_address("http://10.0.0.1:8300", local=True)


def answer_of_org(**changes: str) -> dict[str, str]:
    """A token answer of test.salesforce.com, signed with "secret"."""
    identity, issued_at = "https://test.salesforce.com/id/00D000000000062EAA/005000000000001AAA", "1"
    digest = hmac.new(b"secret", (identity + issued_at).encode(), hashlib.sha256).digest()
    answer = {
        "id": identity,
        "issued_at": issued_at,
        "signature": base64.b64encode(digest).decode(),
        "instance_url": "https://acme.my.salesforce.com",
        "access_token": "a",
        "refresh_token": "r",
    }
    return answer | changes


def test_a_signed_answer_is_taken() -> None:
    grant = read_grant(answer_of_org(), "https://test.salesforce.com", "secret")
    assert grant.uid == "00D000000000062EAA/005000000000001AAA"
    assert grant.instance_url == "https://acme.my.salesforce.com"
    assert "access_token" not in repr(grant)


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": ""},
        {"signature": "bm8="},
        {"issued_at": "2"},
        {"id": "https://test.salesforce.com/id/00D000000000062EAA/005000000000002AAA"},
        {"id": "", "issued_at": ""},
    ],
)
def test_an_answer_with_another_signature_is_refused(forged: dict[str, str]) -> None:
    with pytest.raises(GrantRefused, match="was not signed"):
        read_grant(answer_of_org(**forged), "https://test.salesforce.com", "secret")


def test_a_local_answer_to_a_real_login_is_refused(settings) -> None:
    """Where the login URL is loopback, an attempt at Salesforce's own hosts still may not end on this machine."""
    settings.SALESFORCE_LOGIN_URL = LOOPBACK
    with pytest.raises(GrantRefused, match="not Salesforce's"):
        read_grant(answer_of_org(instance_url=LOOPBACK), "https://test.salesforce.com", "secret")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("00D300000000062", "00D300000000062EAA"),
        ("005B0000005Bk90", "005B0000005Bk90IAC"),
        ("00DB0000000TfcRMAS", "00DB0000000TfcRMAS"),
    ],
)
def test_ids_have_eighteen_characters(short: str, full: str) -> None:
    assert long_id(short) == full


@pytest.mark.django_db
def test_a_hostile_host_goes_nowhere_and_is_said_beside_the_field(local_org) -> None:
    walker = Walker()
    answer = walker.set_out(host="custom", domain="evil.example")
    page = answer.content.decode()
    assert (answer.status_code, ConnectAttempt.objects.count()) == (400, 0)
    assert 'id="domain-fault"' in page and 'value="evil.example"' in page
    signing_in = walker.client.post(
        "/accounts/salesforce/login/", {"host": "custom", "domain": "evil.example"}
    )
    assert signing_in.status_code == 400
