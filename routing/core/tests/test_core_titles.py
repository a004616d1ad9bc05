"""Titles: placeholders filled, blank ones gone with the punctuation they would strand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.titles import fill, render_title, unknown_placeholders


@pytest.mark.parametrize(
    ("template", "values", "title"),
    [
        ("Demo: {company} and Acme", {"company": "Globex"}, "Demo: Globex and Acme"),
        ("Demo: {company} and Acme", {}, "Demo and Acme"),
        ("Demo: {company}", {"company": " "}, "Demo"),
        ("{company}: Demo", {}, "Demo"),
        ("{company} - Demo", {"company": None}, "Demo"),
        (
            "{meeting_type} with {first_name} {last_name}",
            {"meeting_type": "Demo", "last_name": "Lee"},
            "Demo with Lee",
        ),
        (
            "{meeting_type} with {first_name} {last_name}",
            {"meeting_type": "Demo", "first_name": "Al"},
            "Demo with Al",
        ),
        ("Call ({company}, {country})", {"country": "DE"}, "Call (DE)"),
        ("Call ({company}, {country})", {"company": "Globex"}, "Call (Globex)"),
        ("Call ({company}, {country}) today", {}, "Call today"),
        ('Demo "{company}" now', {}, "Demo now"),
        ("Hi {name}, welcome", {}, "Hi, welcome"),
        ("Welcome, {name}!", {}, "Welcome!"),
        ("{a}, {b}, {c}", {"a": "A", "c": "C"}, "A, C"),
        ("{a} / {b} / {c}", {"b": "B"}, "B"),
        ("Ann - {a} - {b} - Bob", {}, "Ann - Bob"),
        ("Demo · {company} · {country}", {"country": "US"}, "Demo · US"),
        ("{company}'s demo", {}, "demo"),
        ("{a}{b}", {}, ""),
        ("Re{x}Union", {}, "ReUnion"),
        ("Interests: {i}", {"i": ["CRM", "Routing"]}, "Interests: CRM, Routing"),
        ("{company}", {"company": "{host}: - x"}, "{host}: - x"),
    ],
)
def test_titles(template: str, values: dict[str, str | None], title: str) -> None:
    assert render_title(template, values) == title


@given(st.text(alphabet="ab {}:-,()'\"", max_size=30))
def test_no_blank_leaves_a_mark_or_a_double_space(template: str) -> None:
    title = render_title(template, {})
    assert "\0" not in title
    assert title == title.strip()


def test_placeholders_that_nothing_fills_are_named() -> None:
    template = "{meeting_type} {host} {router} {company} {Company} {budget}"
    assert unknown_placeholders(template, {"company"}) == ["Company", "budget"]


def test_values_are_filled_in_once() -> None:
    assert fill("{utm.source}/{router}", {"utm.source": "{router}", "router": None}) == "{router}/"
