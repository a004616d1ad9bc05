"""The command that makes somebody a member."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from distro.testing.factories import make_host, make_member, make_user, make_workspace
from routing.models import Member

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISTRO_MEMBER_PASSWORD", raising=False)


def run(*words: str) -> str:
    out = StringIO()
    call_command("add_member", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_somebody_new_signs_in_with_the_password_of_the_environment(monkeypatch):
    make_workspace(slug="acme")
    monkeypatch.setenv("DISTRO_MEMBER_PASSWORD", PASSWORD)
    assert run("acme", "Ann@Acme.example", "owner") == "ann@acme.example is now owner of acme.\n"
    user = User.objects.get()
    assert (user.username, user.email, user.is_staff, user.is_superuser) == (
        "ann@acme.example",
        "ann@acme.example",
        False,
        False,
    )
    assert user.check_password(PASSWORD)
    assert [(one.workspace.slug, one.role) for one in user.memberships.all()] == [("acme", "owner")]


def test_invitation_link_lets_somebody_new_choose_a_password_once():
    make_workspace(slug="acme")
    link = re.search(r"Invitation: http://[^/]+(\S+)", run("acme", "bob@acme.example", "host"))
    assert link
    browser = Client()
    form = browser.get(link[1], follow=True)
    assert form.status_code == 200
    chosen = browser.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert chosen.status_code == 302
    assert User.objects.get().check_password(PASSWORD)
    again = Client().get(link[1], follow=True)
    assert 'name="password1"' not in again.content.decode()


def test_role_of_a_member_is_changed_and_their_password_kept(monkeypatch):
    member = make_member(make_workspace(slug="acme"), "host", make_user("cy@acme.example", "their own one"))
    monkeypatch.setenv("DISTRO_MEMBER_PASSWORD", PASSWORD)
    assert run("acme", "cy@acme.example", "administrator") == (
        "cy@acme.example stays a member, as administrator of acme.\n"
        "cy@acme.example had an account already: its password was left alone.\n"
    )
    member.refresh_from_db()
    assert member.role == "administrator"
    assert User.objects.get().check_password("their own one")


@pytest.mark.parametrize(
    ("words", "password", "text"),
    [
        (("nowhere", "a@b.example", "owner"), "", 'There is no workspace "nowhere". There are: acme.'),
        (("acme", "ann", "owner"), "", '"ann" is no e-mail address.'),
        (("acme", "a@b.example", "boss"), "", '"boss" is no role; choose one of owner, administrator, host.'),
        (
            ("acme", "a@b.example", "owner"),
            "short",
            "DISTRO_MEMBER_PASSWORD will not do. This password is too short. It must contain at least 8 characters.",
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(monkeypatch, words, password, text):
    make_workspace(slug="acme")
    monkeypatch.setenv("DISTRO_MEMBER_PASSWORD", password)
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert (str(refused.value), refused.value.returncode) == (text, 1)
    assert (User.objects.count(), Member.objects.count()) == (0, 0)


def test_a_host_is_tied_to_the_host_of_their_address():
    workspace = make_workspace(slug="acme")
    host = make_host(workspace, email="Dee@Acme.example")
    elsewhere = make_host(make_workspace(slug="other"), email="dee@acme.example")
    assert "No host" not in run("acme", "dee@acme.example", "host")
    host.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (host.user, elsewhere.user) == (User.objects.get(), None)


def test_a_host_without_a_host_of_their_address_is_said():
    make_workspace(slug="acme")
    said = run("acme", "eve@acme.example", "host").splitlines()
    assert said[1] == (
        "No host of acme has the address eve@acme.example: they see no meetings until there is one; "
        "then run this again."
    )
