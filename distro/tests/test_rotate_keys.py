"""`rotate_keys` brings every stored secret to the newest key, loses none, and says which it cannot open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from crm_sync.models import ConnectAttempt, SalesforceConnection
from distro.management.commands.rotate_keys import rotate
from distro.stored_secrets import Secret, encrypted_fields, secrets_stored
from distro.testing.factories import make_connection, make_user, make_workspace

pytestmark = pytest.mark.django_db
OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture(autouse=True)
def old_key(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]


def run() -> tuple[int, str, list[str]]:
    """Exit status, the line printed, the complaints."""
    out, errors = StringIO(), StringIO()
    status = 0
    try:
        call_command("rotate_keys", stdout=out, stderr=errors)
    except SystemExit as end:
        status = int(str(end.code))
    (line,) = out.getvalue().splitlines()
    return status, line, errors.getvalue().splitlines()


def counts(line: str) -> list[int]:
    """Encrypted anew, newest already, not opened, kept changing."""
    return [int(word) for word in line.split() if word.isdigit()]


def raw(row: SalesforceConnection) -> tuple[str, str]:
    """Both tokens as the database has them."""
    with connection.cursor() as cursor:
        asked = "SELECT access_token, refresh_token FROM crm_sync_salesforceconnection WHERE id = %s"
        cursor.execute(asked, [row.pk])
        return cursor.fetchone()


def test_every_secret_gets_the_newest_key_and_keeps_its_text(settings: Settings) -> None:
    row = make_connection(access_token="Ä one", refresh_token="two")
    attempt = ConnectAttempt.objects.create(
        workspace=make_workspace(), user=make_user(), login_url="https://x", pending="three"
    )
    empty = make_connection(access_token="", refresh_token="")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    status, line, complaints = run()
    assert (status, counts(line), complaints) == (0, [3, 0, 0, 0], [])
    assert run()[:2] == (
        0,
        "0 encrypted anew, 3 had the newest key already, 0 could not be opened, 0 kept changing.",
    )
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    row.refresh_from_db()
    attempt.refresh_from_db()
    assert (row.access_token, row.refresh_token, attempt.pending) == ("Ä one", "two", "three")
    assert raw(empty) == ("", "")


def test_a_secret_that_no_key_opens_is_named_and_the_others_are_done(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [LOST]
    lost = make_connection(refresh_token="")
    before = raw(lost)
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    kept = make_connection(refresh_token="")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    status, line, complaints = run()
    assert (status, counts(line)) == (1, [1, 0, 1, 0])
    assert len(complaints) == 1
    assert complaints[0].startswith(
        f"crm_sync.SalesforceConnection {lost.pk}, access_token: no key of FIELD_ENCRYPTION_KEYS opens it."
    )
    assert raw(lost) == before
    assert Fernet(NEW).decrypt(raw(kept)[0].encode()) == b"access"


@pytest.mark.parametrize("writers_keys", [[OLD], [NEW, OLD]], ids=["old keys", "new keys"])
def test_a_token_refreshed_meanwhile_is_never_overwritten(
    settings: Settings, writers_keys: list[str]
) -> None:
    row = make_connection(refresh_token="")
    (seen,) = secrets_stored()
    settings.FIELD_ENCRYPTION_KEYS = writers_keys
    SalesforceConnection.objects.filter(pk=row.pk).update(access_token="refreshed")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert rotate(seen) == ("rotated" if writers_keys == [OLD] else "newest")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    row.refresh_from_db()
    assert row.access_token == "refreshed"


def test_a_row_that_is_deleted_meanwhile_is_no_fault(settings: Settings) -> None:
    row = make_connection(refresh_token="")
    (seen,) = secrets_stored()
    row.delete()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert rotate(seen) == "gone"


def test_a_secret_that_somebody_with_old_keys_keeps_changing_is_told(settings: Settings) -> None:
    class Contested(Secret):
        def encrypt_anew(self) -> bool:
            return False

        def read_again(self) -> Secret:
            return self

    make_connection(refresh_token="")
    (seen,) = secrets_stored()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert rotate(Contested(seen.model, seen.field, seen.pk, seen.raw)) == "restless"


@pytest.mark.django_db(transaction=True)
def test_while_tokens_are_being_refreshed_the_last_one_stays(settings: Settings) -> None:
    rows = [make_connection() for _ in range(30)]
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    refreshed = threading.Thread(target=in_own_connection(lambda: refresh_all(rows)))
    refreshed.start()
    status, line, _ = run()
    refreshed.join()
    assert (status, sum(counts(line)), counts(line)[2:]) == (0, 60, [0, 0])
    assert run()[0] == 0
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert set(SalesforceConnection.objects.values_list("access_token", "refresh_token")) == {
        ("access 4", "refresh")
    }


def refresh_all(rows: list[SalesforceConnection]) -> None:
    for turn in range(5):
        for row in rows:
            SalesforceConnection.objects.filter(pk=row.pk).update(access_token=f"access {turn}")


def in_own_connection(act: Callable[[], None]) -> Callable[[], None]:
    def acting() -> None:
        act()
        connection.close()

    return acting


def test_more_rows_than_are_read_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distro.stored_secrets.AT_ONCE", 2)
    for _ in range(5):
        make_connection()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert counts(run()[1]) == [10, 0, 0, 0]


def test_encrypted_columns_are_found_whichever_model_has_them() -> None:
    assert sorted((model._meta.label, field) for model, field in encrypted_fields()) == [
        ("crm_sync.ConnectAttempt", "pending"),
        ("crm_sync.SalesforceConnection", "access_token"),
        ("crm_sync.SalesforceConnection", "refresh_token"),
    ]
