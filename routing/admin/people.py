"""Hosts with their week and their days off, and teams in their order."""

from __future__ import annotations

from typing import Any

from adminsortable2.admin import SortableAdminBase, SortableInlineAdminMixin
from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from distro.admin_cells import named, pill
from distro.tenancy import TenantInline
from distro.tenant_rows import TenantForm
from routing.admin.archiving import ArchivingAdmin
from routing.admin.fields import ClockField
from routing.models import Host, Router, Team, TeamMember, TimeOff, WorkingHours


class WorkingHoursForm(TenantForm):
    start_minute = ClockField(label="From")
    end_minute = ClockField(label="To", ends_day=True, help_text="Not after the start: on the next day.")

    class Meta:
        fields = ["weekday", "start_minute", "end_minute"]


class WorkingHoursInline(TenantInline):
    model = WorkingHours
    form = WorkingHoursForm


class TimeOffForm(TenantForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day lies before the first; both are included.")
        return cleaned


class TimeOffInline(TenantInline):
    model = TimeOff
    form = TimeOffForm


class HostForm(TenantForm):
    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


@admin.register(Host)
class HostAdmin(ArchivingAdmin):
    form = HostForm
    inlines = [WorkingHoursInline, TimeOffInline]
    list_display = ["name", "email", "zone", "takes_meetings", "in_teams"]
    list_filter = ["active", "memberships__team"]
    search_fields = ["name", "email"]
    fieldsets = [
        (None, {"fields": ["name", "email", "active", "timezone", "meeting_url"]}),
        ("Who they are elsewhere", {"fields": ["salesforce_user", "user"]}),
    ]
    empty_text = "Hosts are the people who take meetings. They need not sign in."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        teams = Prefetch("memberships", TeamMember.objects.select_related("team").order_by("team__name"))
        return super().get_queryset(request).select_related("workspace").prefetch_related(teams)

    @named("Time zone", "timezone")
    def zone(self, host: Host) -> str:
        return host.zone_name

    @named("Gets meetings", "active")
    def takes_meetings(self, host: Host) -> str:
        if host.archived_at:
            return pill("Archived")
        return pill("Active", "good") if host.active else pill("Inactive")

    @named("Teams")
    def in_teams(self, host: Host) -> str:
        return (
            ", ".join(one.team.name for one in host.memberships.all() if one.team.archived_at is None) or "–"
        )

    def routers_using(self, row: Host) -> QuerySet[Router]:
        return Router.objects.filter(Q(default_host=row) | Q(distribution_rules__assign_host=row))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change and not form.instance.working_hours.exists():
            week = [
                WorkingHours(host=form.instance, weekday=day, start_minute=540, end_minute=1020)
                for day in range(5)
            ]
            WorkingHours.objects.bulk_create(week)
            self.message_user(
                request, "They work Monday to Friday, 09:00 to 17:00, until you change that below."
            )


class TeamMemberInline(SortableInlineAdminMixin, TenantInline):
    model = TeamMember
    template = "adminsortable2/edit_inline/tabular-django-5.2.html"
    fields = ["host", "weight"]
    autocomplete_fields = ["host"]


@admin.register(Team)
class TeamAdmin(SortableAdminBase, ArchivingAdmin):
    inlines = [TeamMemberInline]
    list_display = ["name", "hosts"]
    search_fields = ["name"]
    fields = ["name"]
    empty_text = "A team is hosts who share meetings, each with a weight."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        members = Prefetch("members", TeamMember.objects.select_related("host"))
        return super().get_queryset(request).prefetch_related(members)

    @named("Hosts and weights")
    def hosts(self, team: Team) -> str:
        return ", ".join(f"{one.host.name} × {one.weight}" for one in team.members.all()) or "nobody yet"

    def routers_using(self, row: Team) -> QuerySet[Router]:
        return Router.objects.filter(Q(default_team=row) | Q(distribution_rules__assign_team=row))
