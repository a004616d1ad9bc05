"""Every kind of fault of a workspace file: its path, and a sentence that says what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from routing.tests.workspace_files import LEAVE_OUT, acme, faults_of

pytestmark = pytest.mark.django_db

HOST, TEAM, TYPE, FORM = "hosts[0]", "teams[0]", "meeting_types[0]", "forms[0]"
FIELD, RULE = f"{FORM}.fields[3]", "routers[0].distribution_rules"

# What is put where; the path of the fault, "" for the same place; what it says.
FAULTS: list[tuple[str, Any, str, str]] = [
    # the file and the workspace
    ("version", 2, "", "is not a version that can be read; write version: 1"),
    ("version", True, "", "is not a version that can be read; write version: 1"),
    ("version", LEAVE_OUT, "", "is missing; every file needs it"),
    ("workspace", LEAVE_OUT, "", "is missing; every file needs it"),
    ("team", [], "", "unknown key; did you mean teams?"),
    ("host", [], "", "unknown key; did you mean hosts?"),
    ("hosts", None, "", "must be a list of hosts, not empty; write [] for none"),
    (
        "workspace.slug",
        "two words",
        "",
        '"two words" does not fit; use letters, digits, hyphens and underscores',
    ),
    ("workspace.slug", LEAVE_OUT, "", "is missing; every workspace needs it"),
    ("workspace.name", "  ", "", "must not be blank"),
    ("workspace.name", 7, "", "must be text, not a number; put it in quotes"),
    ("workspace.name", "x" * 121, "", "is 121 characters long; at most 120 fit"),
    ("workspace.name", "a\nb", "", "must not hold control characters or line breaks"),
    (
        "workspace.timezone",
        "Europe/Berln",
        "",
        '"Europe/Berln" is no time zone; did you mean Europe/Berlin?',
    ),
    ("workspace.timezone", "Mars", "", '"Mars" is no time zone; write one such as Europe/Berlin'),
    ("workspace.timezone", None, "", "must be text, not empty"),
    (
        "workspace.allowed_origins",
        "https://a.example",
        "",
        "must be a list of origins, not text; write [] for none",
    ),
    (
        "workspace.allowed_origins[0]",
        "https://a.example/shop",
        "",
        '"https://a.example/shop" is no origin; write https://a.example, without a path',
    ),
    (
        "workspace.allowed_origins[0]",
        "a.example",
        "",
        '"a.example" is no origin; write scheme://host[:port], such as https://www.acme.example, without a path',
    ),
    (
        "workspace.allowed_origins[1]",
        "HTTPS://www.acme.example:443",
        "",
        '"https://www.acme.example" stands there twice; leave one out',
    ),
    ("workspace.rotation_reset", "montly", "", '"montly" is not known here; did you mean monthly?'),
    (
        "workspace.rotation_reset",
        "daily",
        "",
        '"daily" is not known here; choose one of monthly, quarterly, yearly, never',
    ),
    ("workspace.extension_fields", "yes", "", "must be true or false, not text"),
    (
        "workspace.free_mail_domains",
        ["@mail.example"],
        "workspace.free_mail_domains[0]",
        '"@mail.example" is no domain; write one such as mail.example',
    ),
    # hosts
    (
        HOST,
        "ann@acme.example",
        "",
        "must be a mapping with email, name, timezone, working_hours, time_off, active, meeting_url, "
        "salesforce_user, not text",
    ),
    (f"{HOST}.emial", "x", "", "unknown key; did you mean email?"),
    (
        f"{HOST}.email",
        "ann@",
        "",
        '"ann@" is no e-mail address; write one such as ann@acme.example',
    ),
    (
        "hosts[1].email",
        "ANN@acme.example",
        "",
        '"ann@acme.example" stands already at hosts[0]; each only once',
    ),
    (f"{HOST}.name", LEAVE_OUT, "", "is missing; every host needs it"),
    (f"{HOST}.active", "true", "", "must be true or false, not text"),
    (
        f"{HOST}.meeting_url",
        "ftp://x.example",
        "",
        '"ftp://x.example" is no http or https address; write one such as https://www.acme.example/page',
    ),
    (
        f"{HOST}.working_hours",
        ["09:00-17:00"],
        "",
        "must be a mapping with mon, tue, wed, thu, fri, sat, sun, not a list",
    ),
    (f"{HOST}.working_hours.monday", [], "", "unknown key; did you mean mon?"),
    (f"{HOST}.working_hours.tue", "09:00-17:00", "", "must be a list of spans, not text; write [] for none"),
    (
        f"{HOST}.working_hours.mon[1]",
        "9-5",
        "",
        '"9-5" is no span of time; write one such as "09:00-17:00"',
    ),
    (
        f"{HOST}.working_hours.mon[1]",
        "13:00-24:05",
        "",
        '"13:00-24:05" is no span of time; 00:00 to 23:55 begin one, 24:00 is the last end',
    ),
    (
        f"{HOST}.working_hours.mon[1]",
        "13:02-17:00",
        "",
        '"13:02-17:00" is not on the five-minute grid; use multiples of 5 minutes',
    ),
    (
        f"{HOST}.time_off[0].to",
        "2027-01-03",
        "",
        "2027-01-03 lies before 2027-01-04; both days are included, so it is from or later",
    ),
    (f"{HOST}.time_off[0].from", "2027-02-30", "", '"2027-02-30" is no day; write one such as 2027-01-04'),
    # teams
    ("teams[1].name", "West", "", '"West" stands already at teams[0]; each only once'),
    (
        f"{TEAM}.members[1].host",
        "bobb@acme.example",
        "",
        'this file has no host "bobb@acme.example"; did you mean bob@acme.example?',
    ),
    (
        f"{TEAM}.members[1].host",
        "ann@acme.example",
        "",
        f'"ann@acme.example" stands already at {TEAM}.members[0]; each only once',
    ),
    (f"{TEAM}.members[0].weight", 101, "", "101 is out of range; 0 to 100 fit"),
    (f"{TEAM}.members[0].weight", -1, "", "-1 is out of range; 0 to 100 fit"),
    (f"{TEAM}.members[0].weight", 1.0, "", "must be a whole number, not 1.0"),
    (f"{TEAM}.members[0].weight", True, "", "must be a whole number, not true or false"),
    # meeting types
    (f"{TYPE}.duration", 32, "", "32 is no multiple of 5 minutes"),
    (f"{TYPE}.duration", 0, "", "0 is out of range; 5 to 1440 fit"),
    (f"{TYPE}.duration", None, "", "must be a whole number, not empty"),
    (f"{TYPE}.duration", "30", "", "must be a whole number, not text"),
    (f"{TYPE}.slot_interval", 7, "", "7 is no multiple of 5 minutes"),
    (f"{TYPE}.buffer_before", 3, "", "3 is no multiple of 5 minutes"),
    (f"{TYPE}.horizon_days", 0, "", "0 is out of range; 1 to 366 fit"),
    (f"{TYPE}.daily_limit", 0, "", "0 is out of range; 1 to 32767 fit"),
    (
        f"{TYPE}.title",
        "Demo for {compny}",
        "",
        "no form of a router using this meeting type has {compny}; did you mean company?",
    ),
    # forms
    (
        f"{FORM}.name",
        LEAVE_OUT,
        "",
        "is missing; every form needs it",
    ),
    (
        f"{FORM}.fields",
        [],
        "",
        "a form needs exactly one field of type email, with required: true; this one has none",
    ),
    (f"{FORM}.fields[0].required", False, "", "the e-mail field must be required; write required: true"),
    (
        f"{FIELD}.type",
        "email",
        "",
        f"a form has exactly one email field, and {FORM}.fields[0] is it",
    ),
    (f"{FIELD}.type", "numbr", "", '"numbr" is not known here; did you mean number?'),
    (
        f"{FIELD}.key",
        "Company Name",
        "",
        '"Company Name" does not fit. A key is small letters, digits and underscores, '
        "begins with a letter and has at most 40 characters.",
    ),
    (
        f"{FORM}.fields[4].key",
        "country",
        f"{FORM}.fields[5].key",
        f'"country" stands already at {FORM}.fields[4]; each only once',
    ),
    (f"{FORM}.fields[5].options", LEAVE_OUT, "", "a select field needs a list of options, such as [US, CA]"),
    (
        f"{FORM}.fields[5].options",
        ["US", True],
        f"{FORM}.fields[5].options[1]",
        "must be text, not true or false; put it in quotes",
    ),
    (
        f"{FORM}.fields[5].options",
        ["US", "US"],
        f"{FORM}.fields[5].options[1]",
        '"US" stands there twice; leave one out',
    ),
    (f"{FIELD}.options", ["A"], "", "a text field has no options; make it a select or leave them out"),
    (
        f"{FIELD}.overwrite",
        "never",
        "",
        '"never" is not known here; choose one of if_blank, always, on_create',
    ),
    (f"{FIELD}.salesforce.Account", "Name", "", "unknown key; known here: Lead, Contact"),
    (
        f"{FIELD}.salesforce.Lead",
        "Company Name",
        "",
        '"Company Name" does not fit; write the API name of a Salesforce field, such as LeadSource or Region__c',
    ),
]


@pytest.mark.parametrize(
    ("place", "value", "path", "text"), FAULTS, ids=[f"{one[0]}={one[1]!r:.20}" for one in FAULTS]
)
def test_a_fault_is_named_by_its_path(place: str, value: Any, path: str, text: str) -> None:
    assert dict(faults_of(acme((place, value))))[path or place] == text


def test_a_sound_file_has_none() -> None:
    assert faults_of(acme()) == []


def test_all_faults_are_told_at_once_in_the_files_order() -> None:
    raw = acme(
        ("hosts[2].email", "cy@"),
        ("meeting_types[1].duration", 61),
        (f"{RULE}[1].when.all[0].op", "gtx"),
        ("workspace.timezone", 'x"\n  y'),
    )
    unknown = 'this file has no host "cy@acme.example"; did you mean bob@acme.example?'
    assert faults_of(raw) == [
        ("workspace.timezone", "must not hold control characters or line breaks"),
        ("hosts[2].email", '"cy@" is no e-mail address; write one such as ann@acme.example'),
        ("teams[1].members[1].host", unknown),
        ("meeting_types[1].duration", "61 is no multiple of 5 minutes"),
        (f"{RULE}[2].assign.host", unknown),
        (f"{RULE}[1].when.all[0].op", 'unknown operator "gtx"'),
    ]


@pytest.mark.parametrize("raw", [None, {}, [], "text", 7, {"workspace": [], "hosts": {}, "routers": [[]]}])
def test_no_shape_of_file_is_too_odd_for_its_faults_to_be_named(raw: Any) -> None:
    assert [path for path, _ in faults_of(raw)]


def test_a_field_with_a_fault_of_its_own_brings_no_second_one() -> None:
    raw = acme(("forms[0].fields[4].type", "numbr"))
    assert [path for path, _ in faults_of(raw)] == ["forms[0].fields[4].type"]
