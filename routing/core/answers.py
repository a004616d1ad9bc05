"""Raw answers, from JSON or a form post, cleaned by the types of the form's fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from routing.core.facts import read_date, read_number
from routing.core.fields import AnswerValue, FieldType, FormField

MAX_TEXT = 255
MAX_TEXTAREA = 5000
MAX_NUMBER = 10**18
_DIGIT = re.compile(r"\d")
# What browsers and hand-written forms send for a ticked box; an unticked one is not sent at all.
TICKED = {
    "on": True,
    "true": True,
    "1": True,
    "yes": True,
    "off": False,
    "false": False,
    "0": False,
    "no": False,
}


class AnswerFault(ValueError):
    """An answer that its field cannot take; the text tells the prospect why."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Every key of the form with its cleaned answer, None where blank; or, by key, what is wrong."""

    answers: dict[str, AnswerValue] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)


def clean_answers(fields: Sequence[FormField], raw: Mapping[str, Any]) -> Cleaned:
    """Answers from JSON. Keys that the form does not have are ignored."""
    return _clean(fields, {one.key: raw.get(one.key) for one in fields})


def clean_form_post(fields: Sequence[FormField], raw: Mapping[str, Sequence[str]]) -> Cleaned:
    """Answers from a form post: key -> the values of all inputs of that name."""
    return _clean(fields, {one.key: _from_inputs(one.type, raw.get(one.key, ())) for one in fields})


def _from_inputs(field_type: FieldType, inputs: Sequence[str]) -> Any:
    if field_type == "multiselect":
        return [text for text in inputs if text.strip()]
    last = inputs[-1] if inputs else ""
    if field_type == "checkbox":
        return TICKED.get(last.strip().lower(), last) if last.strip() else False
    return last


def _clean(fields: Sequence[FormField], raw: Mapping[str, Any]) -> Cleaned:
    cleaned = Cleaned()
    for one in fields:
        try:
            cleaned.answers[one.key] = _clean_one(one, raw[one.key])
        except AnswerFault as fault:
            cleaned.errors[one.key] = [str(fault)]
    return cleaned


def _clean_one(one: FormField, value: Any) -> AnswerValue:
    blank = value is None or value == [] or (isinstance(value, str) and not value.strip())
    answer = None if blank else CLEANERS[one.type](one, value)
    if one.required and (answer is None or answer is False or answer == []):
        raise AnswerFault("Please tick this." if one.type == "checkbox" else "Please fill this in.")
    return answer


def _text(value: Any, limit: int = MAX_TEXT, allowed: str = "") -> str:
    """Text without outer spaces; refuses what is no text, too long, or holds characters no person types."""
    if not isinstance(value, str):
        raise AnswerFault("This must be text.")
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > limit:
        raise AnswerFault(f"This is too long: at most {limit} characters.")
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in allowed for one in text):
        raise AnswerFault("This has a character that cannot be used here, such as a line break or a tab.")
    return text


def _clean_text(_: FormField, value: Any) -> str:
    return _text(value)


def _clean_textarea(_: FormField, value: Any) -> str:
    return _text(value, MAX_TEXTAREA, "\n")


def _clean_email(_: FormField, value: Any) -> str:
    try:
        # The "test environment" lets .test domains pass: nothing is wrong with their syntax.
        address = validate_email(_text(value), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise AnswerFault("This is not an e-mail address. It looks like name@company.com.") from None
    if "." not in address.domain:
        raise AnswerFault("This is not an e-mail address. It looks like name@company.com.")
    return address.normalized


def _clean_phone(_: FormField, value: Any) -> str:
    text = _text(value)
    if len(_DIGIT.findall(text)) < 3:
        raise AnswerFault("This is not a phone number.")
    return text


def _clean_url(_: FormField, value: Any) -> str:
    text = _text(value)
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        sound = False
    if not sound:
        raise AnswerFault("This is not a web address. It begins with https:// or http://.")
    return text


def _clean_number(_: FormField, value: Any) -> int | float:
    number = read_number(_text(value) if isinstance(value, str) else value) if _is_plain(value) else None
    if number is None:
        raise AnswerFault("This must be a number, such as 250 or 2.5.")
    if abs(number) >= MAX_NUMBER:
        raise AnswerFault("This number is too large.")
    return int(number) if number == number.to_integral_value() else float(number)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _clean_date(_: FormField, value: Any) -> str:
    day = read_date(_text(value))
    if day is None:
        raise AnswerFault("This must be a date, written YYYY-MM-DD.")
    return day.isoformat()


def _clean_select(one: FormField, value: Any) -> str:
    text = _text(value)
    if text not in one.options:
        raise AnswerFault("Please choose one of the options.")
    return text


def _clean_multiselect(one: FormField, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise AnswerFault("This must be a list of options.")
    chosen = dict.fromkeys(_text(text) for text in value)
    if any(text not in one.options for text in chosen):
        raise AnswerFault("Please choose among the options.")
    return list(chosen)


def _clean_checkbox(_: FormField, value: Any) -> bool:
    if not isinstance(value, bool):
        raise AnswerFault("This must be true or false.")
    return value


CLEANERS: dict[FieldType, Callable[[FormField, Any], AnswerValue]] = {
    "text": _clean_text,
    "textarea": _clean_textarea,
    "email": _clean_email,
    "phone": _clean_phone,
    "url": _clean_url,
    "number": _clean_number,
    "date": _clean_date,
    "select": _clean_select,
    "multiselect": _clean_multiselect,
    "checkbox": _clean_checkbox,
    "hidden": _clean_text,
}
