"""Loading a workspace file: what stands afterwards, what is told, and what is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from distro.testing import factories
from routing.models import Form, Host, MeetingType, OwnershipRule, Router, Team, TeamMember, Workspace
from routing.tests.workspace_files import LEAVE_OUT, acme
from routing.workspace_file import Faulty, compare, load, summary

pytestmark = pytest.mark.django_db
RULES = "routers[0].distribution_rules"


def lines(raw: Any) -> list[str]:
    """What loading tells, the last line included."""
    found = load(raw)
    return [*(one.line for one in found), summary(found)]


def told_of(*changes: tuple[str, Any]) -> list[str]:
    """What loading a changed acme.yaml tells, over the unchanged one."""
    load(acme())
    return lines(acme(*changes))


def test_a_new_workspace_is_created_thing_by_thing() -> None:
    assert lines(acme()) == [
        "created workspace acme",
        "created host ann@acme.example",
        "created host bob@acme.example",
        "created host cy@acme.example",
        "created team West",
        "created team Enterprise",
        "created meeting type Demo",
        "created meeting type Executive briefing",
        "created form Contact sales",
        "created router acme-demo",
        "10 created, 0 changed, 0 archived",
    ]


def test_loading_twice_changes_nothing() -> None:
    assert told_of() == ["nothing changed"]


def test_settings_of_workspace_and_meeting_types_stand_as_written() -> None:
    load(acme())
    workspace = Workspace.objects.get(slug="acme")
    assert workspace.allowed_origins == ["https://www.acme.example", "http://127.0.0.1:8100"]
    assert (workspace.name, workspace.timezone, workspace.rotation_reset) == (
        "Acme Inc.",
        "America/New_York",
        "monthly",
    )
    demo = MeetingType.objects.values_list(
        "title", "duration", "buffer_after", "daily_limit", "complete_after"
    )
    assert demo.get(name="Demo") == ("Demo: {company} and Acme", 30, 10, 8, 60)
    assert demo.get(name="Executive briefing")[1:] == (60, 0, None, 60)


def test_hosts_stand_with_hours_and_time_off() -> None:
    load(acme())
    ann, bob = Host.objects.get(name="Ann Lee"), Host.objects.get(name="Bob Okafor")
    spans = ann.working_hours.values_list("weekday", "start_minute", "end_minute")
    assert list(spans) == [
        (0, 540, 720),
        (0, 780, 1020),
        (1, 540, 1020),
        (2, 540, 1020),
        (3, 540, 1020),
        (4, 540, 900),
    ]
    assert list(ann.time_off.values_list("first_day", "last_day", "reason")) == [
        (date(2027, 1, 4), date(2027, 1, 8), "Vacation")
    ]
    assert list(bob.working_hours.values_list("weekday", "start_minute", "end_minute")) == [
        (day, 540, 1020) for day in range(5)
    ]
    assert (ann.salesforce_user, bob.salesforce_user) == ("", "bob.okafor@acme.example.crm")


def test_teams_fields_and_rules_keep_the_files_order() -> None:
    load(acme())
    router = Router.objects.get(key="acme-demo")
    members = TeamMember.objects.filter(team__name="West").values_list("host__email", "weight")
    assert list(members) == [("ann@acme.example", 2), ("bob@acme.example", 1)]
    assert [field.key for field in router.form.fields.all()][:4] == [
        "email",
        "first_name",
        "last_name",
        "company",
    ]
    assert [rule.name for rule in router.ownership_rules.all()] == [
        "Contact owner",
        "Key account owner",
        "Lead owner",
    ]
    assert [rule.name for rule in router.distribution_rules.all()] == [
        "Students",
        "Enterprise",
        "India",
        "Very small",
    ]


def test_a_rule_stands_with_its_conditions_target_and_effects() -> None:
    load(acme())
    router = Router.objects.get(key="acme-demo")
    rule = router.distribution_rules.get(name="Enterprise")
    assert rule.when == acme()["routers"][0]["distribution_rules"][1]["when"]
    assert rule.assign_team == Team.objects.get(name="Enterprise")
    assert rule.meeting_type == MeetingType.objects.get(name="Executive briefing")
    assert rule.set_fields == {"Lead": {"Rating": "Hot", "LeadSource": "{utm.source}"}}
    assert (rule.update_owner, rule.create_record) == ("", None)
    assert router.ownership_rules.get(name="Key account owner").update_owner == "false"
    assert (router.update_owner, router.default_team) == ("true", Team.objects.get(name="West"))


def test_ownership_rules_left_out_are_the_three_and_an_empty_list_none() -> None:
    load(acme(("routers[0].ownership_rules", LEAVE_OUT)))
    rules = OwnershipRule.objects.all()
    assert list(rules.values_list("name", "object", "match")) == [
        ("Contact owner", "contact", "exact"),
        ("Lead owner", "lead", "exact"),
        ("Account owner", "account", "domain"),
    ]
    load(acme(("routers[0].ownership_rules", [])))
    assert rules.count() == 0


CHANGES: list[tuple[str, Any, list[str]]] = [
    ("workspace.name", "Acme", ["changed workspace acme: name Acme Inc. → Acme"]),
    ("meeting_types[0].duration", 45, ["changed meeting type Demo: duration 30 → 45"]),
    ("meeting_types[0].daily_limit", None, ["changed meeting type Demo: daily_limit 8 → none"]),
    ("meeting_types[0].complete_after", None, ["changed meeting type Demo: complete_after 60 → none"]),
    ("hosts[1].active", False, ["changed host bob@acme.example: active true → false"]),
    (
        "hosts[0].working_hours.mon",
        ["09:00-12:00"],
        ['changed host ann@acme.example: working_hours mon ["09:00-12:00", "13:00-17:00"] → ["09:00-12:00"]'],
    ),
    (
        "hosts[0].time_off",
        LEAVE_OUT,
        [
            'changed host ann@acme.example: time_off [{"from": "2027-01-04", "to": "2027-01-08", '
            '"reason": "Vacation"}] → []'
        ],
    ),
    ("teams[0].members[1].weight", 3, ["changed team West: member bob@acme.example weight 1 → 3"]),
    ("teams[0].members[1]", LEAVE_OUT, ["changed team West: member bob@acme.example removed"]),
    (
        "teams[0].members",
        [{"host": "bob@acme.example"}, {"host": "ann@acme.example", "weight": 2}],
        [
            "changed team West: order of members ann@acme.example, bob@acme.example → "
            "bob@acme.example, ann@acme.example"
        ],
    ),
    (
        "forms[0].fields[3].label",
        "Firm",
        ["changed form Contact sales: field company label Company → Firm"],
    ),
    (
        "forms[0].fields[9]",
        {"key": "budget", "type": "number"},
        ["changed form Contact sales: field budget added"],
    ),
    (
        "forms[0].fields[5].options",
        ["US", "IN", "NO"],
        ['changed form Contact sales: field country options ["US", "CA", "DE", "IN"] → ["US", "IN", "NO"]'],
    ),
    (
        "routers[0].salesforce.update_owner",
        False,
        ["changed router acme-demo: salesforce update_owner true → false"],
    ),
    (f"{RULES}[3]", LEAVE_OUT, ["changed router acme-demo: distribution rule Very small removed"]),
    (
        f"{RULES}[2].assign",
        {"team": "West"},
        [
            'changed router acme-demo: distribution rule India assign {"host": "cy@acme.example"} → '
            '{"team": "West"}'
        ],
    ),
    (
        f"{RULES}[0].disqualify.message",
        "No.",
        [
            'changed router acme-demo: distribution rule Students disqualify {"message": "Thank you! Our community '
            'team will write to you."} → {"message": "No."}'
        ],
    ),
    (
        "routers[0].default",
        {"host": "ann@acme.example"},
        [
            'changed router acme-demo: default {"assign": {"team": "West"}} → {"assign": {"host": "ann@acme.example"}}'
        ],
    ),
]


@pytest.mark.parametrize(("path", "value", "told"), CHANGES, ids=[path for path, _, _ in CHANGES])
def test_a_change_is_told_in_one_line_and_then_stands(path: str, value: Any, told: list[str]) -> None:
    assert told_of((path, value)) == [*told, "0 created, 1 changed, 0 archived"]
    assert lines(acme((path, value))) == ["nothing changed"]


def test_several_settings_of_one_thing_are_several_lines() -> None:
    told = told_of(("meeting_types[0].duration", 45), ("meeting_types[0].location", "Phone"))
    assert told == [
        "changed meeting type Demo: duration 30 → 45",
        "changed meeting type Demo: location Remote → Phone",
        "0 created, 2 changed, 0 archived",
    ]


def test_true_in_a_condition_is_not_one() -> None:
    path = f"{RULES}[2].when"
    load(acme((path, {"field": "company", "op": "equals", "value": True})))
    assert len(load(acme((path, {"field": "company", "op": "equals", "value": 1})))) == 1


@pytest.mark.parametrize(
    ("written", "kept"), [(1.0, 1), (1e17, 10**17), (-0.0, 0), (2.5, 2.5), (10**18, 10**18)]
)
def test_numbers_are_kept_as_every_database_gives_them_back(written: float, kept: float) -> None:
    raw = acme((f"{RULES}[2].when", {"field": "lead.Score", "op": "gte", "value": written}))
    load(raw)
    value = Router.objects.get().distribution_rules.get(name="India").when["value"]
    assert (value, type(value)) == (kept, type(kept))
    assert lines(raw) == ["nothing changed"]


def test_comparing_writes_nothing() -> None:
    assert len(compare(acme())) == 10
    assert Workspace.objects.count() == 0
    load(acme())
    assert [one.line for one in compare(acme(("hosts[0].name", "Ann")))] == [
        "changed host ann@acme.example: name Ann Lee → Ann"
    ]
    assert Host.objects.filter(name="Ann Lee").exists()


def test_comparing_takes_the_same_queries_however_large_the_workspace(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    load(acme())
    with django_assert_num_queries(21):
        compare(acme())
    many = [{"email": f"host{number}@acme.example", "name": f"Host {number}"} for number in range(30)]
    rules = [
        {"name": f"Rule {number}", "assign": {"host": host["email"]}} for number, host in enumerate(many)
    ]
    hosts = [(f"hosts[{3 + number}]", host) for number, host in enumerate(many)]
    large = acme(*hosts, *((f"{RULES}[{4 + number}]", rule) for number, rule in enumerate(rules)))
    load(large)
    with django_assert_num_queries(21):
        compare(large)


def test_one_fault_keeps_everything_out() -> None:
    load(acme())
    with pytest.raises(Faulty):
        load(acme(("hosts[0].name", "Ann"), ("meeting_types[0].duration", 7)))
    assert Host.objects.filter(name="Ann Lee").exists()
    with pytest.raises(Faulty):
        load(acme(("workspace.slug", "other"), ("meeting_types[0].duration", 7)))
    assert Workspace.objects.count() == 1


def test_what_is_no_longer_listed_is_archived_and_comes_back_as_it_was() -> None:
    load(acme())
    router = Router.objects.get()
    ann = Host.objects.get(name="Ann Lee")
    meeting = factories.make_meeting(factories.make_submission(router), ann)
    empty = {"version": 1, "workspace": acme()["workspace"]}
    assert lines(empty) == [
        "archived host ann@acme.example",
        "archived host bob@acme.example",
        "archived host cy@acme.example",
        "archived team West",
        "archived team Enterprise",
        "archived meeting type Demo",
        "archived meeting type Executive briefing",
        "archived form Contact sales",
        "archived router acme-demo",
        "0 created, 0 changed, 9 archived",
    ]
    meeting.refresh_from_db()
    assert (meeting.host, meeting.router) == (ann, router)
    assert lines(empty) == ["nothing changed"]
    assert "changed router acme-demo: archived → in use" in lines(acme())
    assert list(Router.objects.values_list("pk", "archived_at")) == [(router.pk, None)]
    assert Host.objects.filter(archived_at=None).count() == 3
    assert lines(acme()) == ["nothing changed"]


def test_rows_that_stay_keep_their_identity_and_history() -> None:
    load(acme())
    joined = dict(TeamMember.objects.values_list("pk", "joined_at"))
    router = Router.objects.get()
    rules = dict(router.distribution_rules.values_list("name", "pk"))
    fields = dict(router.form.fields.values_list("key", "pk"))
    reordered = acme()["routers"][0]["distribution_rules"][::-1]
    load(
        acme(
            (RULES, reordered),
            ("teams[0].members[0].weight", 9),
            ("forms[0].fields[0].label", "Mail"),
            ("forms[0].fields[8]", LEAVE_OUT),
        )
    )
    assert dict(TeamMember.objects.values_list("pk", "joined_at")) == joined
    assert dict(router.distribution_rules.values_list("name", "pk")) == rules
    assert [rule.name for rule in router.distribution_rules.all()] == [rule["name"] for rule in reordered]
    assert dict(router.form.fields.values_list("key", "pk")) == {
        key: pk for key, pk in fields.items() if key != "campaign"
    }


def test_another_field_can_become_the_e_mail_field() -> None:
    rules: tuple[str, Any] = ("routers[0].distribution_rules", [])
    swapped = acme(
        rules,
        ("forms[0].fields[3]", {"key": "company", "type": "email", "required": True}),
        ("forms[0].fields[0]", {"key": "work_mail", "type": "text"}),
    )
    load(acme(rules))
    load(swapped)
    assert lines(swapped) == ["nothing changed"]
    assert Form.objects.get().fields.get(type="email").key == "company"


def test_addresses_identify_hosts_without_regard_to_case() -> None:
    load(acme())
    assert lines(
        acme(("hosts[0].email", "Ann@ACME.example"), ("teams[0].members[0].host", "ANN@acme.example"))
    ) == ["nothing changed"]


def test_other_workspaces_are_left_alone() -> None:
    load(acme())
    other = acme(("workspace.slug", "other"), ("routers[0].key", "other-demo"))
    assert lines(other)[-1] == "10 created, 0 changed, 0 archived"
    assert lines(acme()) == ["nothing changed"]
    with pytest.raises(Faulty) as caught:
        load(acme(("workspace.slug", "third")))
    assert [fault.path for fault in caught.value.faults] == ["routers[0].key"]
