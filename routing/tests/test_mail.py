"""Mail about meetings: on the reader's own clock, with a calendar file that programs can read."""

from __future__ import annotations

from datetime import UTC, datetime

import icalendar
import pytest
from django.core import mail as outbox

from distro.due import Claim
from distro.testing.factories import make_host, make_meeting, make_submission, make_workspace
from routing.due_kinds import build_message
from routing.emails import tell_people
from routing.models import Mail, Meeting

pytestmark = pytest.mark.django_db
START = datetime(2027, 1, 12, 10, 30, tzinfo=UTC)


@pytest.fixture
def meeting() -> Meeting:
    workspace = make_workspace(timezone="UTC")
    host = make_host(workspace, timezone="Asia/Singapore")
    submission = make_submission()
    return make_meeting(
        submission, host, workspace=workspace, start=START, timezone="Europe/Berlin", guests=["g@b.test"]
    )


@pytest.mark.parametrize("kind", ["booked", "rescheduled", "reassigned", "cancelled"])
def test_every_reader_is_told_the_time_on_their_own_clock(meeting: Meeting, kind: str) -> None:
    tell_people(meeting, kind)
    told = {mail.kind: mail for mail in Mail.objects.all()}
    for role, time, zone in (
        ("prospect", "11:30", "Europe/Berlin"),
        ("guest", "11:30", "Europe/Berlin"),
        ("host", "18:30", "Asia/Singapore"),
    ):
        mail = told[f"{kind}_{role}"]
        assert time in mail.subject
        assert f"{time} to" in mail.text and f"({zone})" in mail.text


@pytest.mark.parametrize(("kind", "method"), [("booked", "REQUEST"), ("cancelled", "CANCEL")])
def test_the_calendar_file_is_one_that_programs_read(meeting: Meeting, kind: str, method: str) -> None:
    tell_people(meeting, kind)
    message = build_message(Mail.objects.get(kind=f"{kind}_prospect")).message()
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    assert (part.get_param("method"), part.get_filename()) == (method, "invite.ics")
    assert part["Content-Type"].count("charset") == 1
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    (entry,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], entry["UID"].split("@")[0]) == (method, str(meeting.uuid))
    assert entry["DTSTART"].dt == START


def test_a_mail_is_sent_once(meeting: Meeting) -> None:
    from routing.due_kinds import send_mail

    tell_people(meeting, "booked")
    mail = Mail.objects.get(kind="booked_host")
    claim: Claim | None = None
    for _ in range(2):
        send_mail(str(mail.pk), claim)  # type: ignore[arg-type]
    assert [message.to for message in outbox.outbox] == [[meeting.host.email]]
