"""Which rule decides, what the trace says of it, what is looked up for it, and how it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.conditions import AllOf, AnyOf, Condition
from routing.core.fields import FormField
from routing.core.matching import lookups_needed
from routing.core.records import KnownOwner, KnownRecord, Lookup, LookupKey, LookupNeed
from routing.core.route import decide
from routing.core.stored import MAX_RULES, full_trace, rule_as_shown, shrink
from routing.core.trace import explain, trace_json
from routing.core.values import (
    Decision,
    DistributionRule,
    HostValues,
    Member,
    OwnershipRule,
    RouterValues,
    RuleRef,
    Situation,
    SubmissionValues,
    Target,
    TeamValues,
)

ANN, BOB, CY = (HostValues(name, f"{name}@acme.example", name.title()) for name in ("ann", "bob", "cy"))
CY = replace(CY, active=False)
FORM = (
    FormField("email", "email", required=True),
    FormField("employees", "number"),
    FormField("country", "select", options=("US", "DE")),
)
BIG = Condition("employees", "gte", 1000)
CONTACT = OwnershipRule("Contact owner", "contact")
LEAD = OwnershipRule("Lead owner", "lead")
ACCOUNT = OwnershipRule("Account owner", "account", "domain")
ENTERPRISE = DistributionRule("Enterprise", Target("team", "ent"), BIG, meeting_type="briefing")
TINY = DistributionRule(
    "Tiny", Target("redirect", "https://acme.example/diy"), Condition("employees", "lt", 3)
)
STUDENTS = DistributionRule(
    "Students", Target("message", "Thanks!"), Condition("email.domain", "ends_with", ".edu")
)
ROUTER = RouterValues(
    "acme",
    "Inbound",
    Target("team", "west"),
    "demo",
    FORM,
    (CONTACT, LEAD, ACCOUNT),
    (STUDENTS, ENTERPRISE, TINY),
    {host.key: host for host in (ANN, BOB, CY)},
    {
        "west": TeamValues("west", "West", (Member("ann", 2), Member("bob"))),
        "ent": TeamValues("ent", "Enterprise", (Member("bob"), Member("cy"))),
    },
)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NOTHING: dict[LookupKey, Lookup] = {
    ("contact", "exact"): Lookup(),
    ("lead", "exact"): Lookup(),
    ("account", "domain"): Lookup(),
}


def record(kind: Any, owner: str | KnownOwner | None = "ann", days: int = 0, **more: Any) -> KnownRecord:
    if isinstance(owner, str):
        owner = KnownOwner(f"005{owner}", f"{owner}@acme.example", name=owner.title())
    owners = {"OwnerId": owner} if owner else {}
    return KnownRecord(kind, f"id-{days}", modified_at=NOW - timedelta(days=days), owners=owners, **more)


def situation(
    answers: dict[str, Any] | None = None,
    found: dict[LookupKey, Lookup] | None = None,
    busy: set[str] | None = None,
) -> Situation:
    submitted = {"email": "jane@globex.example", **(answers or {})}
    taken = busy or set()
    lookups = NOTHING | (found or {})
    return Situation(SubmissionValues(submitted), lookups, lambda host, kind: host not in taken)


def contacts(*records: KnownRecord) -> dict[LookupKey, Lookup]:
    return {("contact", "exact"): Lookup(records)}


def last_why(router: RouterValues, seen: Situation, rule: str) -> str:
    return next(entry.why for entry in explain(router, seen) if entry.name == rule)


def test_a_contacts_owner_comes_before_every_distribution_rule() -> None:
    owned = record("contact")
    assert decide(ROUTER, situation({"employees": 1000}, contacts(owned))) == Decision(
        "book", RuleRef("ownership", "Contact owner"), Target("host", "ann"), "demo", ("ann",), record=owned
    )


def test_the_first_distribution_rule_that_holds_decides() -> None:
    assert decide(ROUTER, situation({"employees": 1000})) == Decision(
        "book", RuleRef("distribution", "Enterprise", 1), Target("team", "ent"), "briefing", ("bob",)
    )


def test_a_prospect_may_be_sent_elsewhere_or_told_something() -> None:
    away = decide(ROUTER, situation({"employees": 2}))
    told = decide(ROUTER, situation({"email": "a@mit.edu"}))
    assert (away.outcome, away.redirect_url, away.message) == ("redirect", "https://acme.example/diy", None)
    assert (told.outcome, told.redirect_url, told.message) == ("message", None, "Thanks!")


def test_the_default_closes_the_list_in_the_teams_order() -> None:
    assert decide(ROUTER, situation()) == Decision(
        "book", RuleRef("default", None), Target("team", "west"), "demo", ("ann", "bob")
    )


def test_without_anybody_free_the_default_still_books_and_the_page_offers_a_message() -> None:
    seen = situation(busy={"ann", "bob"})
    assert (decide(ROUTER, seen).outcome, decide(ROUTER, seen).candidates) == ("book", ())
    assert explain(ROUTER, seen)[-1].why == (
        "no rule before it matched; nobody in West has a free time to offer, "
        "so the booking page offers to leave a message"
    )


def test_a_rule_whose_team_has_no_free_time_is_passed_over() -> None:
    seen = situation({"employees": 1000}, busy={"bob"})
    assert decide(ROUTER, seen).rule == RuleRef("default", None)
    passed = next(entry for entry in explain(ROUTER, seen) if entry.name == "Enterprise")
    assert (passed.matched, passed.why) == (
        False,
        "matches, but nobody in Enterprise has a free time to offer",
    )
    assert passed.conditions[0].holds


def test_an_owner_without_free_time_is_passed_over() -> None:
    seen = situation(found=contacts(record("contact")), busy={"ann"})
    assert decide(ROUTER, seen).rule.kind == "default"
    assert last_why(ROUTER, seen, "Contact owner") == "matches, but Ann has no free time to offer"


def test_free_time_is_asked_for_the_rules_own_meeting_type() -> None:
    asked: list[tuple[object, object]] = []

    def ask(host: object, kind: object) -> bool:
        asked.append((host, kind))
        return True

    decide(ROUTER, Situation(SubmissionValues({"email": "a@b.example", "employees": 5000}), NOTHING, ask))
    assert asked == [("bob", "briefing")]


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        (None, " names nobody"),
        (KnownOwner("00G", name="Leads", is_person=False), " is the queue Leads"),
        (KnownOwner("005", ANN.email, name="Ann", active=False), ", Ann, is no longer an active user"),
        (KnownOwner("005", "z@acme.example"), ", z@acme.example, is not a host of this workspace"),
        ("cy", ", Cy, is a host who is not active"),
    ],
)
def test_an_owner_who_cannot_meet_anybody_does_not_match(owner: Any, why: str) -> None:
    seen = situation(found=contacts(record("contact", owner)))
    assert decide(ROUTER, seen).rule.kind == "default"
    assert last_why(ROUTER, seen, "Contact owner") == f"the Contact was found, but its OwnerId{why}"


def test_of_several_the_most_recently_modified_with_an_active_host_counts() -> None:
    records = (record("contact", "ann", 9), record("contact", "cy", 1), record("contact", "bob", 5))
    assert decide(ROUTER, situation(found=contacts(*records))).candidates == ("bob",)


@pytest.mark.parametrize(
    ("crm_user", "owner"),
    [
        ("Bob.O@acme.example.crm", KnownOwner("005000000000001AAA", "x@y.example", "bob.o@acme.example.crm")),
        ("005000000000001AAA", KnownOwner("005000000000001AAA", "x@y.example")),
        ("005000000000001", KnownOwner("005000000000001AAA", "x@y.example")),
        ("", KnownOwner("005000000000001AAA", "BOB@acme.example")),
    ],
)
def test_an_owner_is_the_host_with_their_email_user_name_or_id(crm_user: str, owner: KnownOwner) -> None:
    router = replace(ROUTER, hosts={**ROUTER.hosts, "bob": replace(BOB, crm_user=crm_user)})
    assert decide(router, situation(found=contacts(record("contact", owner)))).candidates == ("bob",)


def test_another_owner_field_and_the_rules_conditions_are_heard() -> None:
    rule = OwnershipRule(
        "CSM", "contact", owner_field="csm__c", when=Condition("contact.Tier", "equals", "gold")
    )
    router = replace(ROUTER, ownership_rules=(rule,))
    owners = {"OwnerId": KnownOwner("1", ANN.email), "CSM__c": KnownOwner("2", BOB.email)}
    gold = KnownRecord("contact", "1", owners=owners, fields={"Tier": "Gold"})
    assert decide(router, situation(found=contacts(gold))).candidates == ("bob",)
    seen = situation(found=contacts(replace(gold, fields={"Tier": "Tin"})))
    assert decide(router, seen).rule.kind == "default"
    assert last_why(router, seen, "CSM") == "contact.Tier is Tin, but the rule wants it to be gold"


def test_an_account_is_matched_by_the_contact_or_by_domain() -> None:
    exact = replace(ROUTER, ownership_rules=(OwnershipRule("Account", "account"),))
    account = record("account", "bob")
    assert decide(exact, situation(found=contacts(record("contact", "ann", account=account)))).candidates == (
        "bob",
    )
    assert decide(exact, situation(found=contacts(record("contact")))).rule.kind == "default"
    assert (
        decide(ROUTER, situation(found={("account", "domain"): Lookup((account,))})).rule.name
        == "Account owner"
    )


def test_free_mail_is_never_matched_by_domain() -> None:
    found: dict[LookupKey, Lookup] = {("account", "domain"): Lookup((record("account"),))}
    seen = situation({"email": "jane@gmail.com"}, found)
    assert decide(ROUTER, seen).rule.kind == "default"
    assert last_why(ROUTER, seen, "Account owner") == (
        "the e-mail is a free-mail address, and those are never matched by domain"
    )


def test_routing_goes_on_without_a_look_up_that_failed_and_says_so() -> None:
    seen = situation(
        {"employees": 1000}, {("contact", "exact"): Lookup(failed="Salesforce did not answer in time")}
    )
    assert decide(ROUTER, seen).rule.name == "Enterprise"
    assert last_why(ROUTER, seen, "Contact owner") == (
        "the Contact could not be looked up: Salesforce did not answer in time"
    )
    assert last_why(ROUTER, seen, "Lead owner") == "no unconverted Lead with this e-mail"


@pytest.mark.parametrize(
    ("found", "field", "holds"),
    [
        (contacts(record("contact", account=record("account", fields={"Size": 7}))), "account.Size", True),
        (
            {("account", "domain"): Lookup((record("account", None, fields={"Size": 7}),))},
            "account.Size",
            True,
        ),
        (
            contacts(record("contact", None, account=record("account", fields={"Size": 1}))),
            "account.Size",
            False,
        ),
        (
            {
                ("contact", "exact"): Lookup(failed="down"),
                ("account", "domain"): Lookup((record("account", fields={"Size": 7}),)),
            },
            "account.Size",
            False,
        ),
        (
            {
                ("contact", "exact"): Lookup((record("contact", None),)),
                ("account", "domain"): Lookup((record("account", None, fields={"Size": 7}),)),
            },
            "account.Size",
            True,
        ),
        ({("lead", "exact"): Lookup((record("lead", None, fields={"Size": 7}),))}, "lead.Size", True),
    ],
)
def test_distribution_rules_see_the_prospects_own_records(
    found: dict[LookupKey, Lookup], field: str, holds: bool
) -> None:
    rule = DistributionRule("Sized", Target("host", "bob"), Condition(field, "gte", 5))
    router = replace(ROUTER, ownership_rules=(), distribution_rules=(rule,))
    assert (decide(router, situation(found=found)).rule.name == "Sized") is holds


def test_a_failed_look_up_is_not_a_blank_field() -> None:
    rule = DistributionRule("New", Target("host", "bob"), Condition("contact.Id", "is_empty"))
    router = replace(ROUTER, ownership_rules=(), distribution_rules=(rule,))
    assert decide(router, situation()).rule.name == "New"
    seen = situation(found={("contact", "exact"): Lookup(failed="down")})
    assert decide(router, seen).rule.kind == "default"
    assert (
        last_why(router, seen, "New")
        == "contact.Id could not be looked up, and the rule wants it to be blank"
    )


def test_broken_rules_never_match_and_say_why() -> None:
    rules = (replace(ENTERPRISE, when=None, broken="its field budget is no longer on the form"),)
    router = replace(
        ROUTER, distribution_rules=rules, ownership_rules=(replace(CONTACT, broken="no such field"),)
    )
    seen = situation(found=contacts(record("contact")))
    assert decide(router, seen).rule.kind == "default"
    assert [entry.why for entry in explain(router, seen)[:2]] == [
        "this rule is broken: no such field",
        "this rule is broken: its field budget is no longer on the form",
    ]


def test_inactive_hosts_are_passed_over() -> None:
    rule = DistributionRule("India", Target("host", "cy"))
    seen = situation()
    router = replace(ROUTER, distribution_rules=(rule,))
    assert decide(router, seen).rule.kind == "default"
    assert last_why(router, seen, "India") == "matches, but Cy is not active"


def test_the_trace_is_the_contracts_json_up_to_what_matched() -> None:
    router = replace(ROUTER, ownership_rules=(CONTACT,), distribution_rules=(ENTERPRISE, TINY))
    assert trace_json(explain(router, situation({"employees": 2}))) == [
        {"kind": "ownership", "name": "Contact owner", "matched": False, "why": "no Contact with this e-mail",
         "conditions": []},
        {"kind": "distribution", "name": "Enterprise", "matched": False,
         "why": "employees is 2, but the rule wants it to be at least 1000",
         "conditions": [{"field": "employees", "op": "gte", "value": 1000, "actual": 2, "holds": False}]},
        {"kind": "distribution", "name": "Tiny", "matched": True, "why": "its conditions hold",
         "conditions": [{"field": "employees", "op": "lt", "value": 3, "actual": 2, "holds": True}]},
    ]  # fmt: skip
    assert trace_json(explain(router, situation()))[-1] == {
        "kind": "default", "name": None, "matched": True, "why": "no rule before it matched", "conditions": []
    }  # fmt: skip


def test_the_sentence_names_the_first_condition_that_failed() -> None:
    when = AllOf(
        (Condition("email", "is_not_free_email"), AnyOf((BIG, Condition("country", "in", ("US", "CA")))))
    )
    router = replace(ROUTER, distribution_rules=(replace(ENTERPRISE, when=when),))
    assert last_why(router, situation(), "Enterprise") == (
        "employees is blank, but the rule wants it to be at least 1000, nor does an alternative hold"
    )
    assert last_why(router, situation({"email": "a@gmail.com"}), "Enterprise") == (
        "email is a@gmail.com, but the rule wants it not to be free e-mail"
    )
    alone = replace(ROUTER, distribution_rules=(replace(ENTERPRISE, when=AnyOf((BIG,))),))
    assert last_why(alone, situation(), "Enterprise") == (
        "employees is blank, but the rule wants it to be at least 1000"
    )


def test_a_router_without_record_rules_needs_no_look_up() -> None:
    assert lookups_needed(replace(ROUTER, ownership_rules=())) == ()


def test_look_ups_fetch_exactly_what_the_rules_name() -> None:
    router = replace(
        ROUTER,
        ownership_rules=(
            replace(CONTACT, when=Condition("account.Tier", "is_not_empty")),
            OwnershipRule("Key account", "account", "exact", "CSM__c"),
            replace(ACCOUNT, broken="gone"),
        ),
        distribution_rules=(replace(TINY, when=AllOf((BIG, Condition("lead.Rating", "equals", "Hot")))),),
    )
    assert set(lookups_needed(router)) == {
        LookupNeed(
            "contact", "exact", owner_fields=frozenset({"OwnerId"}), account_fields=frozenset({"Tier"}),
            account_owner_fields=frozenset({"CSM__c"}),
        ),
        LookupNeed("account", "domain", fields=frozenset({"Tier"})),
        LookupNeed("lead", "exact", fields=frozenset({"Rating"})),
    }  # fmt: skip
    assert {(need.object, need.match) for need in lookups_needed(router, "a@gmail.com")} == {
        ("contact", "exact"),
        ("lead", "exact"),
    }


def stored_and_back(router: RouterValues, seen: Situation) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    stored = json.loads(json.dumps(shrink(router, seen, decide(router, seen))))
    return stored, full_trace(stored, router, seen.submission)


@given(
    st.sampled_from([None, 2, 40, 1000]),
    st.sampled_from([None, "ann", "cy", "zed"]),
    st.booleans(),
    st.sets(st.sampled_from(["ann", "bob"])),
)
def test_the_stored_form_tells_the_full_trace_again(
    employees: int | None, owner: str | None, failed: bool, busy: set[str]
) -> None:
    found = contacts(record("contact", owner, account=record("account", "bob"))) if owner else {}
    if failed:
        found[("lead", "exact")] = Lookup(failed="down")
    seen = situation({"employees": employees}, found, busy)
    stored, again = stored_and_back(ROUTER, seen)
    assert again == trace_json(explain(ROUTER, seen))
    assert [entry["matched"] for entry in again] == [False] * (len(again) - 1) + [True]
    assert rule_as_shown(stored) == {"kind": again[-1]["kind"], "name": again[-1]["name"]}
    assert [entry["why"] for entry in stored["trace"]] == [entry["why"] for entry in again]


def test_the_stored_form_has_at_most_fifty_rules_the_deciding_one_among_them() -> None:
    rules = tuple(replace(ENTERPRISE, name=f"Rule {one}") for one in range(1000))
    router = replace(ROUTER, ownership_rules=(), distribution_rules=(*rules, replace(TINY, name="Last")))
    stored, again = stored_and_back(router, situation({"employees": 2}))
    assert (len(stored["trace"]), stored["left_out"], len(again)) == (MAX_RULES, 951, 1001)
    assert [entry["name"] for entry in stored["trace"][-2:]] == ["Rule 48", "Last"]
    assert len(json.dumps(stored)) < 20_000


def test_after_a_change_of_the_router_the_short_trace_is_shown() -> None:
    seen = situation({"employees": 2})
    stored, _ = stored_and_back(ROUTER, seen)
    changed = replace(ROUTER, distribution_rules=())
    assert full_trace(stored, changed, seen.submission) == stored["trace"]
    assert stored["trace"][-2]["conditions"] == [
        {"field": "employees", "op": "gte", "value": 1000, "actual": 2, "holds": False}
    ]
