"""Every operator on every type of field, blanks, unreadable values and failed look-ups; and the faults of a file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    ConditionResult,
    Fault,
    condition_faults,
    conditions_json,
    evaluate,
    parse_conditions,
)
from routing.core.facts import Facts
from routing.core.fields import FIELD_TYPES, FormField
from routing.core.operators import OPERATORS, operators_for
from routing.core.records import KnownRecord

TEXT_TYPES = ("text", "textarea", "phone", "url", "select", "hidden", "checkbox")
FORM = (
    FormField("work_email", "email"),
    *(FormField(f"a_{kind}", kind) for kind in FIELD_TYPES if kind != "email"),
)


def holds(field: str, op: str, value: Any, answer: Any) -> bool:
    tree = parse_conditions({"field": field, "op": op, "value": value})
    assert isinstance(tree, Condition)
    return tree.test(Facts(FORM, {field: answer}))


# op, value, answers that satisfy it, answers that do not
AS_TEXT = [
    ("equals", "acme inc.", ["Acme Inc.", "  ACME INC. "], ["Acme", None, ""]),
    ("equals", 40, ["40"], ["41", "forty", None]),
    ("equals", True, [True, "TRUE"], [False, None]),
    ("not_equals", "Acme", ["Other", "40"], ["acme ", None, "", "   "]),
    ("contains", "CM", ["acme", " xcmx"], ["ac me", None, ""]),
    ("not_contains", "cm", ["other"], ["ACME", None, "", "  "]),
    ("starts_with", "ac", ["Acme", "  acme"], ["the acme", None]),
    ("ends_with", "ME", ["acme", "acme  "], ["acmes", None]),
    ("in", ["US", "ca"], ["us", " CA "], ["DE", None, ""]),
    ("in", [1, 2], ["1", "2"], ["1.0", "3"]),
    ("not_in", ["US", "CA"], ["DE"], ["us", None, ""]),
    ("gt", 1000, ["1000.5", "+2000", "2000"], ["1000", "many", "1,001", "1e9", "2026-01-01", None, ""]),
    ("gt", "2026-01-31", ["2026-02-01"], ["2026-01-31", "2026-02-30", "9999", "tomorrow", None]),
    ("gte", "1000", ["1000", "1000."], ["999.99", None]),
    ("lt", 3, ["2.9", "-5", ".5"], ["3", "", None, "two"]),
    ("lte", "2026-01-31", ["2026-01-31"], ["2026-02-01", "5"]),
    ("between", [1, 10], ["1", "10", "5.5"], ["0.9", "10.1", "five", None]),
    ("between", ["2026-01-01", "2026-01-31"], ["2026-01-01", "2026-01-31"], ["2026-02-01", "2025-12-31", "15"]),
    ("is_empty", None, [None, "", "   "], ["x", "0", False]),
    ("is_not_empty", None, ["x", "0", False], [None, "", "   "]),
    ("is_free_email", None, ["a@GMAIL.com", "gmail.com", " a@yahoo.com "], ["a@acme.example", "gmail", "@gmail.com"]),
    ("is_not_free_email", None, ["ann@acme.example", "acme.example"], ["ann@gmail.com", "acme", "two words.com", None]),
]  # fmt: skip
NUMBERS = [
    ("equals", 40, [40, 40.0, "40"], [41, None, "", "forty"]),
    ("equals", "40.0", [40], [4]),
    ("equals", 0.1, [0.1, "0.10"], [0.2]),
    ("equals", 12345678901234567, [12345678901234567], [12345678901234568]),
    ("not_equals", 40, [41], [40.0, None, "forty"]),
    ("in", [1, "2"], [1, 2.0], [3, None]),
    ("not_in", [1, 2], [3], [1, 2, None, "x"]),
    ("gt", 10, [10.1], [10, None, "x"]),
    ("gte", 10, [10], [9.99, None]),
    ("lt", 10, [9, -1], [10, None]),
    ("lte", 10, [10], [10.01, None]),
    ("between", [1, 3], [1, 2.5, 3], [0.99, 3.01, None]),
    ("is_empty", None, [None, ""], [0, 1]),
    ("is_not_empty", None, [0, 1], [None, ""]),
]
DATES = [
    ("equals", "2026-01-31", ["2026-01-31"], ["2026-02-01", None, "2026-1-31"]),
    ("not_equals", "2026-01-31", ["2026-02-01"], ["2026-01-31", None, "soon"]),
    ("in", ["2026-01-31"], ["2026-01-31"], ["2026-02-01", None]),
    ("not_in", ["2026-01-31"], ["2026-02-01"], ["2026-01-31", None]),
    ("gt", "2026-01-31", ["2026-02-01"], ["2026-01-31", None]),
    ("gte", "2026-01-31", ["2026-01-31"], ["2026-01-30", None]),
    ("lt", "2026-01-31", ["2026-01-30"], ["2026-01-31", None]),
    ("lte", "2026-01-31", ["2026-01-31"], ["2026-02-01", None]),
    ("between", ["2026-01-01", "2026-01-31"], ["2026-01-01", "2026-01-31"], ["2026-02-01", None]),
    ("is_empty", None, [None, ""], ["2026-01-31"]),
    ("is_not_empty", None, ["2026-01-31"], [None]),
]
CHOICES = [
    ("contains", "crm", [["CRM"], ["Routing", " CRM"]], [["CRMs"], [], None]),
    ("not_contains", "CRM", [["Routing"]], [["crm"], [], None]),
    ("in", ["CRM", "Scheduling"], [["crm"], ["x", "Scheduling"]], [["Routing"], [], None]),
    ("not_in", ["CRM", "Scheduling"], [["Routing"]], [["crm", "Routing"], [], None]),
    ("equals", ["CRM", "Routing"], [["routing", "crm"]], [["CRM"], ["CRM", "Routing", "x"], [], None]),
    ("equals", "CRM", [["crm"]], [["CRM", "Routing"], []]),
    ("not_equals", ["CRM", "Routing"], [["CRM"]], [["Routing", "CRM"], [], None]),
    ("is_empty", None, [[], None, [""]], [["CRM"]]),
    ("is_not_empty", None, [["CRM"]], [[], None]),
]
TABLE = [
    *((f"a_{kind}", *row) for kind in TEXT_TYPES for row in AS_TEXT),
    *(("a_number", *row) for row in NUMBERS),
    *(("a_date", *row) for row in DATES),
    *(("a_multiselect", *row) for row in CHOICES),
]


@pytest.mark.parametrize(("field", "op", "value", "satisfying", "others"), TABLE)
def test_operator_on_type(field: str, op: str, value: Any, satisfying: list[Any], others: list[Any]) -> None:
    assert [holds(field, op, value, answer) for answer in satisfying] == [True] * len(satisfying)
    assert [holds(field, op, value, answer) for answer in others] == [False] * len(others)


def test_the_table_has_every_operator_that_fits_a_type() -> None:
    tried = {(field, op) for field, op, *_ in TABLE}
    fitting = {(f"a_{kind}", op) for kind in FIELD_TYPES if kind != "email" for op in operators_for(kind)}
    assert tried == fitting


@pytest.mark.parametrize("op", [op for op in OPERATORS if op != "is_empty"])
@pytest.mark.parametrize("kind", [kind for kind in FIELD_TYPES if kind != "email"])
def test_a_blank_satisfies_is_empty_and_nothing_else(op: str, kind: str) -> None:
    blanks: list[Any] = [None, "", "  ", []]
    for value in (1, "x", "2026-01-01", ["x", "y"]):
        assert not any(holds(f"a_{kind}", op, value, blank) for blank in blanks)
    assert holds(f"a_{kind}", "is_empty", None, None)


@pytest.mark.parametrize("op", OPERATORS)
def test_what_could_not_be_looked_up_satisfies_nothing(op: str) -> None:
    facts = Facts(FORM, {}, records={"lead": None})
    for value in (None, 1, "x", ["x", "y"]):
        tree = parse_conditions({"field": "contact.Rating", "op": op, "value": value})
        assert evaluate(tree, facts)[0] is False
    blank = parse_conditions({"field": "lead.Rating", "op": op, "value": "x"})
    assert evaluate(blank, facts)[0] is (op == "is_empty")


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("contact.Rating", "equals", "hot", True),
        ("contact.rating", "equals", "hot", True),
        ("contact.Missing", "is_empty", None, True),
        ("account.NumberOfEmployees", "gte", 1000, True),
        ("account.NumberOfEmployees", "equals", 1000, True),
        ("account.NumberOfEmployees", "equals", "1,000", False),
        ("account.Name", "starts_with", "acme", True),
        ("account.CreatedDate", "gt", "2026-01-30", True),
        ("account.CreatedDate", "gt", "2026-01-31", False),
        ("account.IsPartner", "equals", True, True),
    ],
)
def test_fields_of_records(field: str, op: str, value: Any, expected: bool) -> None:
    account = KnownRecord(
        "account",
        "001",
        fields={
            "NumberOfEmployees": 1000.0,
            "Name": "ACME",
            "CreatedDate": "2026-01-31T10:00:00.000+0000",
            "IsPartner": True,
        },
    )
    contact = KnownRecord("contact", "003", fields={"Rating": "Hot"})
    facts = Facts(FORM, {}, records={"contact": contact, "account": account})
    assert evaluate(parse_conditions({"field": field, "op": op, "value": value}), facts)[0] is expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ann@acme.example"),
        ("work_email", "ann@acme.example"),
        ("email.domain", "acme.example"),
        ("utm.source", "google"),
        ("source_url", "https://acme.example/"),
        ("timezone", "Europe/Berlin"),
    ],
)
def test_fields_of_the_submission(field: str, value: str) -> None:
    facts = Facts(
        FORM,
        {"work_email": "Ann@ACME.example"},
        {"utm.source": "Google", "source_url": "https://acme.example/", "timezone": "Europe/Berlin"},
    )
    assert evaluate(Condition(field, "equals", value), facts)[0]


def test_the_workspaces_own_free_mail_domains_count() -> None:
    facts = Facts(FORM, {"work_email": "ann@mail.acme.example"}, extra_free_domains={"mail.acme.example"})
    assert evaluate(Condition("email", "is_free_email"), facts)[0]
    assert evaluate(Condition("email.domain", "is_free_email"), facts)[0]


NESTED = {
    "all": [
        {"field": "a_number", "op": "gte", "value": 1000},
        {"any": [
            {"field": "a_select", "op": "in", "value": ["US", "CA"]},
            {"all": [{"field": "a_multiselect", "op": "contains", "value": "CRM"}]},
        ]},
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a_number": 1000, "a_select": "CA"}, True),
        ({"a_number": 1000, "a_multiselect": ["CRM"]}, True),
        ({"a_number": 1000, "a_select": "DE"}, False),
        ({"a_number": 1, "a_select": "US"}, False),
    ],
)
def test_groups_nest(answers: dict[str, Any], expected: bool) -> None:
    assert evaluate(parse_conditions(NESTED), Facts(FORM, answers))[0] is expected


def test_results_are_flat_and_in_the_files_order() -> None:
    assert evaluate(parse_conditions(NESTED), Facts(FORM, {"a_number": 40, "a_select": "US"})) == (
        False,
        (
            ConditionResult("a_number", "gte", 1000, 40, False),
            ConditionResult("a_select", "in", ("US", "CA"), "US", True),
            ConditionResult("a_multiselect", "contains", "CRM", None, False),
        ),
    )


def test_no_conditions_always_hold_and_an_empty_any_never() -> None:
    facts = Facts(FORM, {})
    assert [evaluate(tree, facts)[0] for tree in (None, AllOf(), AnyOf())] == [True, True, False]


def test_a_tree_goes_back_into_the_file_unchanged() -> None:
    assert conditions_json(parse_conditions(NESTED)) == NESTED
    bare = {"field": "email", "op": "is_free_email"}
    assert conditions_json(parse_conditions(bare)) == bare
    assert (parse_conditions(None), conditions_json(None)) == (None, None)


def test_a_sound_tree_has_no_faults() -> None:
    assert condition_faults(NESTED, FORM) == []
    assert condition_faults(None, FORM) == []
    assert condition_faults({"field": "account.NumberOfEmployees", "op": "gte", "value": 1000}, FORM) == []


@pytest.mark.parametrize(
    ("when", "path", "text"),
    [
        ({"all": [{"field": "email", "op": "gtx"}]}, "when.all[0].op", 'unknown operator "gtx"'),
        ({"field": "budget", "op": "gt", "value": 1}, "when.field", 'the form has no field "budget"'),
        ({"field": "utm.medum", "op": "equals", "value": "x"}, "when.field", 'unknown field "utm.medum"'),
        ({"field": "contact.", "op": "is_empty"}, "when.field", "the form has no field"),
        ({"field": "a_number", "op": "starts_with", "value": "1"}, "when.op", "starts_with does not fit a number"),
        ({"field": "a_multiselect", "op": "gt", "value": 1}, "when.op", "gt does not fit a multiselect field"),
        ({"field": "a_date", "op": "is_free_email"}, "when.op", "is_free_email does not fit a date field"),
        ({"field": "a_number", "op": "gt", "value": "many"}, "when.value", "compared with numbers"),
        ({"field": "a_number", "op": "equals", "value": True}, "when.value", "compared with numbers"),
        ({"field": "a_number", "op": "in", "value": [1, "x"]}, "when.value", "compared with numbers"),
        ({"field": "a_date", "op": "lt", "value": "31.1.2026"}, "when.value", "YYYY-MM-DD"),
        ({"field": "a_text", "op": "gt", "value": "abc"}, "when.value", "compares numbers, or dates"),
        ({"field": "a_text", "op": "between", "value": [1, "2026-01-01"]}, "when.value", "compares numbers, or dates"),
        ({"field": "a_text", "op": "equals", "value": ["a", "b"]}, "when.value", "one value, not a list"),
        ({"field": "a_text", "op": "equals"}, "when.value", "not blank"),
        ({"field": "a_text", "op": "contains", "value": " "}, "when.value", "not blank"),
        ({"field": "a_text", "op": "in", "value": "US"}, "when.value", "takes a list"),
        ({"field": "a_text", "op": "in", "value": []}, "when.value", "takes a list"),
        ({"field": "a_multiselect", "op": "equals", "value": []}, "when.value", "not blank"),
        ({"field": "a_number", "op": "between", "value": [1]}, "when.value", "two values"),
        ({"field": "a_number", "op": "between", "value": [10, 1]}, "when.value", "the higher one"),
        ({"field": "email", "op": "is_empty", "value": False}, "when.value", "takes no value"),
        ({"field": "a_text", "op": "equals", "value": {"a": 1}}, "when.value", "must be text, a number"),
        ({"op": "equals", "value": 1}, "when.field", "a condition needs field"),
        ({"field": "email"}, "when.op", "a condition needs op"),
        ({"field": "email", "op": "is_empty", "not": True}, "when.not", 'unknown key "not"'),
        ({"all": [], "any": []}, "when.any", 'unknown key "any"'),
        ({"any": []}, "when.any", "an empty list never holds"),
        ({"all": {}}, "when.all", "must be a list"),
        ({"any": [{"all": ["x"]}]}, "when.any[0].all[0]", "a condition is"),
        ([], "when", "a condition is"),
    ],
)  # fmt: skip
def test_faults_name_their_place_and_what_would_be_right(when: Any, path: str, text: str) -> None:
    faults = condition_faults(when, FORM)
    assert [fault.path for fault in faults] == [path]
    assert text in faults[0].text


def test_an_unknown_operator_reads_as_promised() -> None:
    when = {"all": [{"field": "email", "op": "gtx"}, {"field": "nowhere", "op": "gtx"}]}
    assert condition_faults(when, FORM, "routers[0].distribution_rules[2].when") == [
        Fault("routers[0].distribution_rules[2].when.all[0].op", 'unknown operator "gtx"'),
        Fault("routers[0].distribution_rules[2].when.all[1].field", 'the form has no field "nowhere"'),
        Fault("routers[0].distribution_rules[2].when.all[1].op", 'unknown operator "gtx"'),
    ]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12)


@given(
    st.sampled_from(sorted(OPERATORS)),
    st.sampled_from(FORM),
    SCALARS | st.lists(SCALARS, max_size=3),
    SCALARS | st.lists(st.text(max_size=5), max_size=3),
)
def test_a_condition_without_faults_never_fails_to_answer(
    op: str, field: FormField, value: Any, answer: Any
) -> None:
    when = {"field": field.key, "op": op, "value": value}
    if condition_faults(when, FORM) == []:
        evaluate(parse_conditions(when), Facts(FORM, {field.key: answer}))
