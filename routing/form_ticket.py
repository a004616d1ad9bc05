"""The hosted form's ticket: signed with the time the page was made, so that scripts cannot post it blindly."""

from __future__ import annotations

from enum import Enum

from django.core.signing import BadSignature, Signer

YOUNGEST, OLDEST = 1.0, 24 * 3600.0
SIGNER = Signer(salt="routing.form_ticket")


class TicketFault(Enum):
    """Why a form post is shown its form again."""

    MISSING = "missing"
    TOO_YOUNG = "too young"
    TOO_OLD = "too old"


def issue_ticket(router_key: str, now: float) -> str:
    """The ticket of a form page made at `now`, in seconds since 1970."""
    return SIGNER.sign(f"{router_key}.{int(now * 1000)}")


def ticket_fault(ticket: str, router_key: str, now: float) -> TicketFault | None:
    """What is wrong with a ticket that came back at `now`; None for one between 1 s and 24 h old."""
    try:
        key, _, made = SIGNER.unsign(ticket).rpartition(".")
    except BadSignature:
        return TicketFault.MISSING
    if key != router_key:
        return TicketFault.MISSING
    age = now - int(made) / 1000
    if age < YOUNGEST:
        return TicketFault.TOO_YOUNG
    return TicketFault.TOO_OLD if age > OLDEST else None
