"""Each refusal of Salesforce means what the contract's fine print says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crm_sync.core.judging import Judgement, judge, refused_fields
from crm_sync.core.outcomes import OUTCOMES, UNKNOWN, Verdict, outcome_of
from crm_sync.core.steps import Step

LEAD = Step(
    "Lead",
    {
        "LastName": "Lee",
        "Email": "p@x.example",
        "Rating": "Hot",
        "Country": "Mars",
        "Distro_Prospect_Id__c": "u",
    },
    record_id="00Qd00000000001AAA",
    optional=frozenset({"Rating", "Country", "Distro_Prospect_Id__c"}),
)
NEW = Step("Lead", {"LastName": "Lee", "Rating": "Hot"}, key_field="Distro_Prospect_Id__c", key="u",
           optional=frozenset({"Rating"}))  # fmt: skip
EVENT = Step(
    "Event",
    {"Subject": "Demo", "OwnerId": "005d00000000007AAA", "WhoId": "00Qd00000000001AAA"},
    optional=frozenset({"OwnerId"}),
)
OWNER = Step("Lead", {"OwnerId": "005d00000000007AAA"}, record_id="00Qd00000000001AAA")


@dataclass(frozen=True)
class Refused:
    code: str
    message: str = ""
    fields: tuple[str, ...] = ()
    status: int = 400
    outcome: str = "not_applied"


def verdict(refused: Refused, step: Step = LEAD) -> tuple[str, str]:
    judgement = judge(refused, step)
    return judgement.verdict.name, judgement.field


@pytest.mark.parametrize(
    "code",
    ["TIMEOUT", "CONNECTION_LOST", "NOT_REACHED", "UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE",
     "REQUEST_LIMIT_EXCEEDED", "EXCEEDED_ID_LIMIT"],
)  # fmt: skip
def test_what_passes_by_itself(code: str) -> None:
    assert verdict(Refused(code, status=403)) == ("TRY_AGAIN", "")


@pytest.mark.parametrize("code", ["UNKNOWN_EXCEPTION", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "INVALID_FIELD"])
def test_any_5xx_and_anything_unknown_in_outcome_is_tried_again(code: str) -> None:
    assert verdict(Refused(code, status=500)) == ("TRY_AGAIN", "")
    assert verdict(Refused(code, status=0, outcome="unknown")) == ("TRY_AGAIN", "")


@pytest.mark.parametrize(
    "code",
    ["invalid_grant", "INVALID_SESSION_ID", "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "inactive_user",
     "inactive_org"],
)  # fmt: skip
def test_what_needs_reconnecting(code: str) -> None:
    assert verdict(Refused(code)) == ("NEEDS_RECONNECTING", "")


@pytest.mark.parametrize(
    "code",
    ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "REQUIRED_FIELD_MISSING", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
     "CANNOT_EXECUTE_FLOW_TRIGGER", "INSUFFICIENT_ACCESS_OR_READONLY", "STORAGE_LIMIT_EXCEEDED",
     "TXN_SECURITY_NO_ACCESS", "LIMIT_EXCEEDED", "SEVERAL_RECORDS", "SOMETHING_NEVER_HEARD_OF"],
)  # fmt: skip
def test_what_needs_a_person(code: str) -> None:
    assert verdict(Refused(code)) == ("NEEDS_PERSON", "")


@pytest.mark.parametrize(
    "code",
    ["INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
     "FIELD_INTEGRITY_EXCEPTION", "INVALID_EMAIL_ADDRESS", "INACTIVE_OWNER_OR_USER",
     "OP_WITH_INVALID_USER_TYPE_EXCEPTION", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"],
)  # fmt: skip
def test_what_is_left_out_if_we_sent_it_and_may(code: str) -> None:
    assert verdict(Refused(code, fields=("rating",))) == ("LEAVE_OUT", "Rating")
    assert verdict(Refused(code, fields=("Email",))) == ("NEEDS_PERSON", "Email")
    assert verdict(Refused(code, fields=("LastName",))) == ("NEEDS_PERSON", "LastName")
    assert verdict(Refused(code, fields=("Title",))) == ("NEEDS_PERSON", "")
    assert verdict(Refused(code)) == ("NEEDS_PERSON", "")


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("No such column 'Rating' on sobject of type Lead", ["Rating"]),
        ("\n  SELECT x\nERROR at Row:1\nNo such column 'rating' on entity 'Lead'.", ["Rating"]),
        (
            "Unable to create/update fields: Rating, Country. Please check the security settings",
            ["Rating", "Country"],
        ),
        ("A country must be specified before a state for field: Country", ["Country"]),
        ("Rating: bad value for restricted picklist field: Boiling", ["Rating"]),
        ("bad value", []),
    ],
)
def test_the_field_is_read_from_the_message_where_fields_are_silent(message: str, names: list[str]) -> None:
    assert refused_fields(Refused("INVALID_FIELD", message), LEAD) == names


def test_an_event_goes_without_an_owner_who_cannot_have_it_and_a_person_does_not() -> None:
    inactive = "operation performed with inactive user [005d00000000007] as owner of event"
    assert verdict(Refused("INACTIVE_OWNER_OR_USER", inactive), EVENT) == ("LEAVE_OUT", "OwnerId")
    closed = Refused(
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id"
    )
    assert verdict(closed, EVENT) == ("LEAVE_OUT", "OwnerId")
    assert verdict(closed, EVENT.without("OwnerId")) == ("NEEDS_PERSON", "")
    assert verdict(Refused("INACTIVE_OWNER_OR_USER", inactive), OWNER) == ("NEEDS_PERSON", "OwnerId")


def test_a_text_that_is_too_long_is_cut_to_what_salesforce_names() -> None:
    step = LEAD.with_field("Country", "x" * 200)
    refused = Refused("STRING_TOO_LONG", "Country: data value too large: xxx (max length=80)", ("Country",))
    judgement = judge(refused, step)
    assert (judgement.verdict, judgement.field, judgement.length) == (Verdict.CUT, "Country", 80)
    assert step.cut("Country", 80).fields["Country"] == "x" * 80
    assert verdict(Refused("STRING_TOO_LONG", "too long", ("Country",)), step) == ("LEAVE_OUT", "Country")


@pytest.mark.parametrize("code", ["ENTITY_IS_DELETED", "NOT_FOUND", "CANNOT_UPDATE_CONVERTED_LEAD"])
def test_what_is_looked_for_anew(code: str) -> None:
    assert verdict(Refused(code)) == ("RESOLVE", "")


def test_cross_references_that_are_gone() -> None:
    code = "INVALID_CROSS_REFERENCE_KEY"
    assert verdict(Refused(code)) == ("RESOLVE", "")
    assert verdict(Refused(code, fields=("WhoId",)), EVENT) == ("RESOLVE", "WhoId")
    assert verdict(Refused(code, fields=("OwnerId",)), EVENT) == ("NEEDS_PERSON", "")


def test_a_double_of_our_own_id_is_looked_for_and_of_another_field_is_a_persons_matter() -> None:
    ours = "duplicate value found: Distro_Prospect_Id__c duplicates value on record with id: 00Qd00000000009"
    assert verdict(Refused("DUPLICATE_VALUE", ours)) == ("RESOLVE", "")
    assert verdict(Refused("DUPLICATE_VALUE", ours), NEW) == ("RESOLVE", "")
    assert verdict(Refused("DUPLICATE_VALUE", "duplicate value found: Tax__c")) == ("NEEDS_PERSON", "")


def test_an_external_id_that_cannot_be_used_is_no_missing_record() -> None:
    text = "Provided external ID field does not exist or is not accessible: Distro_Prospect_Id__c"
    assert verdict(Refused("NOT_FOUND", text, status=404), NEW) == ("DEGRADE", "")
    column = "No such column 'Distro_Prospect_Id__c' on sobject of type Lead"
    assert verdict(Refused("INVALID_FIELD", column), NEW) == ("DEGRADE", "")


def test_every_row_has_a_remedy_that_is_a_sentence() -> None:
    for outcome in (*OUTCOMES.values(), UNKNOWN):
        assert outcome.remedy.endswith(".") and outcome.remedy[0].isupper()


def test_an_unknown_code_keeps_salesforces_words_for_a_person() -> None:
    assert outcome_of(Refused("X")) == UNKNOWN
    assert judge(Refused("X"), LEAD) == Judgement(Verdict.NEEDS_PERSON, UNKNOWN.remedy)
