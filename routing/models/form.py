"""What a prospect fills in."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from .workspace import Workspace

validate_field_key = RegexValidator(
    r"^[a-z][a-z0-9_]{0,39}$",
    "A key is small letters, digits and underscores, begins with a letter and has at most 40 characters.",
)


class Form(models.Model):
    """The questions that a router asks."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="forms")
    name = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="form_name_once")]

    def __str__(self) -> str:
        return self.name


class FieldType(models.TextChoices):
    TEXT = "text", "Text"
    TEXTAREA = "textarea", "Long text"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    URL = "url", "Web address"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    SELECT = "select", "One of several"
    MULTISELECT = "multiselect", "Any of several"
    CHECKBOX = "checkbox", "Yes or no"
    HIDDEN = "hidden", "Hidden"


class Overwrite(models.TextChoices):
    IF_BLANK = "if_blank", "Only where Salesforce has nothing"
    ALWAYS = "always", "Always"
    ON_CREATE = "on_create", "Only on records that Distro creates"


class FormField(models.Model):
    """One question. `crm_fields` names the CRM field that takes the answer, by object: {"Lead": "Email"}."""

    workspace_path = "form__workspace"

    form = models.ForeignKey(Form, models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=40, validators=[validate_field_key])
    label = models.CharField(max_length=200, blank=True, help_text="Empty: the key.")
    type = models.CharField(max_length=12, choices=FieldType.choices, default=FieldType.TEXT)
    required = models.BooleanField(default=False)
    options = models.JSONField(default=list, blank=True, help_text="The choices, in order.")
    crm_fields = models.JSONField(
        "Salesforce fields",
        default=dict,
        blank=True,
        help_text='Such as {"Lead": "Email", "Contact": "Email"}.',
    )
    overwrite = models.CharField(max_length=10, choices=Overwrite.choices, default=Overwrite.IF_BLANK)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["form", "key"], name="form_field_key_once"),
            models.UniqueConstraint(
                fields=["form"], condition=Q(type=FieldType.EMAIL), name="form_field_one_email"
            ),
            models.CheckConstraint(condition=Q(type__in=FieldType.values), name="form_field_type_known"),
        ]

    def __str__(self) -> str:
        return self.label or self.key
