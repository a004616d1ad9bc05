"""What members do with meetings from the list, and what is not theirs to do."""

from __future__ import annotations

import pytest
from django.test import Client

from distro.testing.factories import make_host, make_meeting, make_member, make_submission, make_workspace
from routing.models import Mail, Meeting, Role, Workspace

pytestmark = pytest.mark.django_db
LIST = "/admin/routing/meeting/?time=all"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def member_client(workspace: Workspace, role: str) -> Client:
    client = Client()
    client.force_login(make_member(workspace, role).user)
    return client


def act(client: Client, action: str, *meetings: Meeting) -> str:
    chosen = [meeting.pk for meeting in meetings]
    answer = client.post(LIST, {"action": action, "_selected_action": chosen}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def status_of(meeting: Meeting) -> str:
    meeting.refresh_from_db()
    return str(meeting.status)


def test_a_meeting_is_marked_undone_and_cancelled_from_the_list(workspace: Workspace) -> None:
    client = member_client(workspace, Role.ADMINISTRATOR)
    make_host(workspace)
    meeting = make_meeting(make_submission())
    Meeting.objects.update(workspace=workspace)
    assert "1 marked as a no-show" in act(client, "mark_no_shows", meeting)
    assert status_of(meeting) == "No Show"
    act(client, "undo_last", meeting)
    assert status_of(meeting) == "Scheduled"
    act(client, "cancel_meetings", meeting)
    assert status_of(meeting) == "Cancelled"
    assert Mail.objects.filter(kind="cancelled_prospect").count() == 1


def test_what_the_table_refuses_is_said_beside_the_meeting(workspace: Workspace) -> None:
    client = member_client(workspace, Role.OWNER)
    meeting = make_meeting(make_submission(), status="Cancelled")
    Meeting.objects.update(workspace=workspace)
    page = act(client, "complete_meetings", meeting)
    assert "cannot be completed" in page
    assert status_of(meeting) == "Cancelled"


def test_another_workspaces_meeting_is_out_of_reach(workspace: Workspace) -> None:
    client = member_client(workspace, Role.OWNER)
    foreign = make_meeting()
    act(client, "cancel_meetings", foreign)
    assert status_of(foreign) == "Scheduled"


def test_a_host_marks_their_own_meeting_and_gives_none_away(workspace: Workspace) -> None:
    client = member_client(workspace, Role.HOST)
    user = workspace.members.get().user
    mine = make_host(workspace, user=user)
    own, other = make_meeting(make_submission(), host=mine), make_meeting(make_submission())
    Meeting.objects.update(workspace=workspace)
    act(client, "complete_meetings", own, other)
    assert (status_of(own), status_of(other)) == ("Completed", "Scheduled")
    assert "give_to_next" not in client.get(LIST).content.decode()
