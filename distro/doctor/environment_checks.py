"""Checks of what the environment says, and of the rest of what lies outside of the database."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.mail.backends.smtp import EmailBackend
from django.http.request import validate_host

from distro.doctor import Finding, check, fine, mend, number_of, warn
from distro.env import is_loopback

MAIL_SECONDS = 5
# The keys that settings.py falls back to while DEBUG is on: everybody can read them.
PUBLISHED_KEYS = {"ZGVidWctb25seS1kZWJ1Zy1vbmx5LWRlYnVnLW9ubHk="}
PUBLISHED_SECRET = "debug-only-"  # noqa: S105 - how the published one begins
ENOUGH_CHARACTERS = 50  # what Django's own security.W009 asks for
# What Django's system checks say of settings and is said here in other words.
SAID_HERE = {"distro.W020", "distro.W030", "distro.I033", "distro.I034"}
NO_MAIL = {"console", "dummy", "locmem"}


@check("Mode", needs_database=False)
def mode() -> Iterator[Finding]:
    if settings.DEBUG:
        yield mend(
            "DEBUG is on: faults show settings and code to visitors.", "Set DEBUG=off before going live."
        )
    else:
        yield fine("DEBUG is off.")


@check("Public address", needs_database=False)
def public_address() -> Iterator[Finding]:
    host = urlsplit(settings.BASE_URL).hostname or ""
    if settings.SECURE:
        yield fine(f"BASE_URL is {settings.BASE_URL}.")
        if not settings.TRUSTED_PROXIES:
            yield warn(
                "TRUSTED_PROXIES is not set: behind a reverse proxy all visitors would share one rate limit, and "
                "one on another machine would be answered with redirects to https for ever.",
                "Set it to the proxy's network, such as 127.0.0.1/32; leave it out if gunicorn itself speaks https.",
            )
    else:
        reach = "that only this machine can reach" if is_loopback(host) else "without encryption"
        yield warn(
            f"BASE_URL is {settings.BASE_URL}, an address {reach}: no redirect to https, no HSTS, no Secure cookies.",
            "Serve Distro over https and set BASE_URL to that address.",
        )


@check("Host names", needs_database=False)
def host_names() -> Iterator[Finding]:
    host = urlsplit(settings.BASE_URL).hostname or ""
    listed = ", ".join(settings.ALLOWED_HOSTS)
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield mend(
            f"ALLOWED_HOSTS ({listed}) lacks {host}, the host of BASE_URL: every visitor gets an error.",
            f"Add {host} to ALLOWED_HOSTS, or leave ALLOWED_HOSTS out.",
        )
    elif "*" in settings.ALLOWED_HOSTS:
        yield warn("ALLOWED_HOSTS takes any name.", f"Set it to {host}, or leave it out.")
    else:
        yield fine(f"ALLOWED_HOSTS is {listed}.")


@check("Keys", needs_database=False)
def keys() -> Iterator[Finding]:
    if settings.SECRET_KEY.startswith(PUBLISHED_SECRET):
        yield mend("SECRET_KEY is the published one of DEBUG mode.", "Set SECRET_KEY to a long random text.")
    elif len(settings.SECRET_KEY) < ENOUGH_CHARACTERS:
        text = f"SECRET_KEY has {len(settings.SECRET_KEY)} characters: links and sessions could be forged."
        yield warn(
            text, f"Set it to at least {ENOUGH_CHARACTERS} random ones; links sent so far stop working."
        )
    else:
        yield fine("SECRET_KEY is set.")
    if PUBLISHED_KEYS & set(settings.FIELD_ENCRYPTION_KEYS):
        yield mend(
            "FIELD_ENCRYPTION_KEYS has the published key of DEBUG mode.",
            "Put a key of your own before it, run manage.py rotate_keys, then take it out.",
        )
    else:
        yield fine(f"FIELD_ENCRYPTION_KEYS has {number_of(len(settings.FIELD_ENCRYPTION_KEYS), 'key')}.")


@check("Watching", needs_database=False)
def watching() -> Iterator[Finding]:
    yield fine(
        "/metrics and /healthz/sync answer to METRICS_TOKEN."
        if settings.METRICS_TOKEN
        else "METRICS_TOKEN is not set, so /metrics and /healthz/sync answer to this machine alone."
    )


@check("Mail", needs_database=False)
def mail() -> Iterator[Finding]:
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend in NO_MAIL:
        yield warn(
            "Mail is not sent: EMAIL_URL is not set, or names no mail server.",
            "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587.",
        )
    elif backend == "smtp":
        yield _mail_server()
    else:
        yield fine(f"Mail goes out by {settings.EMAIL_BACKEND}.")


def _mail_server() -> Finding:
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    backend = EmailBackend(timeout=MAIL_SECONDS)
    try:
        backend.open()
        assert backend.connection
        backend.connection.noop()
        backend.close()
    except (OSError, smtplib.SMTPException) as fault:
        return mend(
            f"The mail server {where} did not let us in ({type(fault).__name__}); mail waits.",
            "Check EMAIL_URL, and that this machine may reach the server.",
        )
    return fine(f"The mail server {where} answers; mail comes from {settings.DEFAULT_FROM_EMAIL}.")


@check("Static files", needs_database=False)
def static_files() -> Iterator[Finding]:
    collected = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.DEBUG or collected.exists():
        yield fine("They are served by the application.")
    else:
        yield warn(
            "They were not collected: pages send them uncompressed and browsers may keep old ones.",
            "Run manage.py collectstatic --noinput after each upgrade, then restart the web servers.",
        )


@check("Django's checks", needs_database=False)
def system_checks() -> Iterator[Finding]:
    """Errors of any kind, and our own words about settings (distro.checks) that are not said above."""
    told = 0
    for message in checks.run_checks(include_deployment_checks=True):
        own = str(message.id).startswith("distro.") and message.id not in SAID_HERE
        if message.level >= checks.ERROR or own:
            told += 1
            level = mend if message.level >= checks.ERROR else warn
            yield level(str(message.msg), str(message.hint or ""))
    if not told:
        yield fine("Nothing more to say.")
