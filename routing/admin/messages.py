"""Messages: what prospects wrote because no time suited."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html

from distro.admin_cells import admin_address, link, moment_cell, named
from distro.tenancy import ReadOnlyAdmin
from routing.models import ProspectMessage


@admin.register(ProspectMessage)
class ProspectMessageAdmin(ReadOnlyAdmin):
    list_display = ["who", "written", "beginning"]
    list_select_related = ["submission__prospect"]
    search_fields = ["submission__prospect__email__startswith", "text"]
    fields = readonly_fields = ("who", "written", "asked", "words")
    list_title = "Messages"
    empty_text = "When no time suits a prospect they can write instead. What they write stands here."
    written = moment_cell("created_at", "Written")

    @named("Prospect", "submission__prospect__email")
    def who(self, row: ProspectMessage) -> str:
        return row.submission.prospect.email if row.submission.prospect else "–"

    def heading(self, row: ProspectMessage) -> str:
        return f"Message from {self.who(row)}"

    @named("Message")
    def beginning(self, row: ProspectMessage) -> str:
        return row.text if len(row.text) <= 80 else f"{row.text[:79]}…"

    @named("Submission")
    def asked(self, row: ProspectMessage) -> str:
        return link(admin_address(row.submission), row.submission)

    @named("Message")
    def words(self, row: ProspectMessage) -> str:
        return format_html('<pre class="stored">{}</pre>', row.text)
