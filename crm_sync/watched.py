"""What those who watch over an installation are told of Salesforce: runs, connections, and what is due for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.db.models.functions import Coalesce, Greatest
from prometheus_client.core import GaugeMetricFamily, Metric

from crm_sync.models import ConnectionState, RunState, SalesforceConnection, SyncRun
from crm_sync.runs import UNSETTLED
from distro.watching import Backlog, counts_runs, measured, stands_behind


def due_now(now: datetime) -> QuerySet[SyncRun]:
    """The runs that a worker should have done, each with the time since which it waits (`due_since`).

    Runs of an org that is left alone for a while wait for the end of that; those of a workspace that is not
    connected wait for somebody.
    """
    own_time = Case(When(state=RunState.DONE, then="verify_at"), default="due_at")
    since = Greatest(own_time, Coalesce("workspace__salesforce__resting_until", own_time))
    unsettled = Q(state__in=UNSETTLED) | Q(state=RunState.DONE, verify_at__isnull=False)
    runs = SyncRun.objects.filter(unsettled, workspace__salesforce__state=ConnectionState.CONNECTED)
    return runs.annotate(due_since=since).filter(due_since__lte=now).order_by()


@stands_behind("crm.drain")
def due_runs(now: datetime) -> Backlog:
    """A row of `crm.drain` stands for any number of runs, and is there for runs that are not due, too."""
    return Backlog(**due_now(now).aggregate(count=Count("pk"), since=Min("due_since")))


@counts_runs
def run_states() -> dict[str, int]:
    """The number of runs in each of the six states."""
    rows = SyncRun.objects.order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(RunState.values, 0) | dict(rows)


@measured
def of_runs(now: datetime) -> Iterable[Metric]:
    runs = GaugeMetricFamily("distro_sync_runs", "Changes that Salesforce hears of.", labels=["state"])
    for state, number in run_states().items():
        runs.add_metric([state], number)
    yield runs


@measured
def of_connections(now: datetime) -> Iterable[Metric]:
    """One series a workspace that was ever connected; the label is its slug."""
    since = dict(due_now(now).values_list("workspace__slug").annotate(Min("due_since")))
    oldest = GaugeMetricFamily(
        "distro_sync_oldest_due_seconds", "How long the oldest due run has waited.", labels=["connection"]
    )
    state = GaugeMetricFamily(
        "distro_connection_state",
        "1 for the state that the connection is in.",
        labels=["connection", "state"],
    )
    used = GaugeMetricFamily(
        "distro_sf_api_used_ratio", "Share of the org's daily API calls that is used.", labels=["connection"]
    )
    rows = SalesforceConnection.objects.order_by("workspace__slug").annotate(slug=F("workspace__slug"))
    for slug, current, calls, most in rows.values_list("slug", "state", "api_used", "api_max"):
        waited = (now - since[slug]).total_seconds() if slug in since else 0
        oldest.add_metric([slug], waited)
        for one in ConnectionState.values:
            state.add_metric([slug, one], int(one == current))
        if most:
            used.add_metric([slug], calls / most)
    yield from (oldest, state, used)
