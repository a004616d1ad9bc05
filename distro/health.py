"""What those who watch over an installation may ask: does the process live, could it serve a visitor, is Salesforce
told in time."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from distro.due import bell
from distro.metrics import metrics
from distro.watchers import for_watchers
from distro.watching import LATE_AFTER, backlog, run_states, workers_heard

_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 unless the database answers and has every migration. Redis is told of and not fatal: work waits."""
    database = database_state()
    redis = "ok" if bell.answers() else "not answering"
    return JsonResponse({"database": database, "redis": redis}, status=200 if database == "ok" else 503)


@never_cache
@require_safe
@for_watchers
def healthz_sync(request: HttpRequest) -> JsonResponse:
    """How much is due, since when, and the runs in each state; 503 when work is late or no worker is heard of."""
    now = timezone.now()
    try:
        due, workers, states = backlog(now), workers_heard(now), run_states()
    except (DatabaseError, InterfaceError):
        connection.close()
        nothing = dict.fromkeys(("due", "oldest_due_seconds", "workers", "states"))
        return JsonResponse(nothing, status=503)
    age = now - due.since if due.since else None
    told = {
        "due": due.count,
        "oldest_due_seconds": round(age.total_seconds(), 1) if age is not None else None,
        "workers": workers,
        "states": states,
    }
    is_late = age is not None and age > LATE_AFTER
    return JsonResponse(told, status=503 if is_late or not workers else 200)


def database_state() -> str:
    """`ok`, `not answering` or `not migrated`. Migrations are compared until they once were complete."""
    global _migrated
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _migrated = _migrated or not unapplied_migrations()
    except (DatabaseError, InterfaceError):
        connection.close()
        return "not answering"
    return "ok" if _migrated else "not migrated"


def unapplied_migrations() -> list[str]:
    """The migrations that this code has and the database has not, as `app.name`."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("healthz/sync", healthz_sync),
    path("metrics", metrics),
]
