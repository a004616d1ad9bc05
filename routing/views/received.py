"""What a submission's body says, member by member: answers, and where the visitor came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext as _

from ..actions.submit import InvalidAnswers, Received
from ..core.answers import clean_form_post
from ..core.fields import FieldType, FormField
from ..models import Router
from ..reading import UTM_PREFIX, read_url, read_utm
from .bodies import Body, Unfit, read_zone
from .form import HONEYPOT, TICKET


def received(router: Router, body: Body, *, lenient: bool) -> Received:
    """What came in, read member by member. Raises InvalidAnswers.

    `lenient` is for a browser's form post: its visitor cannot mend what stands in hidden inputs.
    """
    errors: dict[str, list[str]] = {}

    def read(name: str, reader: Callable[[Any], Any], value: Any, blank: Any) -> Any:
        try:
            return reader(value)
        except Unfit as fault:
            if not lenient:
                errors[name] = [str(fault)]
            return blank

    spam = is_trapped(body)
    answers = body.json.get("answers") if body.json is not None else form_answers(router, body.form, spam)
    if not isinstance(answers, dict):
        errors["answers"] = [_("This must be an object of answers by field.")]
    utm = body.json.get("utm") if body.json is not None else form_utm(body.form)
    came = Received(
        answers=answers if isinstance(answers, dict) else {},
        timezone=read("timezone", read_zone, body.get("timezone"), ""),
        source_url=read("source_url", read_url, body.get("source_url"), ""),
        utm=read("utm", read_utm, utm, {}),
        spam=spam,
    )
    if errors:
        raise InvalidAnswers(errors)
    return came


def is_trapped(body: Body) -> bool:
    """Whether the honeypot was filled, which no person sees."""
    return body.json is None and bool(body.form.get(HONEYPOT))


def form_answers(router: Router, form: QueryDict, spam: bool) -> dict[str, Any]:
    """A form post's answers, cleaned; spam's as they came."""
    if spam:
        return {name: form.get(name) for name in form if name not in (HONEYPOT, TICKET)}
    fields = [
        FormField(row.key, cast(FieldType, row.type), row.label, row.required, tuple(row.options))
        for row in router.form.fields.all()
    ]
    cleaned = clean_form_post(fields, dict(form.lists()))
    if cleaned.errors:
        raise InvalidAnswers(cleaned.errors)
    return cleaned.answers


def form_utm(form: QueryDict) -> dict[str, str]:
    """The utm_ inputs of a form post."""
    return {name: str(form[name]) for name in form if name.startswith(UTM_PREFIX)}
