"""What members do with meetings from the admin's list: each by the lifecycle table, each told to all concerned."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from distro.members import place_of
from distro.tenancy import CONFIGURERS
from routing.actions.attendance import complete, mark_no_show, undo
from routing.actions.book import CalendarBusy
from routing.actions.change import Refused, cancel
from routing.actions.reassign import reassign
from routing.models import Meeting

MOST_AT_ONCE = 200


class MeetingActions(admin.ModelAdmin):
    """Actions for the list of meetings. Hosts see only their own there, and give none away."""

    actions = ["complete_meetings", "mark_no_shows", "undo_last", "cancel_meetings", "give_to_next"]

    def has_attend_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_give_permission(self, request: HttpRequest) -> bool:
        return place_of(request).role in CONFIGURERS

    @admin.action(description="Completed: the meeting took place", permissions=["attend"])
    def complete_meetings(self, request: HttpRequest, queryset: QuerySet[Meeting]) -> None:
        self._each(request, queryset, complete, "marked as completed")

    @admin.action(description="No-show: the prospect did not come", permissions=["attend"])
    def mark_no_shows(self, request: HttpRequest, queryset: QuerySet[Meeting]) -> None:
        self._each(request, queryset, mark_no_show, "marked as a no-show")

    @admin.action(description="Undo the last completed or no-show", permissions=["attend"])
    def undo_last(self, request: HttpRequest, queryset: QuerySet[Meeting]) -> None:
        self._each(request, queryset, undo, "back to the status before")

    @admin.action(description="Cancel, and tell everybody", permissions=["attend"])
    def cancel_meetings(self, request: HttpRequest, queryset: QuerySet[Meeting]) -> None:
        self._each(request, queryset, lambda meeting: cancel(meeting, ""), "cancelled")

    @admin.action(description="Give to the next in line who is free", permissions=["give"])
    def give_to_next(self, request: HttpRequest, queryset: QuerySet[Meeting]) -> None:
        now = timezone.now()
        self._each(request, queryset, lambda meeting: reassign(meeting, None, now), "given to another host")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Meeting],
        act: Callable[[Meeting], object],
        done: str,
    ) -> None:
        count = 0
        for meeting in queryset[:MOST_AT_ONCE]:
            try:
                act(meeting)
                count += 1
            except Refused as refusal:
                self.message_user(request, f"{meeting.title}: {refusal}", messages.WARNING)
            except CalendarBusy:
                text = f"{meeting.title}: the calendar was busy. Please try once more."
                self.message_user(request, text, messages.WARNING)
        if count:
            self.message_user(request, f"{count} {done}. Salesforce is told within seconds.")
