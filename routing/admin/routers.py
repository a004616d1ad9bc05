"""Routers with all their rules on one page."""

from __future__ import annotations

from typing import Any

from adminsortable2.admin import SortableAdminBase
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from distro.admin_cells import link, named, pill
from distro.tenant_rows import TenantForm
from routing.admin.archiving import ArchivingAdmin
from routing.admin.rules import (
    DistributionRuleInline,
    OwnershipRuleInline,
    check_one_target,
    form_fields,
    title_faults,
)
from routing.admin.words import target_words
from routing.models import OwnershipRule, Router
from routing.workspace_file.shape import FIRST_OWNERSHIP_RULES
from routing.workspace_file.texts import Refused, account_id


class RouterForm(TenantForm):
    def clean_default_account(self) -> str:
        try:
            return (
                account_id(self.cleaned_data["default_account"])
                if self.cleaned_data["default_account"]
                else ""
            )
        except Refused as refusal:
            self.add_error("default_account", f"{refusal}.")
            return ""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        check_one_target(self, "default_")
        form = self.cleaned_data.get("form")
        # Asked of what is newly chosen alone: a router that was there before can still be switched off.
        if form and {"form", "meeting_type"} & set(self.changed_data):
            for text in title_faults(self.cleaned_data.get("meeting_type"), form_fields(form)):
                self.add_error("meeting_type", text)
        return cleaned


@admin.register(Router)
class RouterAdmin(SortableAdminBase, ArchivingAdmin):
    form = RouterForm
    inlines = [OwnershipRuleInline, DistributionRuleInline]
    list_display = ["name", "address", "state", "form", "meeting_type", "default"]
    list_filter = ["active", "form", "meeting_type"]
    list_select_related = ["form", "meeting_type", "default_host", "default_team"]
    search_fields = ["name", "key"]
    autocomplete_fields = ["form", "meeting_type", "default_host", "default_team"]
    fieldsets = [
        (None, {"fields": ["name", ("key", "active"), ("form", "meeting_type"), ("rotation", "fairness")]}),
        (
            "When no rule matches",
            {
                "fields": [("default_host", "default_team"), "default_message", "default_redirect"],
                "description": "Choose one of the four.",
            },
        ),
        (
            "Salesforce",
            {
                "fields": [
                    ("create_record", "create_as"),
                    "update_record",
                    ("update_owner", "owner_delay"),
                    "duplicates",
                    "assignment_rules",
                    ("default_account", "create_account"),
                ]
            },
        ),
    ]
    empty_text = (
        "A router is a published entry: a form, the rules that decide who meets the prospect, and a default."
    )

    @named("Hosted form", "key")
    def address(self, router: Router) -> str:
        return link(f"/r/{router.key}/", f"/r/{router.key}/")

    @named("State", "active")
    def state(self, router: Router) -> str:
        if router.archived_at:
            return pill("Archived")
        return pill("Published", "good") if router.active else pill("Switched off")

    @named("Default")
    def default(self, router: Router) -> str:
        return target_words(router, "default_")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Rules come once the router is there: only then is it known which form they ask about."""
        return list(super().get_inlines(request, obj)) if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            OwnershipRule.objects.bulk_create(
                OwnershipRule(
                    router=form.instance,
                    position=place,
                    **{name: rule[name] for name in ("name", "object", "match")},
                )
                for place, rule in enumerate(FIRST_OWNERSHIP_RULES, 1)
            )

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if "_popup" in request.POST or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        text = f"{obj.name} is published at /r/{obj.key}/ with three ownership rules. Add distribution rules below."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:routing_router_change", args=[obj.pk]))
