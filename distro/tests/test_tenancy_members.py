"""Who gets into the admin, what each role finds there, and how one changes from workspace to workspace."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from distro.testing.factories import (
    make_form,
    make_host,
    make_meeting,
    make_member,
    make_router,
    make_submission,
    make_team,
    make_user,
    make_workspace,
)
from routing.models import Host, Member, Role, Team, Workspace

pytestmark = pytest.mark.django_db
LISTS = {
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/": model._meta.object_name
    for model in admin.site._registry
}


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def lists_open_to(user: User) -> set[str]:
    """The names of the models whose lists the user can open."""
    client = signed_in(user)
    return {name for address, name in LISTS.items() if client.get(address).status_code == 200}


CONFIGURED = {
    "ApiKey",
    "ProspectMessage",
    "Workspace",
    "Host",
    "Team",
    "MeetingType",
    "Form",
    "Router",
    "Submission",
    "Prospect",
    "Meeting",
    "LedgerEntry",
    "Mail",
    "SalesforceConnection",
    "SyncRun",
    "RecordLink",
    "UserMapping",
}


@pytest.mark.parametrize(
    ("role", "lists"),
    [(Role.OWNER, CONFIGURED | {"Member"}), (Role.ADMINISTRATOR, CONFIGURED), (Role.HOST, {"Meeting"})],
)
def test_each_role_finds_what_is_its_own(role, lists):
    assert lists_open_to(make_member(role=role).user) == lists


@pytest.mark.parametrize(
    "place", ["/admin/", "/admin/routing/router/", "/admin/django_rq/dashboard/stats.json"]
)
def test_strangers_are_sent_to_sign_in(place):
    assert Client().get(place).headers["Location"] == f"/admin/login/?next={place}"
    at_login = Client().get("/admin/login/?next=/admin/")
    assert at_login.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"


@pytest.mark.parametrize("flags", [{}, {"is_staff": True}])
def test_a_user_who_is_no_member_gets_nowhere(flags):
    make_workspace()
    client = signed_in(make_user(**flags))
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/routing/router/").status_code == 302
    assert client.post("/admin/workspace/", {"workspace": Workspace.objects.get().slug}).status_code == 302


def test_an_inactive_member_gets_nowhere():
    member = make_member(role=Role.OWNER)
    client = signed_in(member.user)
    assert client.get("/admin/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_a_member_at_the_admins_own_login_is_let_in():
    assert signed_in(make_member().user).get("/admin/login/").headers["Location"] == "/admin/"


def test_hosts_see_their_own_meetings_alone():
    workspace = make_workspace()
    member = make_member(workspace, Role.HOST)
    router = make_router(workspace)
    own = make_meeting(make_submission(router), make_host(workspace, user=member.user))
    other = make_meeting(make_submission(router), make_host(workspace))
    client = signed_in(member.user)
    listed = client.get("/admin/routing/meeting/?time=all").context_data["cl"].result_list
    assert [one.pk for one in listed] == [own.pk]
    assert client.get(f"/admin/routing/meeting/{own.pk}/change/").status_code == 200
    assert client.get(f"/admin/routing/meeting/{other.pk}/change/").status_code == 302
    assert client.post(f"/admin/routing/meeting/{own.pk}/change/", {"title": "x"}).status_code == 403


def two_workspaces() -> tuple[Workspace, Workspace, User]:
    first, second = make_workspace(name="Alpha"), make_workspace(name="Beta")
    user = make_member(first, Role.OWNER).user
    make_member(second, Role.ADMINISTRATOR, user)
    return first, second, user


def test_a_member_of_two_changes_at_the_top_and_the_role_changes_too():
    first, second, user = two_workspaces()
    teams = [make_team(first, name="Of Alpha"), make_team(second, name="Of Beta")]
    client = signed_in(user)

    def listed() -> list[str]:
        return [one.name for one in client.get("/admin/routing/team/").context_data["cl"].result_list]

    assert listed() == ["Of Alpha"]
    assert client.get("/admin/routing/member/").status_code == 200
    sent = {"workspace": second.slug, "next": f"/admin/routing/team/{teams[0].pk}/change/"}
    assert client.post("/admin/workspace/", sent).headers["Location"] == "/admin/routing/team/"
    assert listed() == ["Of Beta"]
    assert client.get("/admin/routing/member/").status_code == 403


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example/", "/nowhere/", "", "/admin/logout/"]
)
def test_changing_leads_nowhere_but_to_the_admin(next_page):
    _, second, user = two_workspaces()
    response = signed_in(user).post("/admin/workspace/", {"workspace": second.slug, "next": next_page})
    assert response.headers["Location"] == "/admin/"


def test_changing_takes_a_post_with_a_token_and_a_workspace_of_ones_own():
    first, second, user = two_workspaces()
    foreign = make_workspace(name="Aardvark")
    client = signed_in(user)
    assert client.get("/admin/workspace/").status_code == 405
    client.post("/admin/workspace/", {"workspace": foreign.slug})
    assert client.get("/admin/").context_data["workspace"] == first
    strict = signed_in(user, enforce_csrf_checks=True)
    assert strict.post("/admin/workspace/", {"workspace": second.slug}).status_code == 403


def test_who_loses_a_membership_loses_the_workspace_at_once():
    first, second, user = two_workspaces()
    client = signed_in(user)
    client.post("/admin/workspace/", {"workspace": second.slug})
    Member.objects.filter(workspace=second).delete()
    assert client.get("/admin/").context_data["workspace"] == first


def test_a_form_from_another_workspace_saves_nothing():
    """Two tabs: the form was opened in Alpha, the session has moved to Beta since."""
    first, second, user = two_workspaces()
    client = signed_in(user)
    client.post("/admin/workspace/", {"workspace": second.slug})
    response = client.post(
        "/admin/routing/meetingtype/add/", {"_workspace": first.slug, "name": "Demo"}, follow=True
    )
    assert [str(one) for one in response.context["messages"]] == [
        "Nothing was saved: the form was opened in another workspace, and you are in Beta now."
    ]


def test_a_row_of_ones_other_workspace_says_where_it_is():
    _, second, user = two_workspaces()
    team = make_team(second)
    response = signed_in(user).get(f"/admin/routing/team/{team.pk}/change/", follow=True)
    assert [str(one) for one in response.context["messages"]] == [
        "That team is in Beta. Change to that workspace at the top to open it."
    ]


def test_a_superuser_is_an_owner_everywhere():
    first, second = make_workspace(name="Alpha"), make_workspace(name="Beta")
    user = make_user(is_superuser=True, is_staff=True)
    client = signed_in(user)
    assert list(client.get("/admin/").context_data["workspaces"]) == [first, second]
    client.post("/admin/workspace/", {"workspace": second.slug})
    client.post("/admin/routing/team/add/", management("members") | {"name": "Sales"})
    assert Team.objects.get().workspace == second
    assert {"User", "Group", "DueWork", "WorkerBeat", "Member", "EmailAddress"} <= lists_open_to(user)
    assert not {"SocialToken", "SocialApp"} & set(LISTS.values())


def management(*prefixes: str, total: int = 0) -> dict[str, str]:
    """The hidden inputs of inlines without rows."""
    counts = {"TOTAL_FORMS": str(total), "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    return {f"{prefix}-{name}": value for prefix in prefixes for name, value in counts.items()}


def test_a_fresh_installation_tells_its_superuser_to_make_a_workspace():
    page = signed_in(make_user(is_superuser=True)).get("/admin/").content.decode()
    assert "Add the first workspace" in page


def test_a_name_is_unique_within_its_workspace_and_the_form_says_so():
    first, second, user = two_workspaces()
    make_form(second, name="Contact"), make_host(first, email="ann@acme.example")
    client = signed_in(user)
    twice = management("working_hours", "time_off") | {"name": "Ann", "email": "Ann@acme.example"}
    response = client.post("/admin/routing/host/add/", twice)
    assert response.context_data["adminform"].form.non_field_errors() == [
        "Host with this Workspace and Email already exists."
    ]
    assert Host.objects.count() == 1


def test_the_workspace_of_a_new_row_is_the_sessions():
    first, second, user = two_workspaces()
    client = signed_in(user)
    forged = {"workspace": second.pk, "workspace_id": second.pk, "name": "Sales"}
    client.post("/admin/routing/team/add/", management("members") | forged)
    assert Team.objects.get().workspace == first
