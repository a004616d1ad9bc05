"""The admin base classes that keep workspaces apart: whatever they list, offer, accept or count is the one
workspace's that the session is about. Each model says by `workspace_path` how it hangs on its workspace."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.core import checks
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.text import capfirst

from distro.members import place_of, workspaces_of
from distro.panels import panels_of
from distro.tenant_rows import OwnRows, TenantForm, TenantRelatedFilter, path_of, rows_of, workspace_id_of
from routing.models import Role, Workspace

CONFIGURERS = frozenset({Role.OWNER, Role.ADMINISTRATOR})
EVERYBODY = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()
# A hidden input of every form: compared with the session, never believed.
WORKSPACE_INPUT = "_workspace"


SHORT_TEXTS: dict[type[Field[Any, Any]], dict[str, Any]] = {
    TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})}
}


class ByRole:
    """Permissions by the member's role in the workspace, and by nothing else. Django's own are not asked."""

    viewers = CONFIGURERS
    editors = CONFIGURERS
    adders: frozenset[Role] | None = None
    deleters: frozenset[Role] | None = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return place_of(request).role in self.viewers

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return place_of(request).role in self.editors

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return place_of(request).role in (self.editors if self.adders is None else self.adders)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return place_of(request).role in (self.editors if self.deleters is None else self.deleters)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """What a foreign key may be set to, in selects, autocompletes and posts alike."""
        ordered = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        model = db_field.remote_field.model
        rows = rows_of(model, place_of(request).workspace)
        return rows.order_by(*ordered.query.order_by) if ordered is not None else rows

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """References are chosen and added to beside their input; deleting a row has its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        faults = super().check(**kwargs)  # type: ignore[misc]
        if self.raw_id_fields:  # type: ignore[attr-defined]
            text = "raw_id_fields prints the name of whatever row is posted, another workspace's too."
            remedy = "Use autocomplete_fields."
            faults.append(checks.Error(text, hint=remedy, obj=self.__class__, id="distro.E001"))
        return faults


class TenantAdmin(ByRole, admin.ModelAdmin):
    """A ModelAdmin of one workspace at a time. Another workspace's row is answered as one that does not exist."""

    form = TenantForm
    own_path = (
        ""  # where members with the role host see their own rows alone: the look-up that leads to the user
    )
    list_title = ""  # what the list is called, where that is not the model's name
    empty_text = ""
    list_per_page = 50
    formfield_overrides = SHORT_TEXTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        place = place_of(request)
        rows = super().get_queryset(request)
        rows = rows.filter(**{path_of(self.model): place.workspace.pk}) if place.workspace else rows.none()
        if place.role == Role.HOST:
            return rows.filter(**{self.own_path: request.user}) if self.own_path else rows.none()
        return rows

    def _is_ours(self, request: HttpRequest, obj: Any) -> bool:
        workspace = place_of(request).workspace
        return obj is None or (workspace is not None and workspace_id_of(obj) == workspace.pk)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._is_ours(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_ours(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_ours(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*(super().get_exclude(request, obj) or ()), "workspace"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"workspace": place_of(request).workspace})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [self._tenant_filter(entry) for entry in super().get_list_filter(request)]

    def _tenant_filter(self, entry: Any) -> Any:
        related = isinstance(entry, str) and get_fields_from_path(self.model, entry)[-1].is_relation
        return (entry, TenantRelatedFilter) if related else entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows, doubled = super().get_search_results(request, queryset, search_term)
        asked_by_form = request.resolver_match and request.resolver_match.url_name == "autocomplete"
        if asked_by_form and hasattr(self.model, "archived_at"):
            rows = rows.filter(archived_at=None)
        return rows, doubled

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        workspace = place_of(request).workspace
        meant = request.POST.get(WORKSPACE_INPUT)
        if meant and workspace and meant != workspace.slug:
            self.message_user(
                request,
                f"Nothing was saved: the form was opened in another workspace, and you are in {workspace} now.",
                messages.ERROR,
            )
            return redirect("admin:index")
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        context["list_title"] = self.list_title
        if row is not None:
            panels = list(panels_of(row, place_of(request).role in CONFIGURERS))
            context |= {"panels": panels, "subtitle": self.heading(row)}
        return super().render_change_form(request, context, *args, **kwargs)

    def heading(self, row: Any) -> str:
        """What a row's own page is called."""
        return str(row)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = self.list_title or capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponseRedirect:
        elsewhere = self._workspace_elsewhere(request, object_id)
        if elsewhere is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc]
        text = f"That {opts.verbose_name} is in {elsewhere}. Change to that workspace at the top to open it."
        self.message_user(request, text, messages.WARNING)
        return redirect("admin:index")

    def _workspace_elsewhere(self, request: HttpRequest, object_id: str) -> Workspace | None:
        """The other workspace of this very user that has the row."""
        try:
            pk = self.opts.pk.to_python(object_id)
        except ValidationError:
            return None
        own = {f"{path_of(self.model)}__in": workspaces_of(request.user)}
        row = self.model._default_manager.filter(pk=pk, **own).first()
        if row is None or self._is_ours(request, row):
            return None
        return Workspace.objects.filter(pk=workspace_id_of(row)).first()


class ReadOnlyAdmin(TenantAdmin):
    """Rows that only Distro itself writes."""

    editors = NOBODY


class InlineRows(ByRole):
    """What both shapes of inline share."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        return type(formset.__name__, (OwnRows, formset), {})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        workspace = place_of(request).workspace
        rows = super().get_queryset(request)  # type: ignore[misc]
        return rows.filter(**{path_of(self.model): workspace.pk}) if workspace else rows.none()  # type: ignore[attr-defined]


class TenantInline(InlineRows, admin.TabularInline):
    """An inline of a TenantAdmin's page, a row each."""

    form = TenantForm
    formfield_overrides = SHORT_TEXTS
    extra = 0


class TenantStackedInline(InlineRows, admin.StackedInline):
    """An inline of a TenantAdmin's page, a block each."""

    form = TenantForm
    formfield_overrides = SHORT_TEXTS
    extra = 0
