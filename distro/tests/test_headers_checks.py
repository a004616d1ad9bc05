"""The system checks: what is wrong with the settings is said, with its remedy, and a sound production has nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

SOUND = {
    "DEBUG": False,
    "BASE_URL": "https://meet.acme.example",
    "SECURE": True,
    "SALESFORCE_LOGIN_URL": "https://login.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "secret",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
}


def said(settings: Any, **changed: Any) -> list[str]:
    """The ids of our own checks' messages, with these settings over a sound production's."""
    for name, value in (SOUND | changed).items():
        setattr(settings, name, value)
    messages = run_checks(tags=["security"], include_deployment_checks=True)
    ours = [one for one in messages if one.id and one.id.startswith("distro.")]
    assert all(one.hint for one in ours)
    return sorted(one.id for one in ours)


def test_sound_production_has_nothing_to_mend(settings):
    assert said(settings) == []


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        ({"BASE_URL": "http://meet.acme.example", "SECURE": False}, ["distro.W030"]),
        ({"BASE_URL": "http://127.0.0.1:8000", "SECURE": False, "DEBUG": True}, []),
        ({"DEBUG": True}, ["distro.W020"]),
        ({"SALESFORCE_LOGIN_URL": "http://127.0.0.1:8200"}, ["distro.W031"]),
        ({"SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com"}, []),
        ({"SALESFORCE_LOGIN_URL": "https://salesforce.com.evil.example"}, ["distro.W021"]),
        ({"SALESFORCE_CLIENT_SECRET": ""}, ["distro.W022"]),
        ({"SALESFORCE_CLIENT_ID": "", "SALESFORCE_CLIENT_SECRET": ""}, ["distro.I032"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["distro.I033"]),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, ["distro.I034"]),
        ({"MIDDLEWARE": []}, ["distro.E010", "distro.E011"]),
        ({"RQ_QUEUES": {"default": {"URL": "redis://x", "SERIALIZER": "pickle"}}}, ["distro.E012"]),
    ],
)
def test_what_is_wrong_is_said(settings, changed, ids):
    assert said(settings, **changed) == ids
