"""What the doctor says of one workspace: each fault with its own sentence, and nothing of a workspace that is sound."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm_sync.core.shapes import read_shapes
from crm_sync.models import ObjectDescription, RunState, SalesforceConnection
from distro.doctor.registry import examine_workspace
from distro.testing.factories import (
    make_connection,
    make_distribution_rule,
    make_host,
    make_mail,
    make_mapping,
    make_member,
    make_ownership_rule,
    make_router,
    make_run,
    make_submission,
    make_team,
    make_workspace,
)
from routing.models import FormField, Host, Mail, Member, Role, Router, Workspace

pytestmark = pytest.mark.django_db
GOOD = {"exists": True, "type_right": True, "readable": True, "writable": True, "text": ""}
ALL = {"queryable": True, "createable": True, "updateable": True}
RIGHTS = dict.fromkeys(("Lead", "Contact", "Account", "Event", "User"), ALL)
LATER = timezone.now() + timedelta(hours=1)


@pytest.fixture
def acme() -> Workspace:
    """A workspace with nothing to say against it."""
    acme = make_workspace(slug="acme")
    make_member(acme, Role.OWNER)
    ann = make_host(acme, email="ann@acme.example", name="Ann")
    make_mapping(ann)
    router = make_router(acme, key="demo", default_team=make_team(acme, [ann], name="Sales"))
    make_ownership_rule(router)
    make_distribution_rule(router, name="Big", set_fields={"Lead": {"Rating": "Hot"}})
    fields = {"Lead.Distro_No_Show__c": GOOD, "Contact.Distro_No_Show__c": GOOD}
    connection = make_connection(
        acme, org_name="Acme", username="dana", provision_state="done", fields=fields, objects_rights=RIGHTS
    )
    for name, known in (("Lead", LEAD), ("Contact", CONTACT)):
        described = {"fields": [{"name": one, "type": "string", "createable": True} for one in known]}
        ObjectDescription.objects.create(
            connection=connection, object=name, fields=read_shapes(described), described_at=timezone.now()
        )
    return acme


LEAD = ("Email", "FirstName", "LastName", "Company", "NumberOfEmployees", "Rating")
CONTACT = ("Email", "FirstName", "LastName")


def findings(workspace: Workspace) -> list[tuple[str, str, str]]:
    """(level, subject, words) of everything that is not fine."""
    return [
        (str(one.level), subject.removeprefix(f"{workspace.slug}, "), f"{one.text} {one.remedy}")
        for subject, one in examine_workspace(workspace)
        if one.level != "ok"
    ]


def test_a_sound_workspace(acme: Workspace) -> None:
    assert findings(acme) == []
    assert [subject.removeprefix("acme, ") for subject, _ in examine_workspace(acme)] == [
        "members",
        "time zones",
        "hosts",
        "routers",
        "mail",
        "Salesforce",
        "Salesforce fields",
        "Salesforce rights",
        "runs",
        "Salesforce users",
        "Salesforce records",
        "Salesforce mappings",
    ]


def change(model: type[Any], **values: Any) -> Callable[[Workspace], None]:
    return lambda workspace: model.objects.update(**values) and None


def break_rule(workspace: Workspace) -> None:
    condition = {"field": "budget", "op": "gt", "value": 1}
    make_distribution_rule(Router.objects.get(key="demo"), name="Rich", when=condition, assign_message="Hi")


def rule_to_nobody(workspace: Workspace) -> None:
    bob = make_host(workspace, email="bob@acme.example", active=False)
    make_distribution_rule(Router.objects.get(key="demo"), name="North", assign_host=bob)


def default_to_nobody(workspace: Workspace) -> None:
    team = make_team(workspace, [make_host(workspace, active=False)], name="Ghosts")
    Router.objects.update(default_team=team)


def late_mail(workspace: Workspace) -> None:
    make_mail(workspace, last_error="The mail server did not take it (OSError).", attempts=3)
    make_mail(workspace, state="sent")
    Mail.objects.update(created_at=timezone.now() - timedelta(hours=1))


def strange_mapping(workspace: Workspace) -> None:
    FormField.objects.filter(key="company").update(crm_fields={"Lead": "Compny"})


def no_last_name(workspace: Workspace) -> None:
    FormField.objects.filter(key="last_name").update(crm_fields={"Contact": "LastName"})
    FormField.objects.filter(key="company").update(crm_fields={})


def strange_value(workspace: Workspace) -> None:
    rule = make_distribution_rule(Router.objects.get(key="demo"), name="Typo")
    rule.set_fields = {"Contact": {"Ratng": "Hot"}}
    rule.save()


def missing_field(workspace: Workspace) -> None:
    lacking = GOOD | {"writable": False}
    SalesforceConnection.objects.update(fields={"Lead.A__c": GOOD, "Lead.B__c": lacking})


def no_user(workspace: Workspace) -> None:
    make_mapping(make_host(workspace, email="cy@acme.example", name="Cy"), user_id="")
    make_mapping(make_host(workspace, email="di@acme.example", name="Di"), active=False)
    make_mapping(make_host(workspace, email="ed@acme.example", active=False), user_id="")
    make_host(workspace, email="fi@acme.example")


@pytest.mark.parametrize(
    ("arrange", "expected"),
    [
        (change(Member, role=Role.HOST), [("warning", "members", "It has no owner")]),
        (
            change(Workspace, timezone="Mars/Base"),
            [("MEND", "time zones", 'The workspace is in "Mars/Base", which is no time zone here')],
        ),
        (
            change(Host, timezone="Europe/Nowhere"),
            [("MEND", "time zones", 'ann@acme.example is in "Europe/Nowhere"')],
        ),
        (
            lambda acme: make_host(acme, email="eve@acme.example", working=False),
            [("warning", "hosts", "eve@acme.example has no working hours")],
        ),
        (break_rule, [("MEND", "routers", 'Rule "Rich" of demo is broken and never matches (')]),
        (
            rule_to_nobody,
            [("warning", "routers", 'Rule "North" of demo leads to bob@acme.example, who is not active')],
        ),
        (
            default_to_nobody,
            [
                (
                    "MEND",
                    "routers",
                    'The default of demo leads to the team "Ghosts", in which nobody is active',
                )
            ],
        ),
        (change(Router, active=False), [("warning", "routers", "No router is published")]),
        (late_mail, [("MEND", "mail", "1 mail not sent, the oldest since 20")]),
        (
            lambda acme: SalesforceConnection.objects.all().delete(),
            [("warning", "Salesforce", "It is not connected, so it is told nothing. Connect it at http")],
        ),
        (
            change(SalesforceConnection, state="broken", last_error="invalid_grant: expired"),
            [
                (
                    "MEND",
                    "Salesforce",
                    "Acme needs reconnecting: invalid_grant: expired. Connect it again at http",
                )
            ],
        ),
        (
            change(SalesforceConnection, resting_until=LATER, last_error="HTTP 503"),
            [
                (
                    "warning",
                    "Salesforce",
                    f"It is left alone until {LATER:%H:%M} UTC after failures: HTTP 503.",
                )
            ],
        ),
        (
            change(SalesforceConnection, api_used=14000, api_max=15000),
            [("warning", "Salesforce", "14000 of the org's 15000 daily API calls are used.")],
        ),
        (
            change(SalesforceConnection, provision_state="waiting"),
            [("warning", "Salesforce fields", "They are being set up.")],
        ),
        (missing_field, [("MEND", "Salesforce fields", "1 field is missing or not usable: Lead.B__c.")]),
        (
            change(SalesforceConnection, fields={}, provision_state="incomplete", provision_note="No right."),
            [("MEND", "Salesforce fields", "They were not set up. No right.")],
        ),
        (
            change(SalesforceConnection, objects_rights=RIGHTS | {"Event": {"queryable": True}}),
            [("MEND", "Salesforce rights", "dana may not: create Event, change Event.")],
        ),
        (
            lambda acme: make_run(make_submission(make_router(acme)), state=RunState.NEEDS_PERSON),
            [("MEND", "runs", "1 run needs a person.")],
        ),
        (
            lambda acme: [
                make_run(make_submission(make_router(acme)), state=RunState.NEEDS_RECONNECTING) for _ in "ab"
            ],
            [("MEND", "runs", "2 runs wait for Salesforce to be connected again.")],
        ),
        (
            no_user,
            [
                ("warning", "Salesforce users", "Salesforce has no user cy@acme.example for Cy:"),
                ("warning", "Salesforce users", "Di's Salesforce user is not active:"),
            ],
        ),
        (
            no_last_name,
            [
                ("warning", "Salesforce records", "The form of demo has no answer for Lead.LastName: new"),
                ("warning", "Salesforce records", "The form of demo has no answer for Lead.Company: new"),
            ],
        ),
        (
            strange_mapping,
            [
                ("warning", "Salesforce records", "The form of demo has no answer for Lead.Company: new"),
                (
                    "warning",
                    "Salesforce mappings",
                    'The answer "company" of the form "{form}" is written to Lead.Compny, which the org does not',
                ),
            ],
        ),
        (
            strange_value,
            [
                (
                    "warning",
                    "Salesforce mappings",
                    'A value of the rule "Typo" of demo is written to Contact.Ratng',
                )
            ],
        ),
    ],
)
def test_each_fault_is_told_and_nothing_else(
    acme: Workspace, arrange: Callable[[Workspace], Any], expected: list[tuple[str, str, str]]
) -> None:
    form = Router.objects.get(key="demo").form
    arrange(acme)
    acme.refresh_from_db()
    found = findings(acme)
    assert [(level, subject) for level, subject, _ in found] == [one[:2] for one in expected]
    for (*_, words), (*_, begins) in zip(found, expected, strict=True):
        assert words.startswith(begins.replace("{form}", form.name))


def test_a_connection_whose_app_is_not_set(acme: Workspace, settings: Any) -> None:
    settings.SALESFORCE_CLIENT_ID = ""
    ((level, subject, words),) = findings(acme)
    assert (level, subject) == ("MEND", "Salesforce")
    assert words.startswith("SALESFORCE_CLIENT_ID or SALESFORCE_CLIENT_SECRET is not set")


def test_nothing_is_said_of_another_workspace(acme: Workspace) -> None:
    other = make_workspace()
    make_host(other, timezone="Mars/Base")
    late_mail(other)
    make_run(make_submission(make_router(other)), state=RunState.NEEDS_PERSON)
    assert findings(acme) == []
