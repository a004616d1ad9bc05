"""Answers on their way into fields: converted, cut, or left out with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.core.draft import Draft
from crm_sync.core.fields import render
from crm_sync.core.matching import Person
from crm_sync.core.shapes import FieldShape, Fitted, fit, read_shapes, shapes_of


def shape(kind: str, **values: Any) -> FieldShape:
    return FieldShape("F", type=kind, **values)


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (" a ", "string", "a"),
        (40, "string", "40"),
        (40.0, "string", "40"),
        (True, "string", "Yes"),
        (["a", "b"], "textarea", "a, b"),
        (["a", "b"], "multipicklist", "a;b"),
        ("1000", "int", 1000),
        (2.5, "double", 2.5),
        ("2.50", "currency", 2.5),
        ("on", "boolean", True),
        (False, "boolean", False),
        ("2026-11-25", "date", "2026-11-25"),
        ("2026-11-25", "datetime", "2026-11-25T00:00:00Z"),
        ("2026-11-25T10:00:00+02:00", "datetime", "2026-11-25T08:00:00Z"),
        ("001d00000000001AAA", "reference", "001d00000000001AAA"),
    ],
)
def test_values_take_the_fields_type(value: Any, kind: str, written: Any) -> None:
    assert fit(value, shape(kind)) == Fitted(written)


@pytest.mark.parametrize(
    ("value", "kind", "why"),
    [
        ("many", "int", "F takes a number"),
        (2.5, "int", "F takes a whole number"),
        (True, "double", "F takes a number"),
        ("maybe", "boolean", "F is a checkbox and takes yes or no"),
        ("soon", "date", "F takes a date"),
        ("soon", "datetime", "F takes a date and time"),
        ("nobody", "reference", "F takes a record's id"),
        ("x", "address", "F cannot be written by a form"),
    ],
)
def test_values_that_cannot_fit_say_why(value: Any, kind: str, why: str) -> None:
    assert fit(value, shape(kind)) == Fitted(lost=why)


@given(st.text(min_size=1), st.integers(1, 300))
def test_no_text_is_longer_than_its_field(text: str, length: int) -> None:
    fitted = fit(text, shape("string", length=length))
    assert len(str(fitted.value)) <= length
    assert bool(fitted.note) is (len(text.strip()) > length)


def test_a_field_that_the_user_may_not_write_is_left_out() -> None:
    shapes = {
        "rating": FieldShape("Rating", createable=False),
        "title": FieldShape("Title", updateable=False),
    }
    new, old = Draft("Lead", shapes), Draft("Lead", shapes, Person("Lead", "00Q"))
    for draft in (new, old):
        draft.put_all({"Rating": "Hot", "Title": "CEO", "Gone__c": "x", "Phone": ""})
    assert (new.fields, new.left_out) == ({"Title": "CEO"}, ["Lead.Rating", "Lead.Gone__c"])
    assert (old.fields, old.left_out) == ({"Rating": "Hot"}, ["Lead.Title", "Lead.Gone__c"])


def test_a_field_keeps_the_orgs_spelling_and_what_stands_is_not_written_again() -> None:
    shapes = {"title": FieldShape("Title"), "phone": FieldShape("Phone")}
    draft = Draft("Lead", shapes, Person("Lead", "00Q", {"Title": "CEO", "Phone": "1"}))
    draft.put_all({"TITLE": "CEO", "phone": "2"})
    assert draft.fields == {"Phone": "2"}


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("Hot", "Hot"),
        ("{utm.source}", "ads"),
        ("{employees}", 40),
        ("{interests}", ["a", "b"]),
        ("{router} / {utm.source} / {nothing}", "Inbound / ads / "),
        ("{interests}!", "a, b!"),
        ("{nothing}", None),
        (True, True),
        ("{Not a placeholder}", "{Not a placeholder}"),
    ],
)
def test_placeholders_are_filled_in(value: Any, rendered: Any) -> None:
    known = {"utm.source": "ads", "employees": 40, "interests": ["a", "b"], "router": "Inbound"}
    assert render(value, known) == rendered


def test_a_describe_survives_being_stored() -> None:
    field = {
        "name": "Rating", "label": "Rating", "type": "picklist", "length": 255, "createable": True,
        "updateable": False, "nillable": False, "defaultedOnCreate": False, "restrictedPicklist": True,
        "relationshipName": None, "referenceTo": [],
        "picklistValues": [{"value": "Hot", "active": True}, {"value": "Old", "active": False}],
    }  # fmt: skip
    (found,) = shapes_of(read_shapes({"fields": [field]})).values()
    assert found == FieldShape(
        "Rating", "Rating", "picklist", 255, True, False, False, restricted=True, values=("Hot",)
    )
