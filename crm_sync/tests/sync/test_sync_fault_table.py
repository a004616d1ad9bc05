"""The table of Salesforce's refusals, row by row over HTTP: the state that each leaves the run in."""

from __future__ import annotations

import pytest

from crm_sync.sandbox.customizing import Predicate, ValidationRule
from crm_sync.tests.sync.told import Told

pytestmark = pytest.mark.django_db(transaction=True)

# (HTTP status, errorCode) of a call that is refused as a whole, and the run's state.
WHOLE_CALLS = [
    (500, None, "waiting"),
    (502, None, "waiting"),
    (503, "SERVER_UNAVAILABLE", "waiting"),
    (400, "UNABLE_TO_LOCK_ROW", "waiting"),
    (500, "UNABLE_TO_LOCK_ROW", "waiting"),
    (400, "QUERY_TIMEOUT", "waiting"),
    (403, "REQUEST_LIMIT_EXCEEDED", "waiting"),
    (400, "EXCEEDED_ID_LIMIT", "waiting"),
    (403, "API_DISABLED_FOR_ORG", "needs_reconnecting"),
    (403, "API_CURRENTLY_DISABLED", "needs_reconnecting"),
    (403, "TXN_SECURITY_NO_ACCESS", "needs_person"),
]
# Refusals of the record for one field of it, which is left out.
ONE_FIELD = [
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_EMAIL_ADDRESS",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
]
# Refusals of the record that somebody has to look at, one that nobody has heard of among them.
A_PERSON = [
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "REQUIRED_FIELD_MISSING",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "CANNOT_EXECUTE_FLOW_TRIGGER",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "STORAGE_LIMIT_EXCEEDED",
    "LIMIT_EXCEEDED",
    "NEVER_HEARD_OF",
]


def refuse(told: Told, code: str, message: str) -> None:
    """Have the org refuse Leads with a number of employees."""
    rule = ValidationRule("Lead", message, (Predicate("NumberOfEmployees", "present"),), code=code)
    told.org.rules.validation.append(rule)


def submit(told: Told) -> None:
    told.submit(answers={"employees": 40})
    told.work()


@pytest.mark.parametrize(("status", "code", "state"), WHOLE_CALLS)
def test_a_call_that_is_refused_as_a_whole(told: Told, status: int, code: str | None, state: str) -> None:
    told.fault(path="composite", status=status, error_code=code)
    submit(told)
    run = told.run("person")
    assert (run.state, bool(run.error_code), bool(run.error_remedy)) == (state, True, True)


@pytest.mark.parametrize("code", ONE_FIELD)
def test_a_refused_answer_is_left_out_and_the_rest_written(told: Told, code: str) -> None:
    refuse(told, code, "NumberOfEmployees: not like this")
    submit(told)
    run = told.run("person")
    assert (run.state, run.left_out) == ("done", ["Lead.NumberOfEmployees"])
    assert told.record("Lead")["NumberOfEmployees"] is None


@pytest.mark.parametrize("code", ONE_FIELD)
def test_a_refusal_that_names_a_field_which_we_did_not_send_needs_a_person(told: Told, code: str) -> None:
    refuse(told, code, "AnnualRevenue: not like this")
    submit(told)
    run = told.run("person")
    assert (run.state, run.error_code, run.left_out) == ("needs_person", code, [])


@pytest.mark.parametrize("code", A_PERSON)
def test_a_refusal_that_somebody_has_to_look_at_is_shown_in_salesforces_words(told: Told, code: str) -> None:
    refuse(told, code, "Not like this.")
    submit(told)
    run = told.run("person")
    assert (run.state, run.error_code, run.error_message) == ("needs_person", code, "Not like this.")
    assert run.error_remedy
    assert told.records("Lead", Email="pat@initrode.example") == []
