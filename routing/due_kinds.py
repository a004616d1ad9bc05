"""Due work of routing: mail, and meetings that complete by themselves."""

from __future__ import annotations

from datetime import datetime
from email.mime.text import MIMEText

from django.core.mail import EmailMessage
from django.utils import timezone

from distro.due import Claim, kind

from .actions.attendance import complete_by_itself
from .models import Mail, MailState, Meeting


@kind("routing.mail")
def send_mail(key: str, claim: Claim) -> datetime | None:
    """Send one mail. What goes wrong is tried again with growing delays, and shown on the mail meanwhile."""
    mail = Mail.objects.filter(pk=key, state=MailState.WAITING).first()
    if mail is None:
        return None
    try:
        build_message(mail).send()
    except OSError as fault:
        note = f"The mail server did not take it ({type(fault).__name__})."
        Mail.objects.filter(pk=mail.pk).update(attempts=mail.attempts + 1, last_error=note)
        raise
    Mail.objects.filter(pk=mail.pk).update(
        state=MailState.SENT, sent_at=timezone.now(), attempts=mail.attempts + 1, last_error=""
    )
    return None


@kind("routing.complete")
def complete_meeting(key: str, claim: Claim) -> datetime | None:
    """Complete a meeting its time after the end; one that moved is looked at again then."""
    meeting = Meeting.objects.filter(pk=key).first()
    return complete_by_itself(meeting, timezone.now()) if meeting else None


def build_message(mail: Mail) -> EmailMessage:
    """The message, with its calendar file so that mail programs offer to enter it."""
    message = EmailMessage(mail.subject, mail.text, to=[mail.to])
    if mail.calendar:
        part = MIMEText(mail.calendar, "calendar", "utf-8")
        part.set_param("method", mail.calendar_method)
        part.add_header("Content-Disposition", "attachment", filename="invite.ics")
        message.attach(part)
    return message
