"""Reading what was posted: JSON or a form, within limits, and the few members that have a shape of their own."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from distro.problems import Problem

from .zones import is_zone

MOST_BYTES = 64 * 1024
MOST_GUESTS, LONGEST_NOTES, LONGEST_REASON, LONGEST_MESSAGE = 10, 2000, 1000, 5000
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
BETWEEN_GUESTS = re.compile(r"[\s,;]+")
# At the ends of Python's calendar a moment has none beside it, and looking for times there would overflow.
LONG_AGO, FAR_OFF = datetime(1999, 1, 1, tzinfo=UTC), datetime(2501, 12, 31, tzinfo=UTC)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unfit(ValueError):
    """A member that cannot be used; the text tells why."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it came, and read: `json` for a JSON object, else `form`."""

    raw: bytes
    json: Mapping[str, Any] | None
    form: QueryDict

    def get(self, name: str) -> Any:
        """A member; a form's is the last input of that name, None where there is none."""
        return self.form.get(name) if self.json is None else self.json.get(name)


def read_body(request: HttpRequest, *, optional: bool = False) -> Body:
    """The body. Raises 413 above 64 KiB, 415 for what is neither JSON nor a form, 400 for what is unreadable.

    With `optional` an empty body is an empty form.
    """
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES or len(request.body) > MOST_BYTES:
            raise Problem("too-large")
        if not request.body and optional:
            return Body(b"", None, QueryDict())
        if not request.body and not request.content_type:
            raise Problem("unreadable-body")
        if request.content_type == "application/json":
            return Body(request.body, _read_json(request.body), QueryDict())
        if request.content_type in FORM_TYPES:
            return Body(request.body, None, request.POST)
    except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError, ValueError):
        raise Problem("unreadable-body") from None
    raise Problem("unsupported-media-type")


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        read = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
        # Half a surrogate pair can be written in JSON, and in no database.
        json.dumps(read, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError from None
    if not isinstance(read, dict):
        raise ValueError
    return read


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def read_start(value: object) -> datetime:
    """A moment in ISO 8601 with `Z` or an offset, as UTC; one that no meeting can have is as good as the next."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return min(max(moment.astimezone(UTC), LONG_AGO), FAR_OFF)
    except (ValueError, OverflowError):
        pass
    raise Unfit(_("This must be a time such as 2026-12-08T09:30:00Z, with Z or an offset."))


def read_day(value: object) -> date:
    """A day written YYYY-MM-DD."""
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Unfit(_("This must be a date, written YYYY-MM-DD."))


def read_zone(value: object) -> str:
    """The name of an IANA time zone, "" where none is given."""
    if value is None or value == "":
        return ""
    if isinstance(value, str) and is_zone(value):
        return value
    raise Unfit(_("This is no time zone. One looks like Europe/Berlin."))


def read_guests(value: object) -> list[str]:
    """Up to 10 e-mail addresses, each once: a list, or (in a form) one text with commas or line breaks between."""
    if value is None:
        return []
    written = BETWEEN_GUESTS.split(value.strip()) if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(guest, str) for guest in written):
        raise Unfit(_("This must be a list of e-mail addresses."))
    guests = {guest.strip().lower(): guest.strip() for guest in written if guest.strip()}
    for guest in guests.values():
        _check_address(guest)
    if len(guests) > MOST_GUESTS:
        most = MOST_GUESTS
        raise Unfit(ngettext("At most %(most)d guest.", "At most %(most)d guests.", most) % {"most": most})
    return list(guests.values())


def _check_address(guest: str) -> None:
    try:
        validate_email(guest)
    except ValidationError:
        shown = guest[:60]
        raise Unfit(_("“%(guest)s” is not an e-mail address.") % {"guest": shown}) from None


def read_text(value: object, most: int) -> str:
    """Text of at most `most` characters, line breaks as \\n, without other control characters."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(_("This must be text."))
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > most:
        raise Unfit(_("This is too long: at most %(most)d characters.") % {"most": most})
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in text):
        raise Unfit(_("This has a character that cannot be used here."))
    return text
