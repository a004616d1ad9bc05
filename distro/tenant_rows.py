"""Which rows belong to a workspace, and the parts of admin forms and lists that offer and accept those alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from distro.members import place_of
from routing.models import Workspace


def path_of(model: type[Model]) -> str:
    """The look-up that leads from a model to its workspace; a user's goes through their memberships."""
    if model is get_user_model():
        return "memberships__workspace"
    path = getattr(model, "workspace_path", None)
    if path is None:
        raise ImproperlyConfigured(
            f"{model.__name__} needs a workspace_path before an admin can offer its rows."
        )
    return path


def rows_of(model: type[Model], workspace: Workspace | None) -> QuerySet[Any]:
    """A model's rows in a workspace; none at all without one."""
    rows = model._default_manager.all()
    return rows.filter(**{path_of(model): workspace.pk}) if workspace else rows.none()


def workspace_id_of(row: Model) -> int:
    """The id of the workspace that a row hangs on; 0 for a workspace that is not saved yet."""
    *steps, last = path_of(type(row)).split("__")
    for step in steps:
        row = getattr(row, step)
    return (row.pk if last == "pk" else getattr(row, f"{last}_id")) or 0


class TenantForm(forms.ModelForm):
    """A form whose row belongs to the session's workspace, and that offers nothing archived but what was chosen."""

    workspace: Workspace | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if path_of(self._meta.model) == "workspace" and self.instance._state.adding:
            self.instance.workspace = self.workspace
        for name, field in self.fields.items():
            rows = getattr(field, "queryset", None)
            if (
                isinstance(field, forms.ModelChoiceField)
                and rows is not None
                and hasattr(rows.model, "archived_at")
            ):
                chosen = getattr(self.instance, f"{name}_id", None)
                field.queryset = rows.filter(Q(archived_at=None) | Q(pk=chosen))

    def _get_validation_exclusions(self) -> set[str]:
        # The workspace is no field of the form, but names are unique within it: Django must look all the same.
        return super()._get_validation_exclusions() - {"workspace"}  # type: ignore[misc]


class TenantRelatedFilter(admin.RelatedFieldListFilter):
    """The sidebar's filter by a related row, which offers the workspace's rows alone."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[Any]:
        workspace = place_of(request).workspace
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={path_of(field.related_model): workspace.pk if workspace else None},
        )


class OwnRows:
    """Mixed into an inline's formset: a posted id that is not one of the parent's own rows is no valid choice.
    Django looks among all rows there are, and so tells which ids exist."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)  # type: ignore[misc]
        field = form.fields.get(self.model._meta.pk.name)  # type: ignore[attr-defined]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = self.get_queryset()  # type: ignore[attr-defined]
