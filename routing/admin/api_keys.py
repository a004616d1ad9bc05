"""Keys of the JSON API: made here and shown once; deleting one revokes it at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from distro.admin_cells import moment_cell, named
from distro.tenancy import TenantAdmin
from routing.api_keys import keep_key, new_key
from routing.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(TenantAdmin):
    list_display = ["name", "begins", "created", "used"]
    search_fields = ["name"]
    readonly_fields = ["begins", "created", "used"]
    list_title = "API keys"
    empty_text = "A program that uses the JSON API needs a key. Add one; it is shown a single time."
    created = moment_cell("created_at", "Created")
    used = moment_cell("last_used_at", "Last used")

    @named("Begins with")
    def begins(self, row: ApiKey) -> str:
        return f"{row.hint}…"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["name", *self.readonly_fields] if obj else ["name"]

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            obj.save()
            return
        text = new_key()
        keep_key(obj, text)
        request.new_api_key = text  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key itself, on this one page: a message would lie in a cookie or a session until it is read."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The key is ready",
            "opts": self.opts,
            "list_title": self.list_title,
            "row": obj,
            "key": request.new_api_key,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/routing/apikey/created.html", context)
