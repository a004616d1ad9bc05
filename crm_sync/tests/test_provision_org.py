"""Setting an org up: fields made, granted and read back, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from crm_sync.core.schema import FIELDS
from crm_sync.models import ObjectDescription, SalesforceConnection
from crm_sync.provision_kinds import keep_alive, provision_org
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.login.tie import KEEP_ALIVE_EVERY
from crm_sync.salesforce.provision import PATIENCE, provision
from crm_sync.sandbox import customfields
from crm_sync.sandbox.faults import Fault
from crm_sync.sandbox.org import Org
from crm_sync.tests.walk import Walker
from distro.due.claims import Claim

pytestmark = pytest.mark.django_db
NAMES = [f"{one.described_on}.{one.name}" for one in FIELDS]
GOOD = {"exists": True, "type_right": True, "readable": True, "writable": True, "text": ""}
NOTHING = {"exists": False, "type_right": False, "readable": False, "writable": False}


def connect(local_org: Org, user: str = "dana@acme.example", **workspace: Any) -> SalesforceConnection:
    local_org.approve_as = user
    walker = Walker()
    for name, value in workspace.items():
        setattr(walker.workspace, name, value)
    walker.workspace.save()
    walker.connect()
    return fresh()


def fresh() -> SalesforceConnection:
    return SalesforceConnection.objects.select_related("workspace").get()


def signs(found: dict[str, Any]) -> dict[str, bool]:
    return {name: value for name, value in found.items() if name != "text"}


def writes(local_org: Org) -> int:
    return len(local_org.store.writes) + len(local_org.custom_fields)


def test_an_administrator_gets_every_field(local_org: Org) -> None:
    assert provision(connect(local_org)) is None
    connection = fresh()
    assert (connection.provision_state, connection.provision_note) == ("done", "")
    assert connection.fields == dict.fromkeys(NAMES, GOOD)
    assert (connection.org_name, connection.org_type) == (local_org.name, "Developer Edition")
    assert connection.is_sandbox is False
    everything = {"createable": True, "updateable": True, "queryable": True}
    assert {name: connection.objects_rights[name] for name in ("Lead", "Contact", "Account", "Event")} == (
        dict.fromkeys(("Lead", "Contact", "Account", "Event"), everything)
    )
    assert connection.provisioned_at is not None


def test_the_fields_are_what_the_contract_says(local_org: Org) -> None:
    provision(connect(local_org))
    made = {one["FullName"]: one["Metadata"] for one in local_org.custom_fields.values()}
    assert sorted(made) == sorted(f"{one.object}.{one.name}" for one in FIELDS)
    types = {name: (one["type"], one.get("length")) for name, one in made.items()}
    assert types["Lead.Distro_Meeting_Type__c"] == ("Text", 100)
    assert types["Activity.Distro_Meeting_Type__c"] == ("Text", 75)
    assert types["Activity.Distro_Meeting_URL__c"] == ("Url", None)
    status = made["Contact.Distro_Meeting_Status__c"]
    values = [one["valueName"] for one in status["valueSet"]["valueSetDefinition"]["value"]]
    assert values == ["Scheduled", "Rescheduled", "Completed", "No Show", "Cancelled"]
    assert (status["label"], status["valueSet"]["restricted"]) == ("Distro Meeting Status", True)
    key = made["Activity.Distro_Meeting_Id__c"]
    wanted = {"type": "Text", "length": 36, "externalId": True, "unique": True, "caseSensitive": False}
    assert {name: key[name] for name in wanted} == wanted


def test_the_permission_set_holds_the_fields_and_the_user(local_org: Org) -> None:
    connection = connect(local_org)
    provision(connection)
    (parent,) = [one for one in local_org.store.live("PermissionSet") if one["Name"] == "Distro_Integration"]
    grants = [one for one in local_org.store.live("FieldPermissions") if one["ParentId"] == parent["Id"]]
    assert sorted(one["Field"] for one in grants) == sorted(NAMES)
    assert {(one["PermissionsRead"], one["PermissionsEdit"]) for one in grants} == {(True, True)}
    assigned = [
        one
        for one in local_org.store.live("PermissionSetAssignment")
        if one["PermissionSetId"] == parent["Id"]
    ]
    assert [one["AssigneeId"] for one in assigned] == [connection.user_id]


def test_a_second_look_changes_nothing(local_org: Org) -> None:
    provision(connect(local_org))
    before = writes(local_org)
    provision(fresh())
    assert writes(local_org) == before
    assert fresh().provision_state == "done"


@pytest.mark.parametrize("calls", [1, 3, 8, 20, 24, 26, 27, 29])
def test_cut_short_anywhere_it_ends_in_the_same_place(local_org: Org, calls: int) -> None:
    connection = connect(local_org)
    left = iter(range(calls))

    def die_after_some() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provision(connection, die_after_some)
    provision(fresh())
    assert (fresh().provision_state, fresh().fields) == ("done", dict.fromkeys(NAMES, GOOD))
    assert len(local_org.custom_fields) == len(FIELDS)


def test_a_workspace_can_decline_the_extension_fields(local_org: Org) -> None:
    provision(connect(local_org, extension_fields=False))
    declined = [one for one in FIELDS if one.extension]
    assert len(declined) == 5  # the prospect's id twice, on Lead and on Contact
    names = [f"{one.described_on}.{one.name}" for one in declined]
    assert sorted(fresh().fields) == sorted(set(NAMES) - set(names))
    assert len(local_org.custom_fields) == len(FIELDS) - len(declined)
    assert fresh().provision_state == "done"


def test_a_standard_user_is_connected_and_told_exactly_what_is_missing(local_org: Org) -> None:
    before = writes(local_org)
    assert provision(connect(local_org, "sam@acme.example")) is None
    connection = fresh()
    assert (connection.state, connection.provision_state) == ("connected", "incomplete")
    assert {name: signs(found) for name, found in connection.fields.items()} == dict.fromkeys(NAMES, NOTHING)
    assert "sam@acme.example may not create fields" in connection.provision_note
    for one in FIELDS:
        assert f"{one.object}.{one.name}" in connection.provision_note
    assert "Customize Application" in connection.provision_note
    assert "Distro_Integration" in connection.provision_note
    text = connection.fields["Lead.Distro_Meeting_Type__c"]["text"]
    place = "Setup > Object Manager > Lead > Fields & Relationships > New"
    assert text == (
        f"It is missing. An administrator creates it: {place}: Text(100), field name Distro_Meeting_Type."
    )
    assert writes(local_org) == before


def test_fields_that_an_administrator_made_are_found_by_a_standard_user(local_org: Org) -> None:
    for one in FIELDS:
        from crm_sync.salesforce.org_fields import creation

        body = creation(one)
        customfields.define(local_org, body["FullName"], body["Metadata"])
    provision(connect(local_org, "sam@acme.example"))
    connection = fresh()
    hidden = {"exists": True, "type_right": False, "readable": False, "writable": False}
    assert {name: signs(found) for name, found in connection.fields.items()} == dict.fromkeys(NAMES, hidden)
    text = connection.fields["Event.Distro_Canceled__c"]["text"]
    assert "Setup > Permission Sets > Distro_Integration > Object Settings > Event" in text
    assert "may not manage permission sets" in connection.provision_note


@pytest.mark.parametrize(
    ("name", "metadata", "words"),
    [
        (
            "Lead.Distro_No_Show__c",
            {"type": "Text", "length": 10},
            "It is a Text here, and Distro wants Checkbox.",
        ),
        (
            "Lead.Distro_Router_Name__c",
            {"type": "Text", "length": 20},
            "It has 20 characters; longer values are cut.",
        ),
        (
            "Lead.Distro_Prospect_Id__c",
            {"type": "Text", "length": 36},
            "It must be an External ID and unique",
        ),
    ],
)
def test_a_field_of_another_type_is_shown_and_never_changed(
    local_org: Org, name: str, metadata: dict[str, Any], words: str
) -> None:
    record_id = customfields.define(local_org, name, {"label": "Theirs", **metadata})
    before = dict(local_org.custom_fields[record_id])
    provision(connect(local_org))
    connection = fresh()
    assert connection.provision_state == "incomplete"
    assert signs(connection.fields[name]) == {**signs(GOOD), "type_right": False}
    assert words in connection.fields[name]["text"]
    assert local_org.custom_fields[record_id] == before
    others = {other: found for other, found in connection.fields.items() if other != name}
    assert others == dict.fromkeys(others, GOOD)


def test_a_picklist_without_our_values_says_which(local_org: Org) -> None:
    values = [{"valueName": "Scheduled", "label": "Scheduled"}, {"valueName": "Completed", "label": "Done"}]
    value_set = {"restricted": True, "valueSetDefinition": {"value": values}}
    customfields.define(
        local_org, "Lead.Distro_Meeting_Status__c", {"label": "S", "type": "Picklist", "valueSet": value_set}
    )
    provision(connect(local_org))
    text = fresh().fields["Lead.Distro_Meeting_Status__c"]["text"]
    assert text.startswith("It lacks the values Rescheduled, No Show, Cancelled:")


def test_a_longer_text_is_as_good(local_org: Org) -> None:
    customfields.define(
        local_org, "Lead.Distro_Router_Name__c", {"label": "R", "type": "Text", "length": 200}
    )
    provision(connect(local_org))
    assert fresh().provision_state == "done"


def test_fields_that_show_late_are_waited_for(local_org: Org) -> None:
    local_org.field_delay_seconds = 0.5
    connection = connect(local_org)
    again_at = provision(connection)
    assert again_at is not None and timezone.now() < again_at
    assert fresh().provision_state == "running"
    local_org.field_delay_seconds = 0
    import time

    time.sleep(0.6)
    assert provision(fresh()) is None
    assert fresh().provision_state == "done"


def test_patience_ends(local_org: Org) -> None:
    local_org.field_delay_seconds = 3600
    provision(connect(local_org))
    started = timezone.now() - PATIENCE
    SalesforceConnection.objects.update(provision_started_at=started)
    assert provision(fresh()) is None
    connection = fresh()
    assert connection.provision_state == "incomplete"
    assert connection.fields["Lead.Distro_No_Show__c"]["exists"] is True


def test_one_refused_field_spoils_no_other(local_org: Org) -> None:
    local_org.faults.append(
        Fault(
            method="POST",
            path="/tooling/sobjects/CustomField",
            body_contains="Activity.Distro_Meeting_URL__c",
            status=400,
            error_code="LIMIT_EXCEEDED",
            message="This would exceed the maximum number of custom fields on Activity: 100",
            times=None,
        )
    )
    provision(connect(local_org))
    connection = fresh()
    url = connection.fields.pop("Event.Distro_Meeting_URL__c")
    assert connection.fields == dict.fromkeys(connection.fields, GOOD)
    assert signs(url) == NOTHING
    assert "maximum number of custom fields on Activity: 100" in url["text"]
    assert "Activity.Distro_Meeting_URL__c" in connection.provision_note


def test_what_passes_is_tried_again(local_org: Org) -> None:
    connection = connect(local_org)
    local_org.faults.append(Fault(path="/tooling/", status=503, error_code="SERVER_UNAVAILABLE", times=1))
    with pytest.raises(SalesforceFault):
        provision(connection)
    assert "looks again by itself" in fresh().provision_note
    assert provision(fresh()) is None
    assert fresh().provision_state == "done"


def test_an_org_without_an_api_needs_reconnecting(local_org: Org) -> None:
    connection = connect(local_org)
    local_org.rules.api_disabled = "API_DISABLED_FOR_ORG"
    assert provision(connection) is None
    connection = fresh()
    assert (connection.state, connection.provision_state) == ("broken", "incomplete")
    assert "API Enabled" in connection.provision_note


def test_a_broken_connection_is_not_looked_at_and_the_card_says_so(local_org: Org) -> None:
    connect(local_org)
    SalesforceConnection.objects.update(state="broken")
    before = local_org.calls.count
    assert provision(fresh()) is None
    assert (fresh().provision_state, local_org.calls.count) == ("incomplete", before)
    assert "Check again" in fresh().provision_note


def test_results_of_an_org_that_was_left_are_dropped(local_org: Org) -> None:
    connection = connect(local_org)
    SalesforceConnection.objects.update(org_id="00Dother0000000AAA", org_name="Other")
    provision(connection)
    assert (fresh().org_name, fresh().fields) == ("Other", {})


def test_plans_know_of_the_new_fields_at_once(local_org: Org) -> None:
    provision(connect(local_org))
    shapes = ObjectDescription.objects.get(object="Lead").fields
    assert shapes["Distro_Prospect_Id__c"]["length"] == 36
    assert sorted(ObjectDescription.objects.values_list("object", flat=True)) == [
        "Account",
        "Contact",
        "Event",
        "Lead",
        "User",
    ]


def claim_of(kind: str, key: int) -> Claim:
    from distro.due.claims import claim_next
    from distro.due.models import DueWork

    DueWork.objects.exclude(kind=kind).delete()
    DueWork.objects.update(due_at=timezone.now())
    claim = claim_next()
    assert claim is not None and claim.key == str(key)
    return claim


def test_the_due_kind_sets_the_org_up(local_org: Org) -> None:
    connection = connect(local_org)
    claim = claim_of("crm.provision", connection.pk)
    assert provision_org(claim.key, claim) is None
    assert fresh().provision_state == "done"


def test_the_keep_alive_refreshes_once_a_week(local_org: Org) -> None:
    connection = connect(local_org)
    claim = claim_of("crm.keep_alive", connection.pk)
    assert keep_alive(claim.key, claim) == connection.refreshed_at + KEEP_ALIVE_EVERY
    assert fresh().refresh_token == connection.refresh_token
    SalesforceConnection.objects.update(refreshed_at=timezone.now() - KEEP_ALIVE_EVERY)
    again_at = keep_alive(claim.key, claim)
    assert again_at is not None and again_at > timezone.now() + KEEP_ALIVE_EVERY * 0.9
    renewed = fresh()
    assert renewed.refresh_token != connection.refresh_token
    assert len(SalesforceClient(renewed).query("SELECT Id FROM Organization")) == 1


def test_the_keep_alive_of_a_revoked_connection_needs_reconnecting(local_org: Org) -> None:
    connection = connect(local_org)
    for grant in local_org.tokens.refresh.values():
        local_org.tokens.revoke_grant(grant)
    SalesforceConnection.objects.update(refreshed_at=timezone.now() - KEEP_ALIVE_EVERY)
    assert keep_alive(str(connection.pk), None) is not None
    assert fresh().state == "broken"


def test_a_disconnected_workspace_is_left_alone(local_org: Org) -> None:
    connection = connect(local_org)
    SalesforceConnection.objects.update(state="disconnected", access_token="", refresh_token="")
    before = local_org.calls.count
    assert keep_alive(str(connection.pk), None) is None
    assert provision(fresh()) is None
    assert local_org.calls.count == before
