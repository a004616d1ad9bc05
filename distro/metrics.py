"""`/metrics`: Prometheus text, computed from the database when it is asked for, with no person's data in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from distro.due import bell
from distro.due.models import WorkerBeat
from distro.watchers import for_watchers
from distro.watching import backlog, measured, measures, workers_heard

NEVER = float("inf")


class Moment(Collector):
    """Everything that is measured, as it is at one moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        return measures(self.now)


@measured
def of_due_work(now: datetime) -> Iterable[Metric]:
    due = backlog(now)
    seconds = (now - due.since).total_seconds() if due.since else 0
    yield GaugeMetricFamily("distro_due_work", "Pieces of work that are due now, of every kind.", due.count)
    yield GaugeMetricFamily("distro_due_oldest_seconds", "How long the oldest due work has waited.", seconds)


@measured
def of_workers(now: datetime) -> Iterable[Metric]:
    """Infinity where no worker ever was, or none for so long that it is forgotten."""
    latest = WorkerBeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    seconds = (now - latest).total_seconds() if latest else NEVER
    heard = workers_heard(now)
    yield GaugeMetricFamily("distro_workers", "Workers heard of within the last minute.", heard)
    yield GaugeMetricFamily("distro_worker_last_seen_seconds", "Since any worker was heard of.", seconds)


@measured
def of_redis(now: datetime) -> Iterable[Metric]:
    up = int(bell.answers())
    yield GaugeMetricFamily("distro_redis_up", "Whether Redis answered this web server just now.", up)


@never_cache
@require_safe
@for_watchers
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics, or 503 while the database does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Moment(timezone.now()))
    try:
        text = generate_latest(registry)
    except (DatabaseError, InterfaceError):
        return HttpResponse("# The database does not answer.\n", status=503, content_type="text/plain")
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)
