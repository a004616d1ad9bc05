"""The visitor's look-up: one call, one deadline, and never an empty answer for a failed one."""

from __future__ import annotations

import time

import pytest
from django.utils import timezone

from crm_sync.models import SalesforceConnection
from crm_sync.tests.sync.told import ANN, EMAIL, NEEDS, SAM, Told
from routing.core.records import KnownOwner, LookupNeed

pytestmark = pytest.mark.django_db


def test_records_come_with_their_fields_and_owners_in_one_call(told: Told) -> None:
    told.add("Contact", LastName="Lee", Email=EMAIL, Title="CEO", OwnerId=told.user(ANN))
    needs = [
        LookupNeed("contact", "exact", frozenset({"title", "Nothing__c"}), frozenset({"OwnerId"})),
        LookupNeed("lead", "exact"),
    ]
    lookups = told.crm.look_up(told.workspace, EMAIL.upper(), needs, 2.0).lookups
    (contact,) = lookups["contact", "exact"].records
    assert dict(contact.fields) == {"title": "CEO"}
    assert dict(contact.owners) == {"OwnerId": KnownOwner(told.user(ANN), ANN, ANN, "Ann Archer", True, True)}
    assert lookups["lead", "exact"].records == () and lookups["lead", "exact"].failed == ""
    assert len(told.calls()) == 1


def test_a_queue_is_an_owner_that_is_no_person(told: Told) -> None:
    (queue,) = told.records("Group", Name="Inbound queue")
    told.add("Lead", LastName="Lee", Company="I", Email=EMAIL, OwnerId=queue["Id"])
    needs = [LookupNeed("lead", "exact", owner_fields=frozenset({"OwnerId"}))]
    (lead,) = told.crm.look_up(told.workspace, EMAIL, needs, 2.0).lookups["lead", "exact"].records
    assert lead.owners["OwnerId"].is_person is False


def test_a_domain_finds_colleagues_and_the_account_with_its_owner(told: Told) -> None:
    needs = [
        LookupNeed("contact", "domain"),
        LookupNeed("account", "domain", frozenset({"NumberOfEmployees"}), frozenset({"OwnerId"})),
    ]
    lookups = told.crm.look_up(told.workspace, "new@initech.example", needs, 2.0).lookups
    assert sorted(one.email for one in lookups["contact", "domain"].records) == [
        "milton@initech.example",
        "peter@initech.example",
    ]
    (account,) = lookups["account", "domain"].records
    assert dict(account.fields) == {"NumberOfEmployees": 480}
    assert account.owners["OwnerId"].email == ANN
    assert len(told.calls()) == 1


def test_an_account_without_the_website_is_found_by_its_contacts(told: Told) -> None:
    account = told.add("Account", Name="Initrode", Website="https://initrode.example.org")
    told.add("Contact", LastName="Boss", Email="boss@initrode.example", AccountId=account)
    needs = [LookupNeed("account", "domain")]
    lookup = told.crm.look_up(told.workspace, EMAIL, needs, 2.0).lookups["account", "domain"]
    assert [one.id for one in lookup.records] == [account]


def test_a_converted_lead_is_no_lead_but_somebody_who_is_known(told: Told) -> None:
    told.add("Lead", LastName="Lee", Company="I", Email=EMAIL, IsConverted=True)
    looked = told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0)
    assert looked.lookups["lead", "exact"].records == ()
    assert looked.memo == {}


@pytest.mark.parametrize(
    "email",
    [
        "x' OR Name LIKE '%@y.example",
        "x\\' OR IsDeleted = false --@y.example",
        "%@initech.example",
        "a\n'b@y.example",
    ],
)
def test_hostile_addresses_find_nobody(told: Told, email: str) -> None:
    needs = [LookupNeed("contact", "exact"), LookupNeed("lead", "exact")]
    lookups = told.crm.look_up(told.workspace, email, needs, 2.0).lookups
    assert [(one.records, one.failed) for one in lookups.values()] == [((), ""), ((), "")]


def test_a_domain_is_taken_literally(told: Told) -> None:
    needs = [LookupNeed("contact", "domain"), LookupNeed("account", "domain")]
    for email in ("x@init_ch.example", "x@%.example", "x@' OR Name != '.example"):
        lookups = told.crm.look_up(told.workspace, email, needs, 2.0).lookups
        assert [(one.records, one.failed) for one in lookups.values()] == [((), ""), ((), "")]


def test_a_slow_org_is_given_up_within_the_deadline(told: Told) -> None:
    told.fault(path="composite", delay=1.5, times=None)
    started = time.monotonic()
    looked = told.crm.look_up(told.workspace, EMAIL, NEEDS, 0.4)
    assert time.monotonic() - started < 0.8
    assert {key: one.failed for key, one in looked.lookups.items()} == {
        ("contact", "exact"): "Salesforce did not answer in time",
        ("lead", "exact"): "Salesforce did not answer in time",
    }
    assert looked.memo == {}


def test_after_three_failures_the_look_up_is_left_out_for_half_a_minute(told: Told) -> None:
    told.fault(path="composite", drop=True, times=None)
    for _ in range(3):
        told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0)
    assert len(told.calls()) == 3
    looked = told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0)
    assert len(told.calls()) == 3
    assert looked.lookups["contact", "exact"].failed != ""
    told.org.faults.clear()
    SalesforceConnection.objects.update(lookup_resting_until=timezone.now())
    assert told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0).lookups["contact", "exact"].failed == ""


def test_without_a_connection_it_says_so(told: Told) -> None:
    told.connection.delete()
    looked = told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0)
    assert {one.failed for one in looked.lookups.values()} == {"Salesforce is not connected"}


def test_a_record_that_appears_after_the_look_up_is_used_when_the_memo_is_old(told: Told) -> None:
    submission = told.submit(looked=True)
    run = submission.sync_runs.get()
    run.memo = {"nobody_at": "2026-01-01T00:00:00+00:00"}
    run.save()
    found = told.add("Lead", SAM, LastName="Lee", Company="Initrode", Email=EMAIL)
    told.work()
    assert told.link().record_id == found


@pytest.mark.django_db(transaction=True)
def test_an_expired_session_is_refreshed_within_the_look_up(told: Told) -> None:
    before = told.connection.token_version
    told.org.tokens.sessions.clear()
    looked = told.crm.look_up(told.workspace, EMAIL, NEEDS, 2.0)
    assert looked.lookups["contact", "exact"].failed == ""
    assert told.connection.token_version == before + 1
