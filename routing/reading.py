"""Members of a body, read one by one: texts, moments, days, time zones, and where a visitor came from."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

MOST_BYTES = 64 * 1024
UTM_PREFIX = "utm_"
MOST_UTM, LONGEST_UTM_KEY, LONGEST_UTM, LONGEST_URL = 20, 40, 255, 2000
# At the ends of Python's calendar a moment has none beside it, and looking for times there would overflow.
LONG_AGO, FAR_OFF = datetime(1999, 1, 1, tzinfo=UTC), datetime(2501, 12, 31, tzinfo=UTC)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unfit(ValueError):
    """A member that cannot be used; the text tells why."""


def read_json(raw: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8. Raises ValueError for anything else, and for what no database can keep."""
    read = read_any_json(raw)
    if not isinstance(read, dict):
        raise ValueError
    return read


def read_any_json(raw: bytes) -> Any:
    """As `read_json`, whatever kind of value it is."""
    try:
        read = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
        # Half a surrogate pair can be written in JSON, and in no database.
        json.dumps(read, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError from None
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


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The names of all IANA time zones."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone."""
    return name in known_zones()


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


def read_url(value: object) -> str:
    """Where the visitor came from, cut to its column: a long address is no reason to lose them."""
    return read_text(value, MOST_BYTES)[:LONGEST_URL]


def read_utm(value: object) -> dict[str, str]:
    """Campaign marks by key, without a leading utm_; blank ones left out."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unfit(_("This must be an object of texts."))
    marks = {
        str(key).lower().removeprefix(UTM_PREFIX)[:LONGEST_UTM_KEY]: read_text(text, MOST_BYTES)[:LONGEST_UTM]
        for key, text in value.items()
    }
    return dict([(read_text(key, LONGEST_UTM_KEY), text) for key, text in marks.items() if text][:MOST_UTM])
