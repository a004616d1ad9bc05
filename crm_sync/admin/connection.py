"""The tie to an org, whose records are ours, and who is who there. Changed on the integrations page, shown here."""

from __future__ import annotations

from django.contrib import admin

from crm_sync.admin.cells import record_link
from crm_sync.models import ConnectionState, RecordLink, SalesforceConnection, UserMapping
from distro.admin_cells import link, moment_cell, named, pill, pill_cell
from distro.tenancy import ReadOnlyAdmin

STATE_TONES = {
    ConnectionState.CONNECTED.value: "good",
    ConnectionState.BROKEN.value: "bad",
    ConnectionState.DISCONNECTED.value: "idle",
}


@admin.register(SalesforceConnection)
class SalesforceConnectionAdmin(ReadOnlyAdmin):
    list_display = ["org_name", "state_pill", "username", "set_up", "last_success", "last_error"]
    fieldsets = [
        (None, {"fields": ["card", "state_pill", "org_name", "org_id", "org_type", "is_sandbox"]}),
        ("Signed in as", {"fields": ["username", "user_id", "connected", "connected_by"]}),
        ("Custom fields", {"fields": ["set_up", "provision_note"]}),
        ("How it goes", {"fields": ["last_success", "last_error", "failed", "budget"]}),
    ]
    readonly_fields = ["card", "state_pill", "connected", "set_up", "last_success", "failed", "budget"]
    list_title = "Connection"
    empty_text = "No org is connected. Connect one on the integrations page, linked at the top."
    state_pill = pill_cell("state", "State", STATE_TONES)
    set_up = pill_cell(
        "provision_state", "Custom fields", {"done": "good", "incomplete": "warn", "running": "busy"}
    )
    connected = moment_cell("connected_at", "Connected")
    last_success = moment_cell("last_success_at", "Last success")
    failed = moment_cell("last_error_at", "Last fault")

    @named("Integrations page")
    def card(self, row: SalesforceConnection) -> str:
        return link(
            f"/integrations/?workspace={row.workspace.slug}", "Open: reconnect, disconnect, field by field"
        )

    @named("API calls today")
    def budget(self, row: SalesforceConnection) -> str:
        return f"{row.api_used} of {row.api_max}" if row.api_max else "not known yet"


@admin.register(RecordLink)
class RecordLinkAdmin(ReadOnlyAdmin):
    list_display = ["whose", "record", "ours", "linked"]
    list_filter = ["object"]
    list_select_related = ["prospect", "meeting", "connection"]
    search_fields = ["prospect__email__startswith", "record_id__startswith"]
    fields = ["prospect", "meeting", "record", "ours", "owner_id", "linked"]
    readonly_fields = ["record", "ours", "linked"]
    empty_text = "Which of our prospects and meetings is which record in Salesforce."
    linked = moment_cell("linked_at", "Linked")

    @named("Ours")
    def whose(self, row: RecordLink) -> str:
        return str(row.prospect or row.meeting)

    @named("In Salesforce", "record_id")
    def record(self, row: RecordLink) -> str:
        return record_link(row.connection, row.object, row.record_id)

    @named("Came about", "created_by_us")
    def ours(self, row: RecordLink) -> str:
        return "created by Distro" if row.created_by_us else "found"


@admin.register(UserMapping)
class UserMappingAdmin(ReadOnlyAdmin):
    list_display = ["host", "asked_for", "found", "checked"]
    list_filter = ["active"]
    list_select_related = ["host"]
    search_fields = ["host__name", "host__email", "asked_for"]
    fields = ["host", "asked_for", "found", "user_id", "checked"]
    readonly_fields = ["found", "checked"]
    empty_text = "Which Salesforce user each host is, looked up by itself when it is first needed."
    checked = moment_cell("checked_at", "Looked up")

    @named("Salesforce user", "user_id")
    def found(self, row: UserMapping) -> str:
        if not row.user_id:
            return pill("No such user", "warn")
        return pill("Active", "good") if row.active else pill("Inactive", "warn")
