"""What those who watch over an installation are told of routing: submissions, bookings, and mail that waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Min
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from distro.watching import measured
from routing.models import Mail, MailState, Meeting, Outcome, Status, Submission


@measured
def of_submissions(now: datetime) -> Iterable[Metric]:
    submissions = CounterMetricFamily(
        "distro_submissions", "Submissions accepted, by their outcome.", labels=["outcome"]
    )
    found = dict(Submission.objects.order_by().values_list("outcome").annotate(Count("pk")))
    for outcome in Outcome.values:
        submissions.add_metric([outcome], found.get(outcome, 0))
    yield submissions


@measured
def of_meetings(now: datetime) -> Iterable[Metric]:
    meetings = GaugeMetricFamily("distro_meetings", "Meetings, by their status.", labels=["status"])
    found = dict(Meeting.objects.order_by().values_list("status").annotate(Count("pk")))
    for status in Status.values:
        meetings.add_metric([status], found.get(status, 0))
    yield meetings
    yield CounterMetricFamily("distro_bookings", "Meetings booked.", sum(found.values()))


@measured
def of_mail(now: datetime) -> Iterable[Metric]:
    waiting = Mail.objects.filter(state=MailState.WAITING).aggregate(Count("pk"), since=Min("created_at"))
    seconds = (now - waiting["since"]).total_seconds() if waiting["since"] else 0
    yield GaugeMetricFamily("distro_mail_waiting", "Mail not sent yet.", waiting["pk__count"])
    yield GaugeMetricFamily("distro_mail_oldest_seconds", "How long the oldest mail has waited.", seconds)
