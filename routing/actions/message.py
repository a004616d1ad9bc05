"""The way out when no time suits: the prospect writes, and somebody is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ..core.rotation import order
from ..emails import write_message_mail
from ..models import Host, ProspectMessage, Role, Router, Submission
from ..standings import read_ledger


@transaction.atomic
def leave_message(submission: Submission, text: str, now: datetime) -> ProspectMessage:
    """Keep the message and mail it to the router's default host, or to the workspace's owners where it has none."""
    message = ProspectMessage.objects.create(workspace=submission.workspace, submission=submission, text=text)
    for email in readers(submission.router, now):
        write_message_mail(message, email)
    return message


def readers(router: Router, now: datetime) -> list[str]:
    """Who is told: the default host; of a default team the one whose turn it is; else the owners."""
    active = Host.objects.filter(active=True, archived_at=None)
    if router.default_team:
        standing = read_ledger(router.default_team, router, now).standing
        found = active.filter(pk__in=[int(key) for key in order(standing)[:1]])
    else:
        found = active.filter(pk=router.default_host_id or 0)
    emails = list(found.values_list("email", flat=True))
    if emails:
        return emails
    owners = router.workspace.members.filter(role=Role.OWNER).exclude(user__email="")
    return list(owners.values_list("user__email", flat=True))
