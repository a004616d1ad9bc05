"""Lists in pages: newest first, and no row twice or left out however many are added meanwhile."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from distro.problems import Problem

MOST, USUAL = 200, 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class PageQuery(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many items to answer with, at most.")
    cursor: str = Field("", description="`next` of the page before; leave it out for the first one.")


def page_of(rows: QuerySet[Any], wanted: PageQuery) -> tuple[list[Any], str | None]:
    """A page of rows that have `created_at`, newest first, and the cursor of the next one: 1 query.

    Raises 422 for a cursor that no list has given.
    """
    if wanted.cursor:
        moment, pk = read_cursor(wanted.cursor)
        rows = rows.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=pk))
    found = list(rows.order_by("-created_at", "-pk")[: wanted.limit + 1])
    page = found[: wanted.limit]
    return page, cursor_of(page[-1]) if len(found) > wanted.limit else None


def cursor_of(row: Any) -> str:
    """Where in its list a row stands, as opaque text."""
    text = f"{(row.created_at - EPOCH) // MICROSECOND}.{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, int]:
    """The moment and the key that a cursor stands for."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        moment, pk = (int(number) for number in plain.split("."))
        if pk.bit_length() < 64:
            return EPOCH + moment * MICROSECOND, pk
    except (binascii.Error, ValueError, OverflowError):
        pass
    message = _("This is no cursor of this list. Take `next` of the page before, or leave it out.")
    raise Problem("invalid", errors={"cursor": [message]})
