"""Forms with their fields in order, and where in Salesforce each answer goes."""

from __future__ import annotations

from typing import Any

from adminsortable2.admin import CustomInlineFormSet, SortableAdminBase, SortableInlineAdminMixin
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from distro.admin_cells import named
from distro.tenancy import TenantStackedInline
from distro.tenant_rows import TenantForm
from routing.admin.archiving import ArchivingAdmin
from routing.admin.fields import LinesField
from routing.models import FieldType, Form, FormField, Router
from routing.workspace_file.texts import Refused, api_name

WITH_OPTIONS = (FieldType.SELECT, FieldType.MULTISELECT)
CRM_INPUTS = {"lead_field": "Lead", "contact_field": "Contact"}


class FormFieldForm(TenantForm):
    options = LinesField(help_text="The choices, one a line.")
    lead_field = forms.CharField(
        required=False, max_length=80, label="Lead field", help_text="Such as Company."
    )
    contact_field = forms.CharField(required=False, max_length=80, label="Contact field")

    class Meta:
        fields = ["key", "label", "type", "required", "options", "overwrite"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, crm_object in CRM_INPUTS.items():
            self.initial.setdefault(name, self.instance.crm_fields.get(crm_object, ""))

    def _get_validation_exclusions(self) -> set[str]:
        # That there is one e-mail field is seen over all rows together, by the formset.
        return super()._get_validation_exclusions() | {"type"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, crm_object in CRM_INPUTS.items():
            try:
                if cleaned.get(name):
                    self.instance.crm_fields[crm_object] = api_name(cleaned[name].strip())
                else:
                    self.instance.crm_fields.pop(crm_object, None)
            except Refused as refusal:
                self.add_error(name, f"{refusal}.")
        takes_options, options = cleaned.get("type") in WITH_OPTIONS, cleaned.get("options")
        if takes_options and options == []:
            self.add_error("options", "Name at least one choice, one a line.")
        if options and not takes_options:
            self.add_error("options", "Only “one of several” and “any of several” have choices.")
        if cleaned.get("key") == "email" and cleaned.get("type") != FieldType.EMAIL:
            self.add_error("key", 'The key "email" means the e-mail field; choose another for this one.')
        return cleaned


class FormFieldFormSet(CustomInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if self._stays(form)]
        emails = [one for one in kept if one.get("type") == FieldType.EMAIL]
        if len(emails) != 1:
            raise ValidationError(
                "A form needs exactly one field of the type E-mail: it is how a prospect is known."
            )
        if not emails[0].get("required"):
            raise ValidationError("The e-mail field must be required.")

    def _stays(self, form: Any) -> bool:
        return bool(getattr(form, "cleaned_data", None)) and not self._should_delete_form(form)


class FormFieldInline(SortableInlineAdminMixin, TenantStackedInline):
    model = FormField
    form = FormFieldForm
    formset = FormFieldFormSet
    template = "adminsortable2/edit_inline/stacked-django-5.2.html"
    fieldsets = [
        (None, {"fields": [("key", "label"), ("type", "required"), "options"]}),
        ("Salesforce", {"fields": [("lead_field", "contact_field"), "overwrite", "position"]}),
    ]


@admin.register(Form)
class FormAdmin(SortableAdminBase, ArchivingAdmin):
    inlines = [FormFieldInline]
    list_display = ["name", "questions", "used_by"]
    search_fields = ["name"]
    fields = ["name"]
    empty_text = "A form is what a prospect fills in; a router asks its questions."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Form]:
        rows = super().get_queryset(request).prefetch_related("routers")
        return rows.annotate(field_count=Count("fields"))

    @named("Fields", "field_count")
    def questions(self, form: Any) -> int:
        return form.field_count

    @named("Used by")
    def used_by(self, form: Form) -> str:
        return ", ".join(one.name for one in form.routers.all() if one.archived_at is None) or "no router yet"

    def routers_using(self, row: Form) -> QuerySet[Router]:
        return row.routers.all()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The e-mail field is unique in its form: whoever stops being it is written before whoever becomes it."""
        known = formset.initial_form_count()
        formset.forms[:known] = sorted(formset.forms[:known], key=lambda one: self._comes_last(formset, one))
        # Django remembers by their places which of the forms are to be deleted.
        vars(formset).pop("_deleted_form_indexes", None)
        super().save_formset(request, form, formset, change)

    def _comes_last(self, formset: Any, form: Any) -> bool:
        return form.instance.type == FieldType.EMAIL and not formset._should_delete_form(form)
