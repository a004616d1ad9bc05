"""Faults of a router in a workspace file: its settings, its rules and their conditions."""

from __future__ import annotations

from typing import Any

import pytest

from routing.tests.workspace_files import LEAVE_OUT, acme, faults_of

pytestmark = pytest.mark.django_db

ROUTER = "routers[0]"
OWNER, RULE = f"{ROUTER}.ownership_rules[1]", f"{ROUTER}.distribution_rules"

# What is put where; the path of the fault, "" for the same place; what it says.
FAULTS: list[tuple[str, Any, str, str]] = [
    (
        f"{ROUTER}.key",
        "Acme Demo",
        "",
        '"Acme Demo" does not fit. A router\'s key is 2 to 60 small letters, digits and hyphens, '
        "and does not begin with a hyphen.",
    ),
    (
        f"{ROUTER}.form",
        "Contact sale",
        "",
        'this file has no form "Contact sale"; did you mean Contact sales?',
    ),
    (
        f"{ROUTER}.meeting_type",
        "Call",
        "",
        'this file has no meeting type "Call"; its meeting_types are Demo, Executive briefing',
    ),
    (f"{ROUTER}.rotation", "fair", "", '"fair" is not known here; choose one of flexible, strict'),
    (f"{ROUTER}.default", LEAVE_OUT, "", "is missing; every router needs it"),
    (
        f"{ROUTER}.default",
        {},
        "",
        "something is missing; write exactly one of assign, host, team, message, redirect",
    ),
    (
        f"{ROUTER}.default.message",
        "Bye",
        f"{ROUTER}.default",
        "assign and message exclude each other; write exactly one of assign, host, team, message, redirect",
    ),
    (
        f"{ROUTER}.default.assign",
        {"team": "East"},
        f"{ROUTER}.default.assign.team",
        'this file has no team "East"; its teams are West, Enterprise',
    ),
    (
        f"{ROUTER}.default",
        {"redirect": "javascript:alert(1)"},
        f"{ROUTER}.default.redirect",
        '"javascript:alert(1)" is no http or https address; write one such as https://www.acme.example/page',
    ),
    (f"{ROUTER}.salesforce.update_owner", "lead", "", '"lead" is not known here; did you mean leads?'),
    (f"{ROUTER}.salesforce.owner_delay", -5, "", "-5 is out of range; 0 to 86400 fit"),
    (
        f"{ROUTER}.salesforce.create_as",
        "account",
        "",
        '"account" is not known here; choose one of lead, contact',
    ),
    (
        f"{ROUTER}.salesforce.default_account",
        "003000000000001",
        "",
        '"003000000000001" does not fit; write the id of an Account, 001 and 12 or 15 more',
    ),
    # rules
    (
        f"{OWNER}.object",
        "opportunity",
        "",
        '"opportunity" is not known here; choose one of contact, lead, account',
    ),
    (f"{OWNER}.object", LEAVE_OUT, "", "is missing; every rule needs it"),
    (
        f"{OWNER}.owner_field",
        "Owner Id",
        "",
        '"Owner Id" does not fit; write the API name of a Salesforce field, such as LeadSource or Region__c',
    ),
    (
        f"{OWNER}.name",
        "Contact owner",
        "",
        '"Contact owner" stands already at routers[0].ownership_rules[0]; each only once',
    ),
    (
        f"{OWNER}.assign",
        {"team": "West"},
        "",
        "unknown key; known here: name, object, match, owner_field, when, meeting_type, "
        "update_owner, create_record, set_fields",
    ),
    (
        f"{RULE}[1].meeting_type",
        "Briefing",
        "",
        'this file has no meeting type "Briefing"; its meeting_types are Demo, Executive briefing',
    ),
    (
        f"{RULE}[1].assign",
        LEAVE_OUT,
        f"{RULE}[1]",
        "it leads nowhere; a rule has exactly one of assign and disqualify",
    ),
    (
        f"{RULE}[1].disqualify",
        {"message": "No"},
        f"{RULE}[1]",
        "assign and disqualify exclude each other; a rule has exactly one of assign and disqualify",
    ),
    (
        f"{RULE}[1].assign.team",
        "Enterprises",
        "",
        'this file has no team "Enterprises"; did you mean Enterprise?',
    ),
    (
        f"{RULE}[2].assign.host",
        "cyrus@acme.example",
        "",
        'this file has no host "cyrus@acme.example"; did you mean cy@acme.example?',
    ),
    (
        f"{RULE}[3].disqualify.redirect",
        "/self-serve",
        "",
        '"/self-serve" is no http or https address; write one such as https://www.acme.example/page',
    ),
    (
        f"{RULE}[0].disqualify",
        {},
        "",
        "something is missing; write exactly one of message, redirect",
    ),
    (f"{RULE}[1].create_record", "no", "", "must be true or false, not text"),
    (f"{RULE}[1].set_fields.Account", {}, "", "unknown key; known here: Lead, Contact"),
    (f"{RULE}[1].set_fields.Lead", "Hot", "", "must be a mapping of fields and values, not text"),
    (
        f"{RULE}[1].set_fields.Lead",
        {"Bad Name": 1},
        f'{RULE}[1].set_fields.Lead."Bad Name"',
        '"Bad Name" does not fit; write the API name of a Salesforce field, such as LeadSource or Region__c',
    ),
    (
        f"{RULE}[1].set_fields.Lead.Rating",
        None,
        "",
        "must be text, a number, or true or false, not empty",
    ),
    (
        f"{RULE}[1].set_fields.Lead.Rating",
        "{utm.sauce}",
        "",
        "unknown placeholder {utm.sauce}; did you mean utm.source?",
    ),
    # conditions
    (
        f"{RULE}[1].when",
        "always",
        "",
        "must be {field, op, value}, {all: [...]} or {any: [...]}, not text",
    ),
    (
        f"{RULE}[1].when",
        {"field": "company", "op": "in", "value": ["a", float("inf")]},
        f"{RULE}[1].when.value[1]",
        "inf is out of range; numbers have at most 18 digits",
    ),
    (
        f"{RULE}[1].set_fields.Lead.Rating",
        10**19,
        "",
        "10000000000000000000 is out of range; numbers have at most 18 digits",
    ),
    (f"{RULE}[1].when.all[0].op", "gtx", "", 'unknown operator "gtx"'),
    (
        f"{RULE}[1].when.all[0].op",
        LEAVE_OUT,
        "",
        "a condition needs op",
    ),
    (f"{RULE}[1].when.all[0].field", "staff", "", 'the form has no field "staff"'),
    (
        f"{RULE}[1].when.all[0].value",
        "many",
        "",
        "a number field is compared with numbers, such as 1000 or -2.5",
    ),
    (
        f"{RULE}[1].when.all[1].any[0].value",
        "US",
        "",
        "in takes a list of values, such as [US, CA]",
    ),
    (
        f"{RULE}[1].when.all[1].any",
        [],
        "",
        "an empty list never holds; name at least one condition",
    ),
    (
        f"{RULE}[1].when.all[0].note",
        "x",
        "",
        'unknown key "note"; beside field and op and value nothing else can stand here',
    ),
    (
        f"{OWNER}.when.all[0].field",
        "account.Number Of",
        "",
        'the form has no field "account.Number Of"',
    ),
]


@pytest.mark.parametrize(
    ("place", "value", "path", "text"), FAULTS, ids=[f"{one[0]}={one[1]!r:.20}" for one in FAULTS]
)
def test_a_fault_of_a_router_is_named_by_its_path(place: str, value: Any, path: str, text: str) -> None:
    assert dict(faults_of(acme((place, value))))[path or place] == text


def test_a_router_with_an_unknown_form_is_not_blamed_for_its_fields() -> None:
    assert [
        path
        for path, _ in faults_of(acme(("routers[0].form", "Nowhere"), (f"{RULE}[1].when.all[0].op", "gtx")))
    ] == [
        "routers[0].form",
        f"{RULE}[1].when.all[0].op",
    ]
