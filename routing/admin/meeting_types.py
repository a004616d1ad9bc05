"""Meeting types."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from distro.admin_cells import named
from distro.tenant_rows import TenantForm
from routing.admin.archiving import ArchivingAdmin
from routing.core.titles import unknown_placeholders
from routing.models import DEFAULT_TITLE, FormField, MeetingType, Router


def routers_with(meeting_type: MeetingType) -> QuerySet[Router]:
    """The routers that use a meeting type, by themselves or in a rule."""
    return Router.objects.filter(
        Q(meeting_type=meeting_type)
        | Q(ownership_rules__meeting_type=meeting_type)
        | Q(distribution_rules__meeting_type=meeting_type)
    )


class MeetingTypeForm(TenantForm):
    def clean_title(self) -> str:
        title = self.cleaned_data["title"]
        routers = routers_with(self.instance) if self.instance.pk else Router.objects.none()
        if title == DEFAULT_TITLE or not routers.exists():
            return title
        keys = set(FormField.objects.filter(form__routers__in=routers).values_list("key", flat=True))
        for key in unknown_placeholders(title, keys):
            known = ", ".join(sorted(keys | {"host", "meeting_type", "router"}))
            raise ValidationError(
                f"No form of a router using this meeting type has {{{key}}}. There are: {known}."
            )
        return title


@admin.register(MeetingType)
class MeetingTypeAdmin(ArchivingAdmin):
    form = MeetingTypeForm
    list_display = ["name", "length", "title", "buffers", "location"]
    search_fields = ["name", "title"]
    fieldsets = [
        (None, {"fields": ["name", "title", "location"]}),
        ("How long", {"fields": ["duration", "slot_interval", ("buffer_before", "buffer_after")]}),
        ("How soon, how often", {"fields": ["minimum_notice", "horizon_days", "daily_limit"]}),
        ("Afterwards", {"fields": ["complete_after"]}),
    ]
    empty_text = "A meeting type says what can be booked: how long, how soon, how often."

    @named("Length", "duration")
    def length(self, row: MeetingType) -> str:
        return f"{row.duration} minutes"

    @named("Buffers")
    def buffers(self, row: MeetingType) -> str:
        return (
            f"{row.buffer_before} before, {row.buffer_after} after"
            if row.buffer_before or row.buffer_after
            else "–"
        )

    def routers_using(self, row: MeetingType) -> QuerySet[Router]:
        return routers_with(row)
