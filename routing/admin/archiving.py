"""Putting away what history hangs on, and bringing it back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from distro.admin_cells import ArchivedFilter
from distro.tenancy import TenantAdmin
from routing.models import Router


class ArchivingAdmin(TenantAdmin):
    """An admin whose rows are archived rather than deleted; what is archived is offered nowhere any more."""

    actions = ["archive", "bring_back"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_filter(request), ArchivedFilter]

    @admin.action(description="Archive the selected", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Out of use, with its meetings and their links kept."""
        kept = {row.pk: text for row in queryset if (text := self.why_in_use(row))}
        count = queryset.exclude(pk__in=kept).update(archived_at=timezone.now())
        for text in kept.values():
            self.message_user(request, text, "WARNING")
        if count:
            self.message_user(request, f"{count} archived. The filter on the right shows what is archived.")

    @admin.action(description="Bring back the selected", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.message_user(request, f"{queryset.update(archived_at=None)} in use again.")

    def routers_using(self, row: Any) -> QuerySet[Router]:
        """The routers that would lead into nothing without the row."""
        return Router.objects.none()

    def why_in_use(self, row: Any) -> str:
        """Why a row cannot be archived now, "" where it can."""
        names = ", ".join(
            sorted(self.routers_using(row).filter(archived_at=None).values_list("name", flat=True).distinct())
        )
        return f"{row} was not archived: {names} leads to it. Change that first." if names else ""
