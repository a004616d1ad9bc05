"""A setting that is missing or malformed stops the start with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "DISTRO_ENV_FILE": "/nonexistent",
    "DEBUG": "off",
    "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "FIELD_ENCRYPTION_KEYS": "Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OS1hYmNkZWY=",
}


def start(**values: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"]} | GOOD | values
    command = [sys.executable, "-c", "import distro.settings"]
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )


def test_good_settings_start() -> None:
    assert (start().returncode, start().stderr) == (0, "")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS is not set"),
        ({"FIELD_ENCRYPTION_KEYS": "short"}, "key 1 of 1"),
        ({"DEBUG": "maybe"}, "DEBUG cannot be used"),
        ({"DATABASE_URL": "foo://x"}, "postgres://user:password@host/name"),
        ({"DATABASE_URL": "postgres"}, "postgres://user:password@host/name"),
        ({"REDIS_URL": "http://x"}, "redis://host:6379/0"),
        ({"EMAIL_URL": "pigeon://x"}, "smtp+tls"),
        ({"SENTRY_DSN": "foo"}, "https://key@host/1"),
        ({"BASE_URL": "meet.example.com"}, "https://meet.example.com"),
        ({"ALLOWED_HOSTS": "https://meet.example.com/"}, "no host name"),
        ({"SALESFORCE_API_VERSION": "v66"}, "no version such as 66.0"),
        ({"SALESFORCE_CLIENT_ID": "x"}, "go together"),
        ({"SALESFORCE_LOGIN_URL": "http://login.example.com"}, "loopback"),
        ({"PUBLIC_RATE_LIMIT": "many"}, "60/m"),
        ({"TRUSTED_PROXIES": "proxy"}, "10.0.0.0/8"),
        ({"SYNC_CALL_TIMEOUT": "90"}, "half of SYNC_LEASE"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_fault_is_told_in_one_sentence(values: dict[str, str], words: str) -> None:
    stopped = start(**values)
    assert stopped.returncode == 3
    assert words in stopped.stderr
    assert stopped.stderr.count("\n") == 1
