"""The meeting behind a host's one-click link."""

from __future__ import annotations

from django.utils import timezone as clock

from distro.links import digest_of

from ..models import Meeting
from .change import MANAGEABLE_AFTER_END


def find_host_meeting(token: str) -> Meeting | None:
    """The meeting behind /h/TOKEN/; None for unknown links and dead ones alike. It dies with the prospect's."""
    return (
        Meeting.objects.filter(host_digest=digest_of(token), end__gt=clock.now() - MANAGEABLE_AFTER_END)
        .select_related("workspace", "submission", "prospect", "host__workspace", "router__form")
        .first()
    )
