"""Reading what was posted: JSON or a form, within limits, and the few members that have a shape of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from distro.problems import Problem

# Said again here, so that views find all reading in one place.
from ..reading import MOST_BYTES as MOST_BYTES
from ..reading import Unfit as Unfit
from ..reading import read_day as read_day
from ..reading import read_json as read_json
from ..reading import read_start as read_start
from ..reading import read_text as read_text
from ..reading import read_zone as read_zone

MOST_GUESTS, LONGEST_NOTES, LONGEST_REASON, LONGEST_MESSAGE = 10, 2000, 1000, 5000
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
BETWEEN_GUESTS = re.compile(r"[\s,;]+")


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
            return Body(request.body, read_json(request.body), QueryDict())
        if request.content_type in FORM_TYPES:
            return Body(request.body, None, request.POST)
    except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError, ValueError):
        raise Problem("unreadable-body") from None
    raise Problem("unsupported-media-type")


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
