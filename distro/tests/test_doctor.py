"""The doctor says what is wrong with an installation, with the remedy, and exits 1 only for what must be mended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as in_force
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from distro import ports
from distro.due.models import DueWork, WorkerBeat
from distro.embedded_redis import EmbeddedRedis
from distro.testing.factories import make_connection, make_user, make_workspace
from routing.models import Workspace

pytestmark = pytest.mark.django_db
Report = dict[str, list[tuple[str, str]]]


def examine(*arguments: str) -> tuple[int, Report, str]:
    """Exit status, {subject: [(level, words)]}, the last line."""
    out, status = StringIO(), 0
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    *lines, last = out.getvalue().splitlines()
    report: Report = defaultdict(list)
    for line in lines:
        level, _, rest = line.partition(" ")
        subject, _, words = rest.strip().partition(": ")
        report[subject].append((level, words))
    return status, report, last


def told(report: Report, level: str) -> list[str]:
    """The subjects of which something is told at that level."""
    return sorted(subject for subject, lines in report.items() if level in {one for one, _ in lines})


@pytest.fixture
def running(redis_server: EmbeddedRedis) -> None:
    """An installation that an operator would go live with, but for its address, mail and practice org."""
    WorkerBeat.objects.create(name="one", seen_at=timezone.now())
    make_user(is_superuser=True)
    make_workspace(slug="acme")


@pytest.fixture
def sound(running: None, settings: Settings, tmp_path: Any) -> Settings:
    """Settings of production, as far as they can be had here."""
    (tmp_path / "staticfiles.json").write_text("{}")
    settings.STATIC_ROOT = tmp_path
    settings.BASE_URL, settings.SECURE = "https://meet.example.com", True
    settings.ALLOWED_HOSTS = ["meet.example.com"]
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.SALESFORCE_LOGIN_URL = "https://login.salesforce.com"
    return settings


def test_a_sound_installation_has_warnings_at_most(sound: Settings) -> None:
    status, report, last = examine()
    database = [] if connection.vendor == "postgresql" else ["Database"]
    assert (status, told(report, "MEND")) == (0, [])
    assert [one for one in told(report, "warning") if "acme" not in one] == database
    warnings = sum(level == "warning" for lines in report.values() for level, _ in lines)
    assert last == f"Nothing to mend, {warnings} warnings."


def test_http_is_accepted_with_a_warning(sound: Settings) -> None:
    sound.BASE_URL, sound.SECURE = "http://meet.example.com", False
    status, report, _ = examine()
    assert status == 0
    ((level, words),) = report["Public address"]
    assert level == "warning"
    assert words.startswith("BASE_URL is http://meet.example.com, an address without encryption")
    assert words.endswith("Serve Distro over https and set BASE_URL to that address.")


@pytest.mark.parametrize(
    ("name", "value", "subject", "level", "words"),
    [
        ("DEBUG", True, "Mode", "MEND", "DEBUG is on"),
        ("ALLOWED_HOSTS", ["www.example.com"], "Host names", "MEND", "lacks meet.example.com"),
        ("ALLOWED_HOSTS", ["*"], "Host names", "warning", "takes any name"),
        ("TRUSTED_PROXIES", [], "Public address", "warning", "TRUSTED_PROXIES is not set"),
        ("SECRET_KEY", "debug-only-key-that-signs-nothing", "Keys", "MEND", "SECRET_KEY is the published"),
        ("SECRET_KEY", "short", "Keys", "warning", "SECRET_KEY has 5 characters"),
        (
            "EMAIL_BACKEND",
            "django.core.mail.backends.console.EmailBackend",
            "Mail",
            "warning",
            "Mail is not sent",
        ),
        ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend", "Mail", "MEND", "did not let us in"),
        ("STATIC_ROOT", "/nonexistent", "Static files", "warning", "not collected"),
        ("SALESFORCE_CLIENT_SECRET", "", "Django's checks", "warning", "Only one of SALESFORCE_CLIENT_ID"),
        ("MIDDLEWARE", [], "Django's checks", "MEND", "Visitors' addresses are not read first"),
    ],
)
def test_settings(sound: Settings, name: str, value: Any, subject: str, level: str, words: str) -> None:
    sound.EMAIL_PORT = ports.any_free()
    setattr(sound, name, value)
    status, report, _ = examine()
    found = [one for one in report[subject] if words in one[1]]
    assert [one for one, _ in found] == [level]
    assert status == (1 if level == "MEND" else 0)


def test_the_published_key_of_debug_mode_is_no_key(sound: Settings) -> None:
    sound.FIELD_ENCRYPTION_KEYS = [
        "ZGVidWctb25seS1kZWJ1Zy1vbmx5LWRlYnVnLW9ubHk=",
        *in_force.FIELD_ENCRYPTION_KEYS,
    ]
    assert (examine()[0], told(examine()[1], "MEND")) == (1, ["Keys"])


def test_redis_that_does_not_answer_must_be_mended(sound: Settings) -> None:
    sound.REDIS_URL = f"redis://127.0.0.1:{ports.any_free()}/0"
    assert (examine()[0], told(examine()[1], "MEND")) == (1, ["Redis"])


def test_no_worker_must_be_mended(sound: Settings) -> None:
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    status, report, _ = examine()
    assert (status, told(report, "MEND")) == (1, ["Workers"])
    assert "manage.py rqworker" in report["Workers"][0][1]


def test_late_failing_and_unknown_work(sound: Settings) -> None:
    now = timezone.now()
    DueWork.objects.create(kind="routing.complete", key="1", due_at=now - timedelta(minutes=5))
    DueWork.objects.create(
        kind="crm.provision", key="7", due_at=now + timedelta(1), attempts=6, last_error="KeyError"
    )
    DueWork.objects.create(kind="crm.tomorrow", key="1", due_at=now)
    status, report, _ = examine()
    assert (status, told(report, "MEND")) == (1, ["Due work"])
    assert report["Due work"][0][1].startswith("Too much waits: 1 due, the oldest for 5 minutes.")
    failing, unknown = report["Due work that fails"]
    assert failing[1].startswith("crm.provision 7 has failed 6 times in a row (KeyError).")
    assert unknown[1].startswith("1 due of the kind crm.tomorrow, which this version does not know.")


def test_secrets_of_older_and_of_lost_keys(sound: Settings) -> None:
    first, lost = in_force.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    kept = make_connection()
    sound.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), first]
    status, report, _ = examine()
    assert (status, [level for level, _ in report["Stored secrets"]]) == (0, ["warning"])
    assert report["Stored secrets"][0][1].startswith("2 of 2 are encrypted with older keys.")
    sound.FIELD_ENCRYPTION_KEYS = [lost]
    status, report, _ = examine()
    assert (status, told(report, "MEND")) == (1, ["Stored secrets"])
    assert [words.split(".")[:2] for _, words in report["Stored secrets"]] == [
        ["No key of FIELD_ENCRYPTION_KEYS opens crm_sync", f"SalesforceConnection {kept.pk}, {name}"]
        for name in ("access_token", "refresh_token")
    ]
    assert f"{kept.workspace.slug}, Salesforce" in report, "the other checks are made all the same"


def test_the_cache_table_can_be_made_anew(sound: Settings) -> None:
    sound.CACHES = {"default": {**in_force.CACHES["default"], "LOCATION": "no_such_table"}}
    status, report, _ = examine()
    assert (status, told(report, "MEND")) == (1, ["Cache"])
    assert report["Cache"][0][1].endswith("Run manage.py createcachetable.")


def test_an_installation_without_accounts_and_workspaces(sound: Settings) -> None:
    User.objects.all().delete()
    Workspace.objects.all().delete()
    status, report, _ = examine()
    assert status == 0
    assert [words.split(".")[0] for _, words in report["Accounts"]] == [
        "Nobody can sign in",
        "There is no workspace yet",
    ]


def test_one_workspace_alone(sound: Settings) -> None:
    make_workspace(slug="other")
    assert {one.partition(",")[0] for one in examine()[1] if "," in one} == {"acme", "other"}
    assert {one.partition(",")[0] for one in examine("--workspace", "other")[1] if "," in one} == {"other"}


def test_an_unknown_workspace(running: None) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", "--workspace", "acne", stdout=StringIO(), stderr=errors)
    assert end.value.code == 1
    assert errors.getvalue() == 'There is no workspace "acne"; there are: acme.\n'


def test_without_a_database_it_says_so_and_looks_at_the_rest() -> None:
    port = ports.any_free()
    nowhere = {"DATABASE_URL": f"postgresql://nobody:x@127.0.0.1:{port}/none"}
    nowhere["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "MEND     Database: PostgreSQL does not answer; nothing more was looked at." in ended.stdout
    assert "MEND     Redis: It does not answer" in ended.stdout
    assert "Workers" not in ended.stdout
