"""The admin site that stands in for Django's own: open to members, one workspace at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from distro.members import enter_workspace, is_member, place_of, workspaces_of
from distro.overview import overview, salesforce_state
from distro.tenancy import TenantAdmin

View = Callable[..., HttpResponseBase]
# Tokens and secrets live in our own encrypted columns and in the environment; these pages could only mislead.
NOT_SHOWN = {"socialaccount.SocialToken", "socialaccount.SocialApp"}
# The first page's and the sidebar's sections, in their order; what is named nowhere comes last, as Django has it.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Watch": ("Meeting", "Submission", "ProspectMessage", "Prospect", "LedgerEntry", "Mail"),
    "Routing": ("Router", "Form", "MeetingType"),
    "People": ("Host", "Team"),
    "Salesforce": ("SyncRun", "SalesforceConnection", "RecordLink", "UserMapping"),
    "Workspace": ("Workspace", "Member", "ApiKey"),
}


class SuperuserOnly:
    """Mixed into every admin that does not keep workspaces apart: for others its pages do not exist."""

    def get_urls(self) -> list[URLPattern]:
        patterns = super().get_urls()  # type: ignore[misc]
        for pattern in patterns:
            pattern.callback = self.admin_site.admin_view(_superusers_alone(pattern.callback))  # type: ignore[attr-defined]
        return patterns

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser


def _superusers_alone(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


class DistroAdminSite(admin.AdminSite):
    site_header = "Distro"
    site_title = "Distro"
    index_title = "Overview"
    site_url = None
    index_template = "admin/overview.html"

    def register(
        self, model_or_iterable: Any, admin_class: type[admin.ModelAdmin] | None = None, **options: Any
    ) -> None:
        """As Django's; an admin class that keeps no workspaces apart is for superusers alone, whoever wrote it."""
        admin_class = admin_class or admin.ModelAdmin
        if not issubclass(admin_class, (TenantAdmin, SuperuserOnly)):
            admin_class = type(admin_class.__name__, (SuperuserOnly, admin_class), {})
        models: Iterable[type[Model]] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        )
        super().register([one for one in models if one._meta.label not in NOT_SHOWN], admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_member(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """allauth's sign-in, whose rate limits Django's own lacks."""
        if self.has_permission(request):
            return redirect("admin:index")
        return secure_admin_login(super().login)(request, extra_context)

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        """As Django's, in the time zone of the workspace; pages are drawn before that ends."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            workspace = place_of(request).workspace if request.user.is_authenticated else None
            with timezone.override(ZoneInfo(workspace.timezone) if workspace else None):
                response = inner(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return in_zone

    def get_urls(self) -> list[Any]:
        # Django's "view on site" tells rows that exist from those that do not, whosever they are.
        urls = [one for one in super().get_urls() if getattr(one, "name", None) != "view_on_site"]
        switch = path("workspace/", self.admin_view(require_POST(self.switch_view)), name="switch_workspace")
        return [switch, *urls]

    def switch_view(self, request: HttpRequest) -> HttpResponse:
        """Change to another of one's workspaces, and stay on the page where that makes sense."""
        if enter_workspace(request, request.POST.get("workspace", "")) is None:
            messages.error(request, "You are in no such workspace.")
        return redirect(_page_to_stay_on(request.POST.get("next", "")))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        place = place_of(request) if request.user.is_authenticated else None
        if place and place.workspace:
            word, tone = salesforce_state(place.workspace)
            context |= {
                "workspace": place.workspace,
                "workspaces": workspaces_of(request.user),
                "salesforce_word": word,
                "salesforce_tone": tone,
            }
        return context

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, overview(place_of(request), request.user) | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Django's list, grouped by what people come for instead of by app."""
        apps = super().get_app_list(request, app_label)
        for model in (one for app in apps for one in app["models"]):
            model["name"] = getattr(self._registry[model["model"]], "list_title", "") or model["name"]
        return apps if app_label else _in_sections(apps)


def _in_sections(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ours = {model["object_name"]: model for app in apps for model in app["models"]}
    sections = []
    for name, members in SECTIONS.items():
        found = [ours[member] for member in members if member in ours]
        sections.append({"name": name, "app_label": name.lower(), "app_url": "", "models": found})
    placed = {member for members in SECTIONS.values() for member in members}
    for app in apps:
        rest = [model for model in app["models"] if model["object_name"] not in placed]
        sections.append({**app, "models": rest})
    return [section for section in sections if section["models"]]


def _page_to_stay_on(address: str) -> str:
    """The list that an admin page belongs to: the rows of one workspace mean nothing in another."""
    index = reverse("admin:index")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return index
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return index
    name = match.url_name or ""
    if match.namespace != "admin" or not name.endswith(
        ("_changelist", "_change", "_add", "_history", "_delete")
    ):
        return index
    return reverse(f"admin:{name.rpartition('_')[0]}_changelist")
