"""Keys of the JSON API: made by command and in the admin, shown once, kept as a hash, of use until they are deleted."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from distro.testing.factories import make_api_key, make_member, make_workspace
from routing.api_keys import use_key
from routing.models import ApiKey, Role, Workspace

pytestmark = pytest.mark.django_db
KEY = re.compile(r"distro_[A-Za-z0-9_-]{43}")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(slug="acme")


def printed(*words: str) -> str:
    out = io.StringIO()
    call_command("create_api_key", *words, stdout=out)
    return out.getvalue()


def asks(key: str) -> int:
    return Client().get("/api/v1/meetings", headers={"Authorization": f"Bearer {key}"}).status_code


def test_the_command_prints_a_key_alone_that_opens_its_workspace(workspace):
    text = printed("acme", "warehouse")
    assert KEY.fullmatch(text.removesuffix("\n"))
    found = use_key(text.strip(), timezone.now())
    assert (found.workspace, found.name) == (workspace, "warehouse")


def test_two_keys_of_one_name_are_two_keys(workspace):
    assert printed("acme", "demo") != printed("acme", "demo")
    assert ApiKey.objects.count() == 2


def test_no_column_has_the_key(workspace):
    text = printed("acme", "warehouse").strip()
    row = ApiKey.objects.values().get()
    assert text not in repr(row)
    assert row["hint"] == text[:11]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere", "x"), 'There is no workspace "nowhere". There are: acme.'),
        (("acme", "  "), "This name will not do. This field cannot be blank."),
        (
            ("acme", "x" * 121),
            "This name will not do. Ensure this value has at most 120 characters (it has 121).",
        ),
    ],
)
def test_the_command_says_what_is_wrong_and_makes_nothing(workspace, words, said):
    with pytest.raises(CommandError, match=re.escape(said)) as fault:
        printed(*words)
    assert fault.value.returncode == 1
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "distro_", "distro_" + "a" * 43, "ü", "a b", "\x00"])
def test_what_is_no_key_opens_nothing(workspace, key):
    make_api_key(workspace, "distro_right")
    assert asks(key) == 401


def test_a_deleted_key_opens_nothing(workspace):
    row = make_api_key(workspace, "distro_right")
    assert asks("distro_right") == 200
    row.delete()
    assert asks("distro_right") == 401


def test_the_last_use_is_noted_to_the_minute(workspace):
    make_api_key(workspace, "distro_right")
    first = timezone.now()
    for seconds, noted in ((0, 0), (59, 0), (61, 61)):
        use_key("distro_right", first + timedelta(seconds=seconds))
        assert ApiKey.objects.get().last_used_at == first + timedelta(seconds=noted)


def member_client(workspace: Workspace, role: Role) -> Client:
    client = Client()
    client.force_login(make_member(workspace, role).user)
    return client


def test_the_admin_shows_a_new_key_on_one_page_and_keeps_it_nowhere(workspace):
    client = member_client(workspace, Role.ADMINISTRATOR)
    response = client.post("/admin/routing/apikey/add/", {"name": "warehouse"})
    (text,) = set(KEY.findall(response.content.decode()))
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert asks(text) == 200
    kept = [session.get_decoded() for session in Session.objects.all()] + list(LogEntry.objects.values())
    assert text not in repr([*kept, {name: one.value for name, one in client.cookies.items()}])
    row = ApiKey.objects.get()
    for where in ("/admin/routing/apikey/", f"/admin/routing/apikey/{row.pk}/change/"):
        page = client.get(where).content.decode()
        assert "warehouse" in page
        assert text[:11] in page
        assert text not in page


def test_renaming_a_key_leaves_it_as_it_is(workspace):
    row = make_api_key(workspace, "distro_right")
    client = member_client(workspace, Role.OWNER)
    response = client.post(f"/admin/routing/apikey/{row.pk}/change/", {"name": "other"})
    assert response.status_code == 302
    assert ApiKey.objects.values_list("name", "digest").get() == ("other", row.digest)


def test_hosts_neither_see_nor_make_keys(workspace):
    row = make_api_key(workspace)
    client = member_client(workspace, Role.HOST)
    assert client.get("/admin/routing/apikey/").status_code == 403
    assert client.post("/admin/routing/apikey/add/", {"name": "mine"}).status_code == 403
    assert client.post(f"/admin/routing/apikey/{row.pk}/delete/", {"post": "yes"}).status_code in (302, 403)
    assert ApiKey.objects.get() == row
