"""What happened: submissions, prospects, meetings, the ledger and mail. Read here, written by Distro alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from distro.admin_cells import (
    OpeningFilter,
    admin_address,
    definition_list,
    link,
    moment_cell,
    named,
    pill,
    pill_cell,
    when,
)
from distro.members import place_of
from distro.tenancy import CONFIGURERS, EVERYBODY, ReadOnlyAdmin
from routing.admin.meeting_actions import MeetingActions
from routing.admin.trace import trace_list
from routing.models import STANDING, LedgerEntry, Meeting, Outcome, Prospect, Status, Submission

STATUS_TONES = {
    Status.SCHEDULED.value: "busy",
    Status.RESCHEDULED.value: "busy",
    Status.COMPLETED.value: "good",
    Status.NO_SHOW.value: "warn",
    Status.CANCELLED.value: "idle",
}
OUTCOME_TONES = {
    Outcome.BOOK.value: "good",
    Outcome.REDIRECT.value: "idle",
    Outcome.MESSAGE.value: "idle",
    Outcome.SPAM.value: "warn",
}

# What is a link on a meeting's page for those who may follow it -> the same in words.
AS_WORDS = {"asked": "asked_words", "router": "router_words", "meeting_type": "type_words"}


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ["who", "at", "router", "result", "rule", "booked"]
    list_filter = ["outcome", "router"]
    list_select_related = ["prospect", "router", "ownership_rule", "distribution_rule"]
    search_fields = ["prospect__email__startswith", "uuid__exact"]
    fieldsets = [
        (None, {"fields": ["who", "at", "router", "result", "rule", "booked"]}),
        ("Answers", {"fields": ["answered", "came_from"]}),
        ("How it was decided", {"fields": ["trace", "message", "redirect_url"]}),
    ]
    readonly_fields = ["who", "at", "result", "rule", "booked", "answered", "came_from", "trace"]
    empty_text = "Every filled form stands here, booked or not. Share a router's address to get the first."
    at = moment_cell("created_at", "Submitted")
    result = pill_cell("outcome", "Outcome", OUTCOME_TONES)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        return super().get_queryset(request).prefetch_related("meetings")

    @named("Prospect", "prospect__email")
    def who(self, row: Submission) -> str:
        return row.prospect.email if row.prospect else str(row.answers.get("email") or "spam")

    def heading(self, row: Submission) -> str:
        return f"{self.who(row)}, {when(row.created_at)}"

    @named("Decided by")
    def rule(self, row: Submission) -> str:
        decided = row.ownership_rule or row.distribution_rule
        return decided.name if decided else ("–" if row.outcome == Outcome.SPAM else "the default")

    @named("Meeting")
    def booked(self, row: Submission) -> str:
        return _meeting_links(row.meetings.all()) or "not booked"

    @named("Answers")
    def answered(self, row: Submission) -> str:
        return definition_list(row.answers)

    @named("Came from")
    def came_from(self, row: Submission) -> str:
        utm = {f"utm_{key}": value for key, value in row.utm.items()}
        return definition_list({"page": row.source_url, "time zone": row.timezone, **utm})

    @named("Rules tried")
    def trace(self, row: Submission) -> str:
        return trace_list(row.decision)


def _meeting_links(meetings: Any) -> str:
    links = ((link(admin_address(one), f"{one.title} ({one.status})"),) for one in meetings)
    return format_html_join(", ", "{}", links)


@admin.register(Prospect)
class ProspectAdmin(ReadOnlyAdmin):
    list_display = ["email", "submissions_count", "first_seen"]
    search_fields = ["email__startswith"]
    fields = readonly_fields = ("email", "first_seen", "submitted", "booked", "uuid")
    empty_text = "The people behind submissions: one line per e-mail address."
    first_seen = moment_cell("created_at", "First seen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prospect]:
        return super().get_queryset(request).annotate(count=Count("submissions"))

    @named("Submissions", "count")
    def submissions_count(self, row: Any) -> int:
        return row.count

    @named("Submissions")
    def submitted(self, row: Prospect) -> str:
        lines = (
            (
                link(admin_address(one), f"{one.router.name}, {when(one.created_at)}"),
                pill(one.get_outcome_display()),
            )
            for one in row.submissions.select_related("router")
        )
        shown = format_html_join("", "<li>{} {}</li>", lines)
        return format_html("<ul>{}</ul>", shown) if shown else "–"

    @named("Meetings")
    def booked(self, row: Prospect) -> str:
        return _meeting_links(row.meetings.all()) or "–"


class MeetingTimeFilter(OpeningFilter):
    title = "time"
    parameter_name = "time"
    choices_of = {
        "upcoming": (
            "Upcoming",
            lambda rows: rows.filter(status__in=STANDING, end__gte=timezone.now()),
        ),
        "past": ("Past", lambda rows: rows.filter(end__lt=timezone.now())),
        "all": ("All", lambda rows: rows),
    }


@admin.register(Meeting)
class MeetingAdmin(MeetingActions, ReadOnlyAdmin):
    viewers = EVERYBODY
    own_path = "host__user"
    list_display = ["title", "starts", "state", "host_name", "who"]
    list_filter = [MeetingTimeFilter, "status", "host", "router", "meeting_type"]
    list_select_related = ["host", "prospect", "router", "meeting_type"]
    search_fields = ["prospect__email__startswith", "title", "uuid__exact"]
    fieldsets = [
        (None, {"fields": ["title", "state", "starts", "ends", "host_name", "who", "place"]}),
        ("From", {"fields": ["asked", "router", "meeting_type", "booked_at"]}),
        ("From the prospect", {"fields": ["answered", "timezone", "invited", "notes", "cancel_reason"]}),
        ("Links", {"fields": ["manage_page"]}),
    ]
    readonly_fields = [
        "state",
        "starts",
        "ends",
        "host_name",
        "who",
        "place",
        "asked",
        *AS_WORDS.values(),
        "answered",
        "booked_at",
        "invited",
        "manage_page",
    ]
    empty_text = "Booked meetings stand here."
    starts = moment_cell("start", "Starts")
    ends = moment_cell("end", "Ends")
    booked_at = moment_cell("created_at", "Booked")
    state = pill_cell("status", "Status", STATUS_TONES)

    def get_fieldsets(self, request: HttpRequest, obj: Meeting | None = None) -> Any:
        """A host reads where the meeting came from; the pages themselves are not theirs to open."""
        every: Any = super().get_fieldsets(request, obj)
        if place_of(request).role in CONFIGURERS:
            return every
        return [
            (title, {**options, "fields": [AS_WORDS.get(one, one) for one in options["fields"]]})
            for title, options in every
        ]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        upcoming = request.GET.get("time", "upcoming") == "upcoming"
        return ["start", "id"] if upcoming else ["-start", "-id"]

    @named("Host", "host__name")
    def host_name(self, row: Meeting) -> str:
        return row.host.name

    @named("Prospect", "prospect__email")
    def who(self, row: Meeting) -> str:
        return row.prospect.email

    @named("Place")
    def place(self, row: Meeting) -> str:
        address = link(row.meeting_url, row.meeting_url) if row.meeting_url else ""
        return format_html("{} {}", row.location, address)

    @named("Submission")
    def asked(self, row: Meeting) -> str:
        return link(admin_address(row.submission), row.submission)

    @named("Submission")
    def asked_words(self, row: Meeting) -> str:
        return str(row.submission)

    @named("Router")
    def router_words(self, row: Meeting) -> str:
        return str(row.router or "–")

    @named("Meeting type")
    def type_words(self, row: Meeting) -> str:
        return str(row.meeting_type or "–")

    @named("Answers")
    def answered(self, row: Meeting) -> str:
        return definition_list(row.submission.answers)

    @named("Guests")
    def invited(self, row: Meeting) -> str:
        return ", ".join(row.guests) or "nobody else"

    @named("The prospect's page")
    def manage_page(self, row: Meeting) -> str:
        return link(f"/m/{row.manage_token}/", "Open")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "host", "turns", "reason", "team", "router", "note"]
    list_filter = ["reason", "team", "host", "router"]
    list_select_related = ["host", "team", "router"]
    search_fields = ["host__name", "host__email", "note"]
    fields = ["at", "host", "team", "router", "meeting", "turns", "reason", "note"]
    readonly_fields = ["at"]
    list_title = "Ledger"
    empty_text = "Who got what and why: every booking writes a line here, and none is ever changed."
    at = moment_cell("created_at", "When")
