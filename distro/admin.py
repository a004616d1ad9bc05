"""Admin pages about the installation as a whole: superusers alone see them."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import django_rq
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern
from django_rq.admin import QueueAdmin
from django_rq.models import Dashboard
from redis.exceptions import RedisError

from distro.admin_site import SuperuserOnly, View
from distro.due.models import DueWork, WorkerBeat
from distro.headers import allow_sources

INLINE_SCRIPT = re.compile(r"<script[^>]*>([^<]+)</script>")


@lru_cache(maxsize=1)
def dashboard_scripts() -> list[str]:
    """The policy sources of the scripts that django-rq's templates carry inside their pages, by their hashes."""
    folder = Path(django_rq.__file__).parent / "templates"
    scripts = {
        one for page in folder.rglob("*.html") for one in INLINE_SCRIPT.findall(page.read_text("utf-8"))
    }
    return sorted(f"'sha256-{b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts)


def _for_dashboard(view: View) -> View:
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except RedisError as fault:
            return _no_redis(request, fault)
        allow_sources(response, "script-src", ["'self'", *dashboard_scripts()])
        return allow_sources(response, "style-src", ["'self'", "'unsafe-inline'"])

    return shown


def _no_redis(request: HttpRequest, fault: RedisError) -> HttpResponse:
    context = admin.site.each_context(request) | {"title": "The queue cannot be shown", "fault": str(fault)}
    return render(request, "admin/no_redis.html", context, status=503)


@admin.register(Dashboard)
class QueueDashboard(SuperuserOnly, QueueAdmin):
    """django-rq's own pages, which ask for no more than staff by themselves."""

    def get_urls(self) -> list[URLPattern]:
        patterns = super().get_urls()
        for pattern in patterns:
            pattern.callback = _for_dashboard(pattern.callback)
        return patterns


class Watched(SuperuserOnly, admin.ModelAdmin):
    """Rows that only Distro itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(DueWork)
class DueWorkAdmin(Watched):
    list_display = ["kind", "key", "due_at", "lease_until", "attempts", "last_error"]
    list_filter = ["kind"]
    search_fields = ["key"]


@admin.register(WorkerBeat)
class WorkerBeatAdmin(Watched):
    list_display = ["name", "seen_at"]
