"""The sync log: what needs somebody comes first, and Retry and Ignore do what they say."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm_sync.models import RunState, SyncRun
from distro.testing.factories import (
    make_connection,
    make_link,
    make_mapping,
    make_meeting,
    make_member,
    make_router,
    make_run,
    make_step,
    make_submission,
    make_workspace,
)
from routing.models import Role, Workspace

pytestmark = pytest.mark.django_db
SAID = "Phone must be filled in"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    client = Client()
    client.force_login(make_member(workspace, Role.ADMINISTRATOR).user)
    return client


def run_in(workspace: Workspace, state: str, **more: Any) -> SyncRun:
    return make_run(make_submission(make_router(workspace)), state=state, **more)


def messages_of(response: Any) -> list[str]:
    return [str(one) for one in response.context["messages"]]


def test_the_log_opens_on_what_needs_somebody(client, workspace):
    runs = {state: run_in(workspace, state) for state in RunState.values}

    def listed(query: str) -> set[str]:
        return {
            one.state for one in client.get(f"/admin/crm_sync/syncrun/{query}").context_data["cl"].result_list
        }

    assert listed("") == {"needs_person", "needs_reconnecting"}
    assert listed("?state=waiting") == {"waiting"}
    assert listed("?state=all") == set(runs)
    assert [one.state for one in client.get("/admin/").context_data["parked"]] == [
        "needs_reconnecting",
        "needs_person",
    ]


def test_an_empty_log_says_when_it_will_not_be(client, workspace):
    assert (
        "Runs appear with the first submission after connecting."
        in client.get("/admin/crm_sync/syncrun/").content.decode()
    )
    run_in(workspace, "done")
    assert "None of 1 fits the filters" in client.get("/admin/crm_sync/syncrun/").content.decode()


@pytest.mark.parametrize(
    ("action", "state", "said"),
    [
        ("retry", "waiting", ["2 runs will be tried again at once."]),
        ("ignore", "ignored", ["2 runs will not be tried again."]),
    ],
)
def test_several_are_mended_together(client, workspace, action, state, said):
    make_connection(workspace)
    runs = [run_in(workspace, "needs_person", error_code=f"CODE_{place}") for place in range(2)]
    sent = {"action": action, "_selected_action": [one.pk for one in runs]}
    assert messages_of(client.post("/admin/crm_sync/syncrun/", sent, follow=True)) == said
    assert {one.state for one in SyncRun.objects.all()} == {state}


@pytest.mark.parametrize(("button", "state"), [("retry", "waiting"), ("ignore", "ignored")])
def test_one_is_mended_from_its_page(client, workspace, button, state):
    make_connection(workspace)
    run = run_in(workspace, "needs_person", error_message=SAID)
    page = client.get(f"/admin/crm_sync/syncrun/{run.pk}/change/").content.decode()
    assert f'formaction="/admin/crm_sync/syncrun/{run.pk}/{button}/"' in page
    answer = client.post(f"/admin/crm_sync/syncrun/{run.pk}/{button}/")
    assert answer.headers["Location"] == f"/admin/crm_sync/syncrun/{run.pk}/change/"
    run.refresh_from_db()
    assert run.state == state
    assert client.get(f"/admin/crm_sync/syncrun/{run.pk}/{button}/").status_code == 405


def test_what_is_done_is_left_done_and_has_no_button(client, workspace):
    run = run_in(workspace, "done")
    assert "formaction" not in client.get(f"/admin/crm_sync/syncrun/{run.pk}/change/").content.decode()
    said = messages_of(client.post(f"/admin/crm_sync/syncrun/{run.pk}/retry/", follow=True))
    assert said == [
        "Person of "
        + str(run.submission)
        + ": This run is done already, so there is nothing left to be sent."
    ]
    run.refresh_from_db()
    assert run.state == "done"


def test_what_can_be_done_stands_between_what_is_wrong_and_the_steps(client, workspace):
    run = run_in(workspace, "needs_person", error_message=SAID)
    make_step(run)
    page = client.get(f"/admin/crm_sync/syncrun/{run.pk}/change/").content.decode()
    told = ["What is wrong", SAID, 'value="Retry"', 'value="Ignore"', "Steps, as meant and as they went"]
    assert sorted(told, key=page.rindex) == told


@pytest.mark.parametrize(
    ("state", "message", "shown"), [("done", "", False), ("done", SAID, True), ("waiting", "", True)]
)
def test_a_run_that_went_well_has_nothing_wrong(client, workspace, state, message, shown):
    run = run_in(workspace, state, error_message=message)
    page = client.get(f"/admin/crm_sync/syncrun/{run.pk}/change/").content.decode()
    assert ("What is wrong" in page) == shown


def test_a_host_mends_nothing(client, workspace):
    run = run_in(workspace, "needs_person")
    client.force_login(make_member(workspace, Role.HOST).user)
    assert client.post(f"/admin/crm_sync/syncrun/{run.pk}/retry/").status_code == 403
    run.refresh_from_db()
    assert run.state == "needs_person"


def test_a_runs_page_tells_what_was_sent_and_answered(client, workspace):
    make_connection(workspace, instance_url="https://acme.my.salesforce.com")
    run = run_in(
        workspace,
        "needs_person",
        error_message=SAID,
        error_remedy="Fill it in.",
        notes=["A note"],
        left_out=["Lead.Rating"],
    )
    make_step(run, fields={"LastName": "Lee"}, state="failed", message=SAID, record_id="00Q000000000001AAA")
    page = client.get(f"/admin/crm_sync/syncrun/{run.pk}/change/").content.decode()
    for shown in (SAID, "Fill it in.", "A note", "Lead.Rating", "<dt>LastName</dt><dd>Lee</dd>"):
        assert shown in page, shown
    assert 'href="https://acme.my.salesforce.com/00Q000000000001AAA"' in page


def test_prospects_submissions_and_meetings_lead_to_their_records(client, workspace):
    make_connection(workspace, instance_url="https://acme.my.salesforce.com")
    submission = make_submission(make_router(workspace))
    meeting = make_meeting(submission)
    make_link(submission.prospect, record_id="00Q000000000001AAA")
    make_link(meeting=meeting, record_id="00U000000000001AAA")
    run = make_run(meeting, state="needs_person", error_message=SAID)
    pages = {
        f"/admin/routing/prospect/{submission.prospect_id}/change/": ["00Q000000000001AAA"],
        f"/admin/routing/submission/{submission.pk}/change/": ["00Q000000000001AAA"],
        f"/admin/routing/meeting/{meeting.pk}/change/": ["00Q000000000001AAA", "00U000000000001AAA"],
    }
    for where, records in pages.items():
        page = client.get(where).content.decode()
        for record in records:
            assert f'href="https://acme.my.salesforce.com/{record}"' in page, where
        assert f'href="/admin/crm_sync/syncrun/{run.pk}/change/"' in page, where
        assert SAID in page, where


def test_no_page_shows_a_token(client, workspace):
    connection = make_connection(workspace, access_token="canary-access", refresh_token="canary-refresh")
    client.force_login(User.objects.create_superuser("root"))
    for where in ("", f"{connection.pk}/change/", f"{connection.pk}/history/", f"{connection.pk}/delete/"):
        assert "canary" not in client.get(f"/admin/crm_sync/salesforceconnection/{where}").content.decode()
    assert client.post(f"/admin/crm_sync/salesforceconnection/{connection.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (None, "pill-idle"),
        ("connected", "pill-good"),
        ("broken", "pill-bad"),
        ("disconnected", "pill-idle"),
    ],
)
def test_every_page_says_how_salesforce_stands(client, workspace, state, shown):
    words = {None: "not connected", "broken": "needs reconnecting", "disconnected": "not connected"}
    if state:
        make_connection(workspace, state=state)
    for where in ("/admin/", "/admin/routing/router/", "/admin/password_change/"):
        page = client.get(where).content.decode()
        link = f'<a class="salesforce pill {shown}" href="/integrations/?workspace={workspace.slug}">'
        assert f"{link}Salesforce: {words.get(state, 'connected')}</a>" in page, where


def test_mappings_say_whom_salesforce_does_not_know(client, workspace):
    router = make_router(workspace)
    make_mapping(router.default_team.members.get().host, user_id="", active=False)
    assert "No such user" in client.get("/admin/crm_sync/usermapping/").content.decode()
