"""Mail: what was sent, what waits, and what the mail server said."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from distro.admin_cells import moment_cell, named, pill_cell
from distro.due import schedule
from distro.members import place_of
from distro.tenancy import CONFIGURERS, ReadOnlyAdmin
from routing.models import Mail, MailState

STATE_TONES = {MailState.WAITING.value: "busy", MailState.SENT.value: "good"}


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["subject", "to", "state_pill", "written", "sent", "last_error"]
    list_filter = ["state"]
    search_fields = ["to__startswith", "subject"]
    fields = ["subject", "to", "state_pill", "written", "sent", "attempts", "last_error", "meeting", "body"]
    readonly_fields = ["state_pill", "written", "sent", "body"]
    actions = ["send_again"]
    list_title = "Mail"
    empty_text = "Confirmations and cancellations stand here once they are written."
    state_pill = pill_cell("state", "State", STATE_TONES)
    written = moment_cell("created_at", "Written")
    sent = moment_cell("sent_at", "Sent")

    @named("Text")
    def body(self, row: Mail) -> str:
        return format_html('<pre class="stored">{}</pre>', row.text)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return place_of(request).role in CONFIGURERS

    @admin.action(description="Send the selected again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        with transaction.atomic():
            keys = list(queryset.values_list("pk", flat=True))
            queryset.update(state=MailState.WAITING)
            for key in keys:
                schedule("routing.mail", str(key))
        self.message_user(request, f"{len(keys)} will be sent within seconds.")
