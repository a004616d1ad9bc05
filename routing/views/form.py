"""The hosted form: one column that works without JavaScript, keeps what was typed and says what is wrong where."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from distro.headers import allow_sources

from ..form_ticket import issue_ticket
from ..models import FieldType, FormField, Router
from ..reading import UTM_PREFIX
from .doors import origin_of

HONEYPOT = "distro-homepage"
TICKET = "distro-ticket"
"""Names with a hyphen, which no form's own key has."""

INPUT_TYPES: dict[FieldType, dict[str, str | int]] = {
    FieldType.EMAIL: {"type": "email", "autocomplete": "email", "maxlength": 255},
    FieldType.PHONE: {"type": "tel", "autocomplete": "tel", "maxlength": 255},
    FieldType.URL: {"type": "url", "autocomplete": "url", "maxlength": 255},
    FieldType.NUMBER: {"type": "text", "inputmode": "decimal", "maxlength": 40},
    FieldType.DATE: {"type": "date"},
    FieldType.TEXT: {"type": "text", "maxlength": 255},
    FieldType.HIDDEN: {"type": "hidden"},
}
# What browsers may fill in by themselves, by the keys that forms commonly have.
AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "name": "name",
    "company": "organization",
    "job_title": "organization-title",
    "country": "country-name",
    "city": "address-level2",
    "postal_code": "postal-code",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A field as the page shows it. `chosen` are the values of a field of several, `value` of one."""

    key: str
    type: str
    label: str
    required: bool
    options: list[str]
    value: str
    chosen: list[str]
    errors: list[str]
    attributes: Mapping[str, Any]


def show_form(request: HttpRequest, router: Router) -> HttpResponse:
    """The form, filled in from its own address: `?email=…&utm_source=…`."""
    source_url = request.GET.get("source_url") or request.build_absolute_uri()
    return form_page(request, router, request.GET, source_url=source_url)


def form_page(
    request: HttpRequest,
    router: Router,
    values: QueryDict,
    *,
    source_url: str,
    errors: Mapping[str, list[str]] | None = None,
    ticket: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of the form with the values given, and the faults beside their fields and on top."""
    asked = [question_of(field, values, errors or {}) for field in router.form.fields.all()]
    by_key = {question.key: question for question in asked}
    general = [text for key, texts in (errors or {}).items() if key not in by_key for text in texts]
    context = {
        "router": router,
        "workspace": router.workspace,
        "questions": [question for question in asked if question.type != FieldType.HIDDEN],
        "hidden": hidden_inputs(asked, values, source_url),
        "faults": [question for question in asked if question.errors],
        "general": general,
        "ticket": ticket or issue_ticket(router.key, time.time()),
        "ticket_name": TICKET,
        "honeypot": HONEYPOT,
    }
    response = render(request, "public/form.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-cache"
    # Browsers hold a form to its page's form-action through redirects too.
    return allow_sources(response, "form-action", redirect_origins(router))


def question_of(field: FormField, values: QueryDict, errors: Mapping[str, list[str]]) -> Question:
    """One field with what was typed into it."""
    attributes = dict(INPUT_TYPES.get(FieldType(field.type), {}))
    if field.key in AUTOCOMPLETE:
        attributes["autocomplete"] = AUTOCOMPLETE[field.key]
    return Question(
        key=field.key,
        type=field.type,
        label=str(field),
        required=field.required,
        options=list(field.options),
        value=values.get(field.key, ""),
        chosen=values.getlist(field.key),
        errors=errors.get(field.key, []),
        attributes=attributes,
    )


def hidden_inputs(asked: list[Question], values: QueryDict, source_url: str) -> list[tuple[str, str]]:
    """Name and value of what goes along unseen: hidden fields, where the visitor came from, their zone."""
    keys = {question.key for question in asked}
    inputs = {question.key: question.value for question in asked if question.type == FieldType.HIDDEN}
    own = {name: str(values[name]) for name in values if name.startswith(UTM_PREFIX)}
    own |= {"source_url": source_url, "timezone": str(values.get("timezone", ""))}
    return [*inputs.items(), *((name, value) for name, value in own.items() if name not in keys)]


def redirect_origins(router: Router) -> list[str]:
    """The sites that this router may send a visitor to."""
    rules = router.distribution_rules.exclude(assign_redirect="")
    targets = [router.default_redirect, *rules.values_list("assign_redirect", flat=True)]
    return sorted({origin for target in targets if (origin := origin_of(target))})
