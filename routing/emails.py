"""Mail about meetings: written in the transaction of the fact, sent by due work."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone as clock

from distro.due import schedule

from .models import Host, Mail, Meeting, ProspectMessage, Status


def link(path: str) -> str:
    """An absolute address of this installation."""
    return f"{settings.BASE_URL}{path}"


def calendar_text(meeting: Meeting, method: str = "PUBLISH") -> str:
    """The meeting as an iCalendar file: the same UID for its whole life, SEQUENCE growing with every change.

    METHOD is PUBLISH for a download, REQUEST or CANCEL in mail (RFC 5546).
    """
    cancelled = method == "CANCEL" or meeting.status == Status.CANCELLED
    entry = icalendar.Event()
    entry.add("uid", f"{meeting.uuid}@{urlsplit(settings.BASE_URL).hostname}")
    entry.add("sequence", meeting.version - 1)
    entry.add("dtstamp", meeting.changed_at)
    entry.add("dtstart", in_zone(meeting.start, meeting.timezone))
    entry.add("dtend", in_zone(meeting.end, meeting.timezone))
    entry.add("summary", meeting.title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if meeting.location:
        entry.add("location", meeting.meeting_url or meeting.location)
    if meeting.meeting_url:
        entry.add("url", meeting.meeting_url)
    entry.add("organizer", person(meeting.host.email, meeting.host.name))
    for email in [meeting.prospect.email, *meeting.guests]:
        attendee = person(email)
        attendee.params["PARTSTAT"] = "NEEDS-ACTION"
        attendee.params["RSVP"] = "TRUE"
        entry.add("attendee", attendee)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Distro//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def person(email: str, name: str = "") -> icalendar.vCalAddress:
    """A calendar user's address."""
    address = icalendar.vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = name
    return address


def in_zone(moment: datetime, zone: str) -> datetime:
    """The same moment on the clock of `zone`."""
    return moment.astimezone(ZoneInfo(zone))


def tell_people(meeting: Meeting, kind: str) -> None:
    """Write the mails that a booking, a change or a cancellation calls for, and have them sent.

    `kind` names the templates: booked, rescheduled, reassigned or cancelled. Called in the transaction of the fact.
    """
    write_mail(meeting, kind, "prospect", meeting.prospect.email)
    for guest in meeting.guests:
        write_mail(meeting, kind, "guest", guest)
    write_mail(meeting, kind, "host", meeting.host.email)


def tell_host(meeting: Meeting, host: Host, kind: str) -> None:
    """Tell one host alone: the one from whom a meeting was taken."""
    write_mail(meeting, kind, "host", host.email)


def write_mail(meeting: Meeting, kind: str, role: str, email: str) -> None:
    """One mail, and the due work that sends it."""
    method = "CANCEL" if kind == "cancelled" else "REQUEST"
    context = mail_context(meeting, role)
    # Templates show times on the clock that is set, which is the reader's here.
    with clock.override(ZoneInfo(str(context["zone"]))):
        subject = one_line(render_to_string(f"mail/{kind}.subject.txt", context))
        text = render_to_string(f"mail/{kind}.txt", context)
    mail = Mail.objects.create(
        workspace=meeting.workspace,
        meeting=meeting,
        kind=f"{kind}_{role}",
        to=email,
        subject=subject,
        text=text,
        calendar=calendar_text(meeting, method),
        calendar_method=method,
    )
    schedule("routing.mail", mail.pk)


def write_message_mail(message: ProspectMessage, email: str) -> None:
    """What a prospect wrote because no time suited, to one reader."""
    context = {"message": message, "submission": message.submission, "workspace": message.workspace}
    mail = Mail.objects.create(
        workspace=message.workspace,
        kind="message",
        to=email,
        subject=one_line(render_to_string("mail/message.subject.txt", context)),
        text=render_to_string("mail/message.txt", context),
    )
    schedule("routing.mail", mail.pk)


def one_line(text: str) -> str:
    """A subject: one line, at most 255 characters, whatever a prospect typed."""
    return " ".join(text.split())[:255]


def mail_context(meeting: Meeting, role: str) -> dict[str, object]:
    """What the templates may say. Times are on the reader's own clock."""
    zone = meeting.host.zone_name if role == "host" else meeting.timezone
    return {
        "meeting": meeting,
        "role": role,
        "host": meeting.host,
        "workspace": meeting.workspace,
        "answers": answer_lines(meeting) if role == "host" else [],
        "start": meeting.start,
        "end": meeting.end,
        "zone": zone,
        "manage_url": link(f"/m/{meeting.manage_token}/") if role == "prospect" else "",
        "host_url": link(f"/h/{meeting.host_token}/") if role == "host" else "",
    }


def answer_lines(meeting: Meeting) -> list[tuple[str, str]]:
    """What the prospect answered, as label and text, in the form's order; blanks left out."""
    answers = meeting.submission.answers
    lines = []
    for field in meeting.router.form.fields.all():
        answer = answers.get(field.key)
        if answer not in (None, "", [], False):
            text = ", ".join(answer) if isinstance(answer, list) else str(answer)
            lines.append((str(field), "yes" if answer is True else text))
    return lines
