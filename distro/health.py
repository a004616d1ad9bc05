"""What those who watch over an installation may ask: does the process live, could it serve a visitor."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from distro.due import bell

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
]
