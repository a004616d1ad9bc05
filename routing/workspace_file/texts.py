"""What a piece of text must look like, one function each: the text made regular, or `Refused` with the remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

DEFAULT_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_SPAN = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")
_is_web_address = URLValidator(schemes=["http", "https"])


class Refused(ValueError):
    """The text does not fit; the message says what would."""


def quoted(value: object) -> str:
    """A value as a fault shows it: in double quotes, on one line, cut at 60 characters."""
    text = str(value)
    return json.dumps(text if len(text) <= 60 else text[:59] + "…", ensure_ascii=False)


def suggestion(wrong: str, right: Iterable[str]) -> str:
    """`; did you mean …?` with the nearest of the right ones, or nothing."""
    near = get_close_matches(wrong, list(right), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def matching(pattern: str, remedy: str) -> Callable[[str], str]:
    """A check that the whole text fits the pattern; `remedy` says what does."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Refused(f"{quoted(text)} does not fit; {remedy}")
        return text

    return check


def validated(validator: Callable[[str], None]) -> Callable[[str], str]:
    """A check by one of Django's validators, in its words."""

    def check(text: str) -> str:
        try:
            validator(text)
        except ValidationError as error:
            raise Refused(f"{quoted(text)} does not fit. {error.messages[0]}") from None
        return text

    return check


def email(text: str) -> str:
    """An e-mail address, in small letters, as which it identifies its host."""
    try:
        validate_email(text)
    except ValidationError:
        raise Refused(f"{quoted(text)} is no e-mail address; write one such as ann@acme.example") from None
    return text.lower()


@cache
def _zones() -> frozenset[str]:
    # Asking walks the whole folder of zones, some ten milliseconds each time.
    return frozenset(available_timezones())


def zone(text: str) -> str:
    """An IANA time zone."""
    if text not in _zones():
        hint = suggestion(text, _zones()) or "; write one such as Europe/Berlin"
        raise Refused(f"{quoted(text)} is no time zone{hint}")
    return text


def web_address(text: str) -> str:
    """An http or https address."""
    try:
        _is_web_address(text)
    except ValidationError:
        remedy = "write one such as https://www.acme.example/page"
        raise Refused(f"{quoted(text)} is no http or https address; {remedy}") from None
    return text


def origin(text: str) -> str:
    """scheme://host[:port] as browsers send it: small letters, and no port that the scheme implies."""
    match = _ORIGIN.fullmatch(text)
    if match is None or (match[3] and not 0 < int(match[3]) < 65536):
        raise Refused(f"{quoted(text)} is no origin; write {_nearest_origin(text)}, without a path")
    scheme, host, port = match[1].lower(), match[2].lower(), match[3]
    implied = port is None or int(port) == DEFAULT_PORTS[scheme]
    return f"{scheme}://{host}" if implied else f"{scheme}://{host}:{int(port)}"


def _nearest_origin(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    near = f"{parts.scheme}://{parts.netloc}"
    return near if _ORIGIN.fullmatch(near) else "scheme://host[:port], such as https://www.acme.example"


def domain(text: str) -> str:
    """A bare domain, in small letters."""
    if not _DOMAIN.fullmatch(text.lower()):
        raise Refused(f"{quoted(text)} is no domain; write one such as mail.example")
    return text.lower()


def span(text: str) -> str:
    """HH:MM-HH:MM on a grid of five minutes; 24:00 may end one."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise Refused(f'{quoted(text)} is no span of time; write one such as "09:00-17:00"')
    start, end = span_minutes(text)
    if start >= 1440 or end > 1440:
        raise Refused(f"{quoted(text)} is no span of time; 00:00 to 23:55 begin one, 24:00 is the last end")
    if start % 5 or end % 5:
        raise Refused(f"{quoted(text)} is not on the five-minute grid; use multiples of 5 minutes")
    return text


def span_minutes(text: str) -> tuple[int, int]:
    """Start and end of a span, in minutes after midnight."""
    start, end = text.split("-")
    return _minutes(start), _minutes(end)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def day(text: str) -> str:
    """A day of the calendar as YYYY-MM-DD."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{quoted(text)} is no day; write one such as 2027-01-04") from None
    return text


api_name = matching(
    r"[A-Za-z][A-Za-z0-9_]{0,79}",
    "write the API name of a Salesforce field, such as LeadSource or Region__c",
)
account_id = matching(
    r"001[A-Za-z0-9]{12}([A-Za-z0-9]{3})?", "write the id of an Account, 001 and 12 or 15 more"
)
