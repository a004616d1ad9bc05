"""What can become of a booked meeting, by the lifecycle table."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone as clock

from distro.links import digest_of

from ..core.lifecycle import transition
from ..crm import get_crm
from ..emails import tell_people
from ..models import LedgerEntry, LedgerReason, Meeting, Status
from .calendar_claims import release_time

MANAGEABLE_AFTER_END = timedelta(days=30)


class Refused(Exception):
    """The lifecycle table has no such change; the text says why, for a person to read."""


def find_meeting(token: str) -> Meeting | None:
    """The meeting behind /m/TOKEN/; None for unknown links and dead ones alike."""
    return (
        Meeting.objects.filter(manage_digest=digest_of(token), end__gt=clock.now() - MANAGEABLE_AFTER_END)
        .select_related("workspace", "submission__router", "prospect", "host", "meeting_type", "router__form")
        .first()
    )
