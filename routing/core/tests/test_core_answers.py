"""Raw answers cleaned by type, from JSON and from form posts."""

from __future__ import annotations

from typing import Any

import pytest

from routing.core.answers import clean_answers, clean_form_post
from routing.core.fields import FormField

OPTIONS = ("US", "DE")


def clean(kind: Any, value: Any, required: bool = False) -> Any:
    """The cleaned answer, or the texts of what is wrong with it, as a tuple."""
    cleaned = clean_answers([FormField("key", kind, required=required, options=OPTIONS)], {"key": value})
    return tuple(cleaned.errors["key"]) if cleaned.errors else cleaned.answers["key"]


@pytest.mark.parametrize(
    ("kind", "raw", "answer"),
    [
        ("text", "  Ann  ", "Ann"),
        ("text", "x" * 255, "x" * 255),
        ("text", "", None),
        ("text", "   ", None),
        ("textarea", "one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("textarea", "x" * 5000, "x" * 5000),
        ("email", " Ann@ACME.example ", "Ann@acme.example"),
        ("email", "jane@acme.test", "jane@acme.test"),
        ("phone", "+49 (0) 30 / 123-45 x6", "+49 (0) 30 / 123-45 x6"),
        ("url", "https://acme.example/a?b=c", "https://acme.example/a?b=c"),
        ("url", "HTTP://acme.example", "HTTP://acme.example"),
        ("number", 40, 40),
        ("number", 40.0, 40),
        ("number", "40", 40),
        ("number", " -2.50 ", -2.5),
        ("number", "+7", 7),
        ("number", 0, 0),
        ("date", "2028-02-29", "2028-02-29"),
        ("select", "US", "US"),
        ("select", "", None),
        ("multiselect", ["DE", "US", "DE"], ["DE", "US"]),
        ("multiselect", [], None),
        ("checkbox", True, True),
        ("checkbox", False, False),
        ("checkbox", None, None),
        ("hidden", "spring", "spring"),
    ],
)
def test_good_answers(kind: str, raw: Any, answer: Any) -> None:
    cleaned = clean(kind, raw)
    assert (cleaned, type(cleaned)) == (answer, type(answer))


TEXT = "This must be text."
LONG = "This is too long: at most 255 characters."
ODD = "This has a character that cannot be used here, such as a line break or a tab."
EMAIL = "This is not an e-mail address. It looks like name@company.com."
NUMBER = "This must be a number, such as 250 or 2.5."


@pytest.mark.parametrize(
    ("kind", "raw", "fault"),
    [
        *((kind, 5, TEXT) for kind in ("text", "textarea", "email", "phone", "url", "select", "hidden", "date")),
        *((kind, {"a": 1}, TEXT) for kind in ("text", "email", "select")),
        *((kind, "x" * 256, LONG) for kind in ("text", "email", "phone", "url", "select", "hidden")),
        ("textarea", "x" * 5001, "This is too long: at most 5000 characters."),
        ("text", "a\nb", ODD),
        ("text", "a\0", ODD),
        ("text", "a\ud800b", ODD),
        ("textarea", "a\tb", ODD),
        ("email", "ann", EMAIL),
        ("email", "ann@localhost", EMAIL),
        ("email", "ann@acme..example", EMAIL),
        ("email", "a b@acme.example", EMAIL),
        ("phone", "n/a", "This is not a phone number."),
        *(("url", raw, "This is not a web address. It begins with https:// or http://.")
          for raw in ("acme.example", "ftp://a.example", "javascript:x", "https://", "http://[::1", "http://a b")),
        *(("number", raw, NUMBER)
          for raw in ("forty", "1,000", "1e3", True, [1], float("inf"), float("nan"), "1.2.3", "٣")),
        ("number", 10**18, "This number is too large."),
        ("date", "2026-02-30", "This must be a date, written YYYY-MM-DD."),
        ("date", "31.01.2026", "This must be a date, written YYYY-MM-DD."),
        ("select", "us", "Please choose one of the options."),
        ("multiselect", ["US", "FR"], "Please choose among the options."),
        ("multiselect", "US", "This must be a list of options."),
        ("multiselect", [1], TEXT),
        ("checkbox", "yes", "This must be true or false."),
    ],
)  # fmt: skip
def test_bad_answers(kind: str, raw: Any, fault: str) -> None:
    assert clean(kind, raw) == (fault,)


@pytest.mark.parametrize(
    ("kind", "blank"),
    [("text", None), ("email", " "), ("number", ""), ("multiselect", []), ("select", None)],
)
def test_required_answers_cannot_be_blank(kind: str, blank: Any) -> None:
    assert clean(kind, blank, required=True) == ("Please fill this in.",)


def test_a_required_box_must_be_ticked_and_a_required_number_may_be_nothing() -> None:
    assert clean("checkbox", False, required=True) == ("Please tick this.",)
    assert clean("number", 0, required=True) == 0


FORM = (
    FormField("email", "email", required=True),
    FormField("interests", "multiselect", options=("CRM", "Routing")),
    FormField("terms", "checkbox"),
    FormField("size", "number"),
)


def test_every_key_of_the_form_is_there_and_no_other() -> None:
    cleaned = clean_answers(FORM, {"email": "a@acme.example", "colour": "red"})
    assert cleaned.answers == {"email": "a@acme.example", "interests": None, "terms": None, "size": None}
    assert cleaned.errors == {}


def test_all_faults_are_told_at_once() -> None:
    assert clean_answers(FORM, {"size": "x", "terms": 1}).errors == {
        "email": ["Please fill this in."],
        "terms": ["This must be true or false."],
        "size": [NUMBER],
    }


def test_form_posts_repeat_inputs_and_tick_with_on() -> None:
    posted = {
        "email": ["old@x.example", "a@acme.example"],
        "interests": ["CRM", "Routing", ""],
        "terms": ["on"],
    }
    assert clean_form_post(FORM, {**posted, "size": ["12"]}).answers == {
        "email": "a@acme.example",
        "interests": ["CRM", "Routing"],
        "terms": True,
        "size": 12,
    }
    assert clean_form_post(FORM, {"email": ["a@acme.example"]}).answers == {
        "email": "a@acme.example",
        "interests": None,
        "terms": False,
        "size": None,
    }
    assert clean_form_post(FORM, {**posted, "terms": ["perhaps"]}).errors == {
        "terms": ["This must be true or false."]
    }
