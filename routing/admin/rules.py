"""The rules of a router, in order, with what is wrong in them said in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from adminsortable2.admin import CustomInlineFormSet, SortableInlineAdminMixin
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from distro.admin_cells import named
from distro.tenancy import TenantStackedInline
from distro.tenant_rows import TenantForm
from routing.admin.fields import JsonText
from routing.admin.words import distribution_sentence, ownership_sentence
from routing.core.conditions import condition_faults
from routing.core.fields import FieldType
from routing.core.fields import FormField as CoreField
from routing.core.titles import TITLE_KEYS, placeholders, unknown_placeholders
from routing.models import DEFAULT_TITLE, DistributionRule, Form, FormField, MeetingType, OwnershipRule
from routing.workspace_file.references import ALWAYS_THERE
from routing.workspace_file.texts import Refused, api_name

TARGETS = ("host", "team", "message", "redirect")
CONDITIONS_HELP = (
    'Empty: always. Else {"field": "employees", "op": "gte", "value": 1000}, or several in '
    '{"all": [...]} or {"any": [...]}.'
)


def check_one_target(form: forms.ModelForm, prefix: str) -> None:
    """A rule and a default lead to exactly one place."""
    said = [name for name in TARGETS if form.cleaned_data.get(f"{prefix}{name}")]
    if any(f"{prefix}{name}" in form.errors for name in TARGETS) or len(said) == 1:
        return
    place = f"{prefix}{said[1] if said else 'host'}"
    text = f"It cannot lead to a {said[0]} and a {said[1]} at once." if said else "It leads nowhere."
    form.add_error(place, f"{text} Choose one of host, team, message and redirect.")


def form_fields(form: Form) -> list[CoreField]:
    """A form's fields as conditions see them."""
    return [CoreField(one.key, cast(FieldType, one.type)) for one in form.fields.all()]


def title_faults(meeting_type: MeetingType | None, fields: list[CoreField]) -> list[str]:
    """What a meeting type's title asks of a form that has no such field, a sentence each.

    A field that another router's form has is none of them: there the title makes sense, here it stays blank.
    """
    if meeting_type is None or meeting_type.title == DEFAULT_TITLE:
        return []
    elsewhere = FormField.objects.filter(form__routers__meeting_type=meeting_type)
    keys = {field.key for field in fields} | set(elsewhere.values_list("key", flat=True))
    known = ", ".join(sorted(keys | TITLE_KEYS))
    return [
        f'The title "{meeting_type.title}" of {meeting_type.name} names {{{key}}}, which the form lacks. '
        f"There are: {known}."
        for key in unknown_placeholders(meeting_type.title, keys)
    ]


def values_faults(set_fields: Any, keys: list[str]) -> list[str]:
    """What is wrong with the values that a rule writes, a sentence each."""
    if not isinstance(set_fields, dict) or not all(isinstance(one, dict) for one in set_fields.values()):
        return ['Write them by object, such as {"Lead": {"Rating": "Hot"}}.']
    faults = [
        f'"{one}" is no object that Distro writes; use Lead or Contact.'
        for one in set_fields
        if one not in ("Lead", "Contact")
    ]
    for crm_object, values in set_fields.items():
        for field, value in values.items():
            faults += [f"{crm_object}.{field}: {text}" for text in _value_faults(field, value, keys)]
    return faults


def _value_faults(field: str, value: Any, keys: list[str]) -> list[str]:
    try:
        api_name(field)
    except Refused as refusal:
        return [f"{refusal}."]
    if not isinstance(value, (str, int, float, bool)):
        return ["a value is text, a number, or true or false."]
    unknown = [key for key in placeholders(value) if key not in keys] if isinstance(value, str) else []
    return [f"unknown placeholder {{{key}}}; there are {', '.join(keys)}." for key in unknown]


class RuleForm(TenantForm):
    when = JsonText(label="Conditions", help_text=CONDITIONS_HELP)
    set_fields = JsonText(
        empty={},
        label="Values to write",
        help_text='Such as {"Lead": {"Rating": "Hot", "LeadSource": "{utm.source}"}}.',
    )


class RuleFormSet(CustomInlineFormSet):
    """Checks conditions and values against the form that the router is being given."""

    def clean(self) -> None:
        super().clean()
        if self.instance.form_id is None:
            return
        fields = form_fields(self.instance.form)
        keys = [*(field.key for field in fields), *ALWAYS_THERE]
        for form in self.forms:
            if getattr(form, "cleaned_data", None) and not self._should_delete_form(form):
                self._check(form, fields, keys)
        if any(form.errors for form in self.forms):
            raise ValidationError("A rule below has a fault.")

    def _check(self, form: Any, fields: list[CoreField], keys: list[str]) -> None:
        if "when" in form.changed_data or not form.instance.pk:
            for fault in condition_faults(form.cleaned_data.get("when"), fields, "conditions"):
                form.add_error("when", f"{fault.path}: {fault.text}.")
        if "meeting_type" in form.changed_data:
            for text in title_faults(form.cleaned_data.get("meeting_type"), fields):
                form.add_error("meeting_type", text)
        if "set_fields" in form.changed_data and "set_fields" in form.cleaned_data:
            for text in values_faults(form.cleaned_data["set_fields"], keys):
                form.add_error("set_fields", text)


class RuleInline(SortableInlineAdminMixin, TenantStackedInline):
    form = RuleForm
    formset = RuleFormSet
    template = "adminsortable2/edit_inline/stacked-django-5.2.html"
    readonly_fields = ["reads_as"]
    sentence: Callable[[Any], str]

    @named("Reads as")
    def reads_as(self, rule: Any) -> str:
        if rule.pk is None:
            return "shown once the rule is saved"
        faults = condition_faults(rule.when, form_fields(rule.router.form), "conditions")
        broken = f" ⚠ never matches: {faults[0].text}" if faults else ""
        return format_html("{}<strong>{}</strong>", self.sentence(rule), broken)


EFFECTS: list[Any] = ["meeting_type", ("update_owner", "create_record"), "set_fields", "position"]


class OwnershipRuleInline(RuleInline):
    model = OwnershipRule
    sentence = staticmethod(ownership_sentence)
    verbose_name_plural = "Ownership rules: the first that matches sends the prospect to the record's owner"
    fieldsets = [
        (None, {"fields": ["reads_as", ("name", "object", "match"), "owner_field", "when"]}),
        ("What it does besides", {"fields": EFFECTS, "classes": ["collapse"]}),
    ]


class DistributionRuleForm(RuleForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        check_one_target(self, "assign_")
        return cleaned


class DistributionRuleInline(RuleInline):
    model = DistributionRule
    form = DistributionRuleForm
    sentence = staticmethod(distribution_sentence)
    verbose_name_plural = "Distribution rules: asked next, the first that matches decides"
    autocomplete_fields = ["assign_host", "assign_team"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "reads_as",
                    "name",
                    "when",
                    ("assign_host", "assign_team"),
                    "assign_message",
                    "assign_redirect",
                ]
            },
        ),
        ("What it does besides", {"fields": EFFECTS, "classes": ["collapse"]}),
    ]
