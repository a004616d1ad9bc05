"""Checks of what runs: database, cache, Redis, workers, due work, stored secrets, and who can sign in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from distro.doctor import Finding, check, fine, mend, number_of, warn
from distro.due import bell
from distro.due.models import DueWork, WorkerBeat
from distro.due.registry import KINDS
from distro.health import database_state, unapplied_migrations
from distro.stored_secrets import Fit, secrets_stored
from distro.watching import LATE_AFTER, backlog, workers_heard
from routing.models import Workspace

SHOWN = 5
FAILED_OFTEN = 5


@check("Database", needs_database=False)
def database() -> Iterator[Finding]:
    state, name = database_state(), connection.vendor.replace("postgresql", "PostgreSQL")
    if state == "not answering":
        yield mend(
            f"{name} does not answer; nothing more was looked at.", "Check DATABASE_URL and the server."
        )
    elif state == "not migrated":
        missing = unapplied_migrations()
        yield mend(
            f"It lacks {number_of(len(missing), 'migration')}, {missing[0]} first; nothing more was looked at.",
            "Run manage.py migrate.",
        )
    elif connection.vendor == "sqlite":
        yield warn(
            "It is SQLite, which serves one machine and one writer at a time.",
            "Set DATABASE_URL to a PostgreSQL server for production.",
        )
    else:
        yield fine(f"{name} answers and has every migration.")


@check("Cache")
def cache_table() -> Iterator[Finding]:
    table = settings.CACHES["default"].get("LOCATION", "")
    if table in connection.introspection.table_names():
        yield fine(f"Its table {table} is there.")
    else:
        yield mend(
            f"Its table {table} is missing: every submission and sign-in fails.",
            "Run manage.py createcachetable.",
        )


@check("Redis", needs_database=False)
def redis() -> Iterator[Finding]:
    if bell.answers():
        yield fine("It answers.")
    else:
        yield mend(
            "It does not answer at REDIS_URL: bookings work, and what Salesforce and people are to be told waits.",
            "Start Redis or Valkey, or correct REDIS_URL.",
        )


@check("Workers")
def workers() -> Iterator[Finding]:
    heard = workers_heard(timezone.now())
    last = WorkerBeat.objects.order_by("-seen_at").first()
    if heard:
        yield fine(f"{heard} heard of within the last minute.")
    else:
        since = f"since {last.seen_at:%Y-%m-%d %H:%M} UTC" if last else "yet"
        yield mend(
            f"None was heard of {since}: nobody is sent mail, and Salesforce is told nothing.",
            "Start at least one manage.py rqworker and keep it running (docs/operating.md).",
        )


@check("Due work")
def due_work() -> Iterator[Finding]:
    now = timezone.now()
    due = backlog(now)
    late = due.since is not None and now - due.since > LATE_AFTER
    if late and due.since:
        minutes = int((now - due.since) / timedelta(minutes=1))
        yield mend(
            f"Too much waits: {due.count} due, the oldest for {number_of(minutes, 'minute')}.",
            "Start workers, or more of them; their log says what keeps them.",
        )
    else:
        yield fine(f"{due.count or 'Nothing'} is due, and nothing is late.")


@check("Due work that fails")
def failing_work() -> Iterator[Finding]:
    """Mail has a check of its own in each workspace, runs have theirs."""
    rows = DueWork.objects.filter(attempts__gte=FAILED_OFTEN).exclude(last_error="", token="")
    for row in rows.exclude(kind="routing.mail").order_by("kind", "key")[:SHOWN]:
        yield warn(
            f"{row} has failed {row.attempts} times in a row ({row.last_error or 'its worker ended'}).",
            "The worker's log has the place in the code; it goes on being tried.",
        )
    strange = DueWork.objects.exclude(kind__in=KINDS).values_list("kind", flat=True)
    for kind, number in sorted(Counter(strange).items()):
        yield warn(
            f"{number} due of the kind {kind}, which this version does not know.",
            "A newer version left them: upgrade again, or delete them from the table of due work.",
        )


@check("Stored secrets")
def stored_secrets() -> Iterator[Finding]:
    """Tokens that cannot be read, and those that still need an old key."""
    fits: Counter[Fit] = Counter()
    for secret in secrets_stored():
        fits[secret.fit] += 1
        if secret.fit is Fit.NONE and fits[Fit.NONE] <= SHOWN:
            yield mend(
                f"No key of FIELD_ENCRYPTION_KEYS opens {secret}.",
                "Put the key that it was encrypted with back at the end of the list, or connect Salesforce again.",
            )
    if fits[Fit.NONE] > SHOWN:
        more = fits[Fit.NONE] - SHOWN
        yield mend(f"The same holds for {more} more.", "manage.py rotate_keys names them all.")
    if fits[Fit.OLDER]:
        yield warn(
            f"{fits[Fit.OLDER]} of {fits.total()} are encrypted with older keys.",
            "Run manage.py rotate_keys, then take the old keys out.",
        )
    elif not fits[Fit.NONE]:
        yield fine(f"The newest key opens all {fits.total()}.")


@check("Accounts")
def accounts() -> Iterator[Finding]:
    active = get_user_model()._default_manager.filter(is_active=True)
    if active.exists():
        yield fine(f"{active.count()} can sign in.")
    else:
        yield warn("Nobody can sign in.", "Run manage.py createsuperuser.")
    if not Workspace.objects.exists():
        yield warn(
            "There is no workspace yet.", "Run manage.py load_workspace FILE, or add one in the admin."
        )
