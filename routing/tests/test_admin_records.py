"""What happened, as the admin shows it: whatever prospects write, in the workspace's own time, and read-only."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from distro.due.models import DueWork
from distro.testing.factories import (
    make_host,
    make_ledger_entry,
    make_link,
    make_mail,
    make_mapping,
    make_meeting,
    make_member,
    make_prospect,
    make_router,
    make_run,
    make_submission,
    make_workspace,
)
from routing.models import LedgerEntry, Mail, Meeting, Role, Workspace

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "{{ 7|add:7 }}{% load static %}",
    "javascript:alert(1)",
]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(name="Acme", timezone="America/New_York")


@pytest.fixture
def client(workspace: Workspace) -> Client:
    client = Client()
    client.force_login(make_member(workspace, Role.OWNER).user)
    return client


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_prospect_writes_is_shown_as_text_everywhere(client, workspace, attack):
    router = make_router(workspace)
    submission = make_submission(
        router,
        answers={"email": "a@b.test", "company": attack, attack: [attack]},
        source_url=attack,
        utm={"source": attack},
        message=attack,
        decision={"trace": [{"kind": "distribution", "name": attack, "matched": True, "why": attack}]},
    )
    meeting = make_meeting(
        submission,
        title=attack,
        notes=attack,
        location=attack,
        meeting_url=attack,
        guests=[attack],
        cancel_reason=attack,
    )
    make_mail(workspace, meeting=meeting, subject=attack, text=attack, last_error=attack)
    make_ledger_entry(workspace, meeting=meeting, note=attack)
    pages = [
        "/admin/",
        f"/admin/routing/submission/{submission.pk}/change/",
        f"/admin/routing/prospect/{submission.prospect_id}/change/",
        f"/admin/routing/meeting/{meeting.pk}/change/",
        f"/admin/routing/meeting/{meeting.pk}/history/",
        f"/admin/routing/mail/{Mail.objects.get().pk}/change/",
        f"/admin/routing/ledgerentry/{LedgerEntry.objects.get().pk}/change/",
        "/admin/routing/submission/",
        "/admin/routing/meeting/?time=all",
        "/admin/routing/mail/",
        "/admin/routing/ledgerentry/",
    ]
    for where in pages:
        text = client.get(where).content.decode()
        assert "<script>alert" not in text, where
        assert "<img src=x" not in text, where
        assert "<svg/onload" not in text, where
        assert 'href="javascript:' not in text, where


def test_times_are_the_workspaces_and_say_so(client, workspace):
    router = make_router(workspace)
    with time_machine.travel(NOW, tick=False):
        make_meeting(make_submission(router), make_host(workspace), start=NOW + timedelta(hours=2))
        make_meeting(make_submission(router), make_host(workspace), start=NOW + timedelta(days=3))
        client.force_login(User.objects.get())
        page = client.get("/admin/routing/meeting/").content.decode()
    assert "8 Dec 2026, 11:00 EST (in 2\xa0hours)" in page
    assert "11 Dec 2026, 09:00 EST<" in page


def test_the_list_of_meetings_opens_on_the_next_one(client, workspace):
    router, host = make_router(workspace), make_host(workspace)
    now = datetime.now(UTC)
    meetings = {
        name: make_meeting(make_submission(router), host, start=now + timedelta(hours=hours), status=status)
        for name, hours, status in (
            ("later", 48, "Scheduled"),
            ("next", 2, "Rescheduled"),
            ("called off", 3, "Cancelled"),
            ("over", -48, "Completed"),
        )
    }

    def listed(query: str) -> list[int]:
        return [
            one.pk for one in client.get(f"/admin/routing/meeting/{query}").context_data["cl"].result_list
        ]

    assert listed("") == [meetings["next"].pk, meetings["later"].pk]
    assert listed("?time=past") == [meetings["over"].pk]
    assert listed("?time=all") == [meetings[name].pk for name in ("later", "called off", "next", "over")]


def test_todays_meetings_are_those_of_the_workspaces_day(client, workspace):
    router, host = make_router(workspace), make_host(workspace)
    late = datetime(2026, 12, 9, 4, 30, tzinfo=UTC)  # 23:30 of the 8th in New York
    early = datetime(2026, 12, 8, 4, 30, tzinfo=UTC)  # 23:30 of the 7th
    with time_machine.travel(NOW, tick=False):
        today = make_meeting(make_submission(router), host, start=late)
        make_meeting(make_submission(router), host, start=early)
        client.force_login(User.objects.get())
        shown = client.get("/admin/").context_data["meetings_today"]
    assert [one.pk for one in shown] == [today.pk]


@pytest.mark.parametrize("name", ["meeting", "submission", "prospect", "ledgerentry", "mail"])
def test_what_happened_cannot_be_added_changed_or_deleted(client, workspace, name):
    meeting = make_meeting(make_submission(make_router(workspace)))
    make_mail(workspace), make_ledger_entry(workspace, meeting=meeting)
    where = f"/admin/routing/{name}"
    key = (
        client.get(f"{where}/?time=all" if name == "meeting" else f"{where}/")
        .context_data["cl"]
        .result_list[0]
        .pk
    )
    assert client.get(f"{where}/add/").status_code == 403
    assert client.post(f"{where}/{key}/change/", {"status": "Cancelled"}).status_code == 403
    assert client.post(f"{where}/{key}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{where}/", {"action": "delete_selected", "_selected_action": [key], "post": "yes"})
    assert client.get(f"{where}/{key}/change/").status_code == 200
    assert Meeting.objects.get().status == "Scheduled"


def test_mail_is_sent_again_through_due_work(client, workspace):
    mail = make_mail(workspace, state="sent")
    client.post("/admin/routing/mail/", {"action": "send_again", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert mail.state == "waiting"
    assert list(DueWork.objects.values_list("kind", "key")) == [("routing.mail", str(mail.pk))]


def test_search_finds_a_prospect_by_the_beginning_of_the_address(client, workspace):
    make_prospect(workspace, email="pat@initech.test"), make_prospect(workspace, email="lee@initech.test")
    found = client.get("/admin/routing/prospect/?q=pat@").context_data["cl"].result_list
    assert [one.email for one in found] == ["pat@initech.test"]


@pytest.mark.parametrize(
    "where",
    [
        "/admin/",
        "/admin/routing/meeting/?time=all",
        "/admin/routing/submission/",
        "/admin/routing/prospect/",
        "/admin/routing/ledgerentry/",
        "/admin/routing/mail/",
        "/admin/routing/host/",
        "/admin/routing/team/",
        "/admin/routing/form/",
        "/admin/routing/router/",
        "/admin/routing/meetingtype/",
        "/admin/routing/member/",
        "/admin/crm_sync/syncrun/?state=all",
        "/admin/crm_sync/recordlink/",
        "/admin/crm_sync/usermapping/",
    ],
)
def test_a_list_asks_no_more_of_the_database_when_it_grows(client, workspace, where):
    def fill(count: int) -> None:
        for _ in range(count):
            meeting = make_meeting(make_submission(make_router(workspace)))
            make_run(meeting), make_link(meeting.prospect), make_mapping(make_host(workspace))
            make_mail(workspace), make_ledger_entry(workspace), make_member(workspace)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(where).status_code == 200
        return len(queries)

    fill(2)
    client.get(where)
    few = asked()
    fill(5)
    assert asked() == few


@pytest.mark.parametrize("role", [Role.OWNER, Role.HOST])
def test_a_meetings_page_has_no_link_that_its_reader_may_not_open(workspace, role):
    user = make_member(workspace, role).user
    submission = make_submission(
        make_router(workspace, name="Inbound"), answers={"email": "a@b.test", "company": "Initech"}
    )
    meeting = make_meeting(submission, make_host(workspace, user=user))
    make_run(meeting, state="needs_person", error_message="Phone must be filled in")
    client = Client()
    client.force_login(user)
    page = client.get(f"/admin/routing/meeting/{meeting.pk}/change/").content.decode()
    links = set(re.findall(r'href="(/admin/[^"?]*)', page))
    assert {where: client.get(where).status_code for where in links if "logout" not in where} == {
        where: 200 for where in links if "logout" not in where
    }
    assert (f"/admin/routing/submission/{submission.pk}/change/" in links) == (role == Role.OWNER)
    for shown in (str(submission), "Inbound", meeting.meeting_type.name, "Phone must be filled in"):
        assert shown in page, shown
    assert "<dt>company</dt><dd>Initech</dd>" in page
