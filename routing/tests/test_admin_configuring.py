"""Configuring in the admin: what is saved, and what is refused with a sentence that says what now."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from distro.testing.factories import (
    make_distribution_rule,
    make_form,
    make_host,
    make_meeting,
    make_meeting_type,
    make_member,
    make_router,
    make_submission,
    make_team,
    make_workspace,
)
from routing.models import (
    Form,
    Host,
    MeetingType,
    Member,
    OwnershipRule,
    Role,
    Router,
    Team,
    WorkingHours,
    Workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(name="Acme", slug="acme")


@pytest.fixture
def client(workspace: Workspace) -> Client:
    client = Client()
    client.force_login(make_member(workspace, Role.OWNER).user)
    return client


def rows(prefix: str, *new: dict[str, Any], known: int = 0) -> dict[str, Any]:
    """An inline's inputs: `known` of the rows are in the database and bring their ids."""
    values: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(new),
        f"{prefix}-INITIAL_FORMS": known,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for place, row in enumerate(new):
        values |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return values


def faults(response: Any) -> list[str]:
    """All that the page says is wrong."""
    form, inlines = response.context_data["adminform"].form, response.context_data["inline_admin_formsets"]
    found = [text for texts in form.errors.values() for text in texts]
    for one in inlines:
        found += one.formset.non_form_errors()
        found += [text for errors in one.formset.errors for texts in errors.values() for text in texts]
    return found


def messages_of(response: Any) -> list[str]:
    return [str(one) for one in response.context["messages"]]


def field(key: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": type_, "overwrite": "if_blank", "position": 0, **more}


EMAIL = field("email", "email", required="on", lead_field="Email", contact_field="Email")


def test_a_form_is_made_with_its_fields_in_order(client):
    choices = field("country", "select", options="DE\n US \n\nDE", lead_field="Country", overwrite="always")
    sent = {"name": "Contact"} | rows("fields", EMAIL, choices)
    assert client.post("/admin/routing/form/add/", sent).status_code == 302
    made = Form.objects.get().fields.values_list("key", "options", "crm_fields", "overwrite", "position")
    assert list(made) == [
        ("email", [], {"Lead": "Email", "Contact": "Email"}, "if_blank", 1),
        ("country", ["DE", "US"], {"Lead": "Country"}, "always", 2),
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([], "A form needs exactly one field of the type E-mail: it is how a prospect is known."),
        (
            [field("name")],
            "A form needs exactly one field of the type E-mail: it is how a prospect is known.",
        ),
        (
            [EMAIL, field("other", "email", required="on")],
            "A form needs exactly one field of the type E-mail: it is how a prospect is known.",
        ),
        ([EMAIL | {"required": ""}], "The e-mail field must be required."),
        ([EMAIL, field("size", "select")], "Name at least one choice, one a line."),
        ([EMAIL, field("size", options="S\nM")], "Only “one of several” and “any of several” have choices."),
        (
            [EMAIL, field("Size")],
            "A key is small letters, digits and underscores, begins with a letter and has at",
        ),
        (
            [EMAIL, field("size", lead_field="No such")],
            '"No such" does not fit; write the API name of a Salesforce',
        ),
    ],
)
def test_a_form_that_could_not_work_is_refused(client, fields, text):
    response = client.post("/admin/routing/form/add/", {"name": "Contact"} | rows("fields", *fields))
    assert [one for one in faults(response) if one.startswith(text)], faults(response)
    assert Form.objects.count() == 0


def test_another_field_can_become_the_email_field(client, workspace):
    form = make_form(workspace)
    old, new = form.fields.get(key="email"), form.fields.get(key="company")
    form.fields.exclude(pk__in=[old.pk, new.pk]).delete()
    sent = rows(
        "fields",
        field("company", "email", required="on", id=new.pk, form=form.pk),
        field("former", "text", id=old.pk, form=form.pk),
        known=2,
    )
    assert (
        client.post(f"/admin/routing/form/{form.pk}/change/", {"name": form.name} | sent).status_code == 302
    )
    assert dict(form.fields.values_list("key", "type")) == {"company": "email", "former": "text"}


def test_the_email_field_can_be_deleted_for_another(client, workspace):
    form = make_form(workspace)
    old, new, other = (form.fields.get(key=key) for key in ("email", "company", "first_name"))
    form.fields.exclude(pk__in=[old.pk, new.pk, other.pk]).delete()
    sent = rows(
        "fields",
        field("company", "email", required="on", id=new.pk, form=form.pk),
        field("email", "email", required="on", id=old.pk, form=form.pk, DELETE="on"),
        field("first_name", id=other.pk, form=form.pk),
        known=3,
    )
    assert (
        client.post(f"/admin/routing/form/{form.pk}/change/", {"name": form.name} | sent).status_code == 302
    )
    assert dict(form.fields.values_list("key", "type")) == {"company": "email", "first_name": "text"}


def host_post(*hours: tuple[int, str, str], **more: Any) -> dict[str, Any]:
    week = [{"weekday": day, "start_minute": start, "end_minute": end} for day, start, end in hours]
    return {"name": "Ann", "email": "Ann@Acme.example", "active": "on", **more} | rows("working_hours", *week)


def test_a_host_without_hours_gets_a_week_to_begin_with(client):
    assert client.post("/admin/routing/host/add/", host_post() | rows("time_off")).status_code == 302
    host = Host.objects.get()
    assert host.email == "ann@acme.example"
    assert list(WorkingHours.objects.values_list("weekday", "start_minute", "end_minute")) == [
        (day, 540, 1020) for day in range(5)
    ]


def test_working_hours_are_written_as_times(client):
    sent = host_post((0, "9:00", "12:30"), (0, "22:00", "02:00"), (1, "13:00", "24:00")) | rows("time_off")
    client.post("/admin/routing/host/add/", sent)
    spans = WorkingHours.objects.values_list("weekday", "start_minute", "end_minute")
    assert list(spans) == [(0, 540, 750), (0, 1320, 120), (1, 780, 1440)]
    page = client.get(f"/admin/routing/host/{Host.objects.get().pk}/change/").content.decode()
    assert 'value="24:00"' in page


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ((0, "24:00", "10:00"), '"24:00" is no time from 00:00 to 23:55 in steps of five minutes.'),
        ((0, "09:03", "10:00"), '"09:03" is no time from 00:00 to 23:55 in steps of five minutes.'),
        ((0, "09:00", "noon"), '"noon" is no time from 00:00 to 24:00 in steps of five minutes.'),
    ],
)
def test_times_that_are_none_are_refused(client, hours, text):
    assert faults(client.post("/admin/routing/host/add/", host_post(hours) | rows("time_off"))) == [text]


def test_time_off_goes_forwards(client):
    back = {"first_day": "2027-01-08", "last_day": "2027-01-04", "reason": ""}
    response = client.post("/admin/routing/host/add/", host_post() | rows("time_off", back))
    assert "The last day lies before the first; both are included." in faults(response)


def router_post(workspace: Workspace, **more: Any) -> dict[str, Any]:
    values = {
        "name": "Inbound",
        "key": "inbound",
        "active": "on",
        "form": make_form(workspace).pk,
        "meeting_type": make_meeting_type(workspace).pk,
        "rotation": "flexible",
        "fairness": "team",
        "create_record": "on",
        "create_as": "lead",
        "update_record": "on",
        "update_owner": "leads",
        "owner_delay": "30",
        "duplicates": "create",
        "assignment_rules": "on",
    }
    return values | more


def test_a_new_router_starts_with_three_ownership_rules(client, workspace):
    sent = router_post(workspace, default_team=make_team(workspace).pk)
    response = client.post("/admin/routing/router/add/", sent)
    router = Router.objects.get()
    assert response.headers["Location"] == f"/admin/routing/router/{router.pk}/change/"
    assert list(router.ownership_rules.values_list("name", "object", "match")) == [
        ("Contact owner", "contact", "exact"),
        ("Lead owner", "lead", "exact"),
        ("Account owner", "account", "domain"),
    ]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "It leads nowhere. Choose one of host, team, message and redirect."),
        (
            {"default_message": "Thanks", "default_redirect": "https://acme.example/"},
            "It cannot lead to a message and a redirect at once. Choose one of host, team, message and redirect.",
        ),
        (
            {"default_message": "Thanks", "default_account": "00Q1"},
            '"00Q1" does not fit; write the id of an Account, 001 and 12 or 15 more.',
        ),
        (
            {"default_message": "Thanks", "key": "In bound"},
            "A router's key is 2 to 60 small letters, digits and hyphens, and does not begin with a hyphen.",
        ),
    ],
)
def test_a_router_that_could_not_work_is_refused(client, workspace, more, text):
    assert faults(client.post("/admin/routing/router/add/", router_post(workspace, **more))) == [text]


def rule(when: Any = None, **more: Any) -> dict[str, Any]:
    shown = when if isinstance(when, str) else json.dumps(when) if when else ""
    return {"name": "Big", "when": shown, "set_fields": "", "create_record": "unknown", "position": 0, **more}


def post_rule(client: Client, router: Router, sent: dict[str, Any]) -> Any:
    values = router_post(router.workspace, form=router.form_id, name=router.name, key=router.key)
    values |= {"meeting_type": router.meeting_type_id, "default_team": router.default_team_id}
    values |= rows("ownership_rules") | rows("distribution_rules", sent)
    return client.post(f"/admin/routing/router/{router.pk}/change/", values)


def test_a_rule_is_saved_and_read_back_as_a_sentence(client, workspace):
    router = make_router(workspace)
    when = {
        "all": [
            {"field": "employees", "op": "gte", "value": 1000},
            {
                "any": [
                    {"field": "company", "op": "in", "value": ["Initech", "Globex"]},
                    {"field": "utm.source", "op": "is_empty"},
                ]
            },
        ]
    }
    values = '{"Lead": {"Rating": "Hot", "LeadSource": "{utm.source}"}}'
    assert post_rule(client, router, rule(when, assign_message="Hello", set_fields=values)).status_code == 302
    saved = router.distribution_rules.get()
    assert (saved.when, saved.set_fields) == (when, json.loads(values))
    page = client.get(f"/admin/routing/router/{router.pk}/change/").content.decode()
    assert (
        "if employees is at least 1000 and (company is one of Initech, Globex or utm.source is blank) → a message"
        in page
    )


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (rule({"field": "size", "op": "gt", "value": 1}), 'conditions.field: the form has no field "size".'),
        (rule({"field": "company", "op": "gtx", "value": 1}), 'conditions.op: unknown operator "gtx".'),
        (
            rule({"all": [{"field": "employees", "op": "gt", "value": "many"}]}),
            "conditions.all[0].value: a number field is compared with numbers, such as 1000 or -2.5.",
        ),
        (
            rule("{"),
            "This is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (
            rule(set_fields='{"Opportunity": {}}'),
            '"Opportunity" is no object that Distro writes; use Lead or Contact.',
        ),
        (
            rule(set_fields='{"Lead": {"Rating": "{size}"}}'),
            "Lead.Rating: unknown placeholder {size}; there are email, first_name, last_name, company, employees, "
            "utm.source, utm.medium, utm.campaign, utm.term, utm.content, source_url, router, host.",
        ),
    ],
)
def test_a_rule_that_could_never_match_is_refused(client, workspace, sent, text):
    response = post_rule(client, make_router(workspace), sent | {"assign_message": "Hello"})
    assert faults(response) == ["A rule below has a fault.", text]


def test_a_rule_leads_to_exactly_one_place(client, workspace):
    router = make_router(workspace)
    both = rule(assign_team=router.default_team_id, assign_message="Hello")
    assert faults(post_rule(client, router, both)) == [
        "A rule below has a fault.",
        "It cannot lead to a team and a message at once. Choose one of host, team, message and redirect.",
    ]


def test_a_rule_whose_field_was_deleted_is_shown_as_broken(client, workspace):
    router = make_router(workspace)
    make_distribution_rule(router, when={"field": "company", "op": "equals", "value": "Initech"})
    router.form.fields.get(key="company").delete()
    page = client.get(f"/admin/routing/router/{router.pk}/change/").content.decode()
    assert "never matches: the form has no field &quot;company&quot;" in page


LACKING = (
    'The title "Demo for {size}" of Sized names {size}, which the form lacks. '
    "There are: company, email, employees, first_name, host, last_name, meeting_type, router."
)


def test_a_router_is_given_no_meeting_type_that_asks_for_more_than_its_form_has(client, workspace):
    form = make_router(workspace).form
    sized = make_meeting_type(workspace, name="Sized", title="Demo for {size}")
    sent = router_post(workspace, form=form.pk, key="sized", default_message="Thanks")
    where = "/admin/routing/router/add/"
    assert faults(client.post(where, sent | {"meeting_type": sized.pk})) == [LACKING]
    form.fields.create(key="size", label="Size", type="text", position=9)
    assert client.post(where, sent | {"meeting_type": sized.pk}).status_code == 302


def test_a_rule_is_given_no_meeting_type_that_asks_for_more_than_the_form_has(client, workspace):
    router = make_router(workspace)
    sized = make_meeting_type(workspace, name="Sized", title="Demo for {size}")
    refused = post_rule(client, router, rule(assign_message="Hello", meeting_type=sized.pk))
    assert faults(refused) == ["A rule below has a fault.", LACKING]


def test_a_title_names_what_a_form_has(client, workspace):
    router = make_router(workspace)
    where = f"/admin/routing/meetingtype/{router.meeting_type_id}/change/"
    values = {
        "name": "Demo",
        "title": "Demo for {size}",
        "location": "Remote",
        "duration": 30,
        "slot_interval": 30,
        "buffer_before": 0,
        "buffer_after": 0,
        "minimum_notice": 60,
        "horizon_days": 14,
    }
    assert faults(client.post(where, values)) == [
        "No form of a router using this meeting type has {size}. There are: company, email, employees, "
        "first_name, host, last_name, meeting_type, router."
    ]
    assert client.post(where, values | {"title": "Demo for {company} by {host}"}).status_code == 302
    assert faults(client.post(where, values | {"title": "Demo", "duration": 31})) == [
        "31 is not a multiple of 5 minutes."
    ]


def test_origins_are_made_regular_or_refused(client, workspace):
    where = f"/admin/routing/workspace/{workspace.pk}/change/"
    values = {"name": "Acme", "slug": "acme", "timezone": "Europe/Berlin", "rotation_reset": "monthly"}
    sites = "HTTPS://www.Acme.example:443\n\nhttp://127.0.0.1:8100"
    assert client.post(where, values | {"allowed_origins": sites}).status_code == 302
    workspace.refresh_from_db()
    assert workspace.allowed_origins == ["https://www.acme.example", "http://127.0.0.1:8100"]
    refused = client.post(where, values | {"allowed_origins": "https://acme.example/page"})
    assert faults(refused) == [
        'Line 1: "https://acme.example/page" is no origin; write https://acme.example, without a path.'
    ]


def test_what_is_archived_is_offered_no_more_but_stays_where_it_was_chosen(client, workspace):
    router = make_router(workspace)
    other = make_form(workspace, name="Old one")
    client.post("/admin/routing/form/", {"action": "archive", "_selected_action": [other.pk, router.form_id]})
    other.refresh_from_db()
    router.form.refresh_from_db()
    assert (other.archived_at is None, router.form.archived_at is None) == (False, True)
    assert [one.name for one in client.get("/admin/routing/form/").context_data["cl"].result_list] == [
        router.form.name
    ]
    found = client.get(
        "/admin/autocomplete/",
        {"app_label": "routing", "model_name": "router", "field_name": "form", "term": ""},
    ).json()
    assert [one["text"] for one in found["results"]] == [router.form.name]
    refused = client.post(
        "/admin/routing/router/add/", router_post(workspace, form=other.pk, default_message="Hi")
    )
    assert faults(refused) == ["Select a valid choice. That choice is not one of the available choices."]
    Form.objects.filter(pk=router.form_id).update(archived_at=workspace.created_at)
    kept = post_rule(client, router, rule(assign_message="Hello"))
    assert kept.status_code == 302


def test_archiving_what_a_router_needs_says_which(client, workspace):
    router = make_router(workspace, name="Inbound")
    team = router.default_team
    sent = {"action": "archive", "_selected_action": [team.pk]}
    assert messages_of(client.post("/admin/routing/team/", sent, follow=True)) == [
        f"{team.name} was not archived: Inbound leads to it. Change that first."
    ]
    assert Team.objects.get(pk=team.pk).archived_at is None


def test_what_history_hangs_on_is_not_deleted(client, workspace):
    router = make_router(workspace)
    meeting = make_meeting(make_submission(router))
    where = f"/admin/routing/host/{meeting.host_id}/delete/"
    assert "archive it" in client.get(where).content.decode()
    client.post(where, {"post": "yes"})
    assert Host.objects.filter(pk=meeting.host_id).exists()


def test_a_new_member_is_handed_an_invitation_and_a_known_user_is_not(client, workspace):
    said = messages_of(
        client.post("/admin/routing/member/add/", {"email": "New@acme.example", "role": "host"}, follow=True)
    )
    assert [one for one in said if "/accounts/password/reset/key/" in one]
    assert Member.objects.get(user__email="new@acme.example").role == "host"
    known = make_member(make_workspace()).user
    said = messages_of(
        client.post("/admin/routing/member/add/", {"email": known.email, "role": "host"}, follow=True)
    )
    assert not [one for one in said if "/accounts/password/reset/key/" in one]
    again = client.post("/admin/routing/member/add/", {"email": known.email, "role": "host"})
    assert faults(again) == [f"{known.email} is a member already; open their line to change the role."]


def test_a_workspace_keeps_an_owner(client, workspace):
    owner = Member.objects.get()
    assert client.post(f"/admin/routing/member/{owner.pk}/change/", {"role": "host"}).status_code == 403
    client.post(f"/admin/routing/member/{owner.pk}/delete/", {"post": "yes"})
    client.post(
        "/admin/routing/member/", {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"}
    )
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    make_member(workspace, Role.OWNER)
    client.post(f"/admin/routing/member/{owner.pk}/delete/", {"post": "yes"})
    assert not Member.objects.filter(pk=owner.pk).exists()


@pytest.mark.parametrize("name", ["host", "team", "form", "router", "meetingtype"])
def test_an_empty_list_says_what_belongs_there_and_leads_on(client, name):
    page = client.get(f"/admin/routing/{name}/").content.decode()
    assert f'href="/admin/routing/{name}/add/">Add the first' in page


def test_ordering_by_hand_is_kept(client, workspace):
    hosts = [make_host(workspace), make_host(workspace)]
    team = make_team(workspace, hosts)
    first, second = team.members.all()
    sent = rows(
        "members",
        {"id": first.pk, "team": team.pk, "host": hosts[0].pk, "weight": 1, "position": 2},
        {"id": second.pk, "team": team.pk, "host": hosts[1].pk, "weight": 3, "position": 1},
        known=2,
    )
    assert (
        client.post(f"/admin/routing/team/{team.pk}/change/", {"name": team.name} | sent).status_code == 302
    )
    assert list(team.members.values_list("host", "weight")) == [(hosts[1].pk, 3), (hosts[0].pk, 1)]


def test_ownership_rules_are_deleted_on_the_routers_page(client, workspace):
    router = make_router(workspace)
    one = OwnershipRule.objects.create(router=router, name="Contact owner", object="contact")
    values = router_post(workspace, form=router.form_id, name=router.name, key=router.key)
    values |= {"meeting_type": router.meeting_type_id, "default_team": router.default_team_id}
    gone = {"id": one.pk, "router": router.pk, "name": one.name, "object": "contact", "match": "exact"}
    gone |= {"owner_field": "OwnerId", "create_record": "unknown", "position": 1, "DELETE": "on"}
    values |= rows("ownership_rules", gone, known=1) | rows("distribution_rules")
    assert client.post(f"/admin/routing/router/{router.pk}/change/", values).status_code == 302
    assert (router.ownership_rules.count(), MeetingType.objects.count() > 0) == (0, True)
