"""JSON values in and out: what each field type accepts, how Salesforce stores it, how it answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from .errors import ApiError, bad_json
from .ids import to18
from .schema import Field

EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?",
)
JSON_TOKENS: dict[type, str] = {
    bool: "VALUE_TRUE", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", str: "VALUE_STRING",
    dict: "START_OBJECT", list: "START_ARRAY",
}  # fmt: skip


def parse_datetime(text: str) -> datetime | None:
    """Aware UTC from ISO 8601 with Z, an offset or (as Salesforce does) neither; None if it is none.

    Salesforce keeps whole seconds for what clients write.
    """
    found = DATETIME.fullmatch(text)
    if not found:
        return None
    day, minute, second, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z") else zone
    try:
        return datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def refuse(field: Field, value: object) -> ApiError:
    shown = str(value).lower() if isinstance(value, bool) else value
    return bad_json(field.type, JSON_TOKENS.get(type(value), "VALUE_NULL"), shown)


def read_text(field: Field, value: Any) -> str | None:
    """Trimmed text; blank becomes null (Salesforce keeps no empty strings)."""
    if not isinstance(value, str):
        raise refuse(field, value)
    return value.strip() or None


def read_boolean(field: Field, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise refuse(field, value)
    return value


def read_number(field: Field, value: Any) -> int | float | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise refuse(field, value)
    try:
        found = float(value)
    except ValueError:
        raise refuse(field, value) from None
    if abs(found) >= 10 ** (field.precision - field.scale):
        text = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", text, [field.name])
    if field.type == "int":
        if found != int(found):
            raise refuse(field, value)
        return int(found)
    return round(found, field.scale)


def read_datetime(field: Field, value: Any) -> datetime | None:
    if value == "":
        return None
    found = parse_datetime(value) if isinstance(value, str) else None
    if found is None:
        raise refuse(field, value)
    return found


def read_date(field: Field, value: Any) -> date | None:
    if value == "":
        return None
    found = parse_date(value) if isinstance(value, str) else None
    if found is None and isinstance(value, str) and (moment := parse_datetime(value)):
        found = moment.date()
    if found is None:
        raise refuse(field, value)
    return found


def read_reference(field: Field, value: Any) -> str | None:
    """An id in its 18-character form; whether it points anywhere is asked later."""
    if value == "":
        return None
    if not isinstance(value, str):
        raise refuse(field, value)
    found = to18(value)
    if found is None:
        text = f"{field.label}: id value of incorrect type: {value}"
        raise ApiError(400, "MALFORMED_ID", text, [field.name])
    return found


READERS: dict[str, Callable[[Field, Any], Any]] = {
    "boolean": read_boolean, "int": read_number, "double": read_number, "currency": read_number,
    "percent": read_number, "datetime": read_datetime, "date": read_date, "reference": read_reference,
    "id": read_reference,
}  # fmt: skip


def read_value(field: Field, value: Any) -> Any:
    """What the org stores for a JSON value; raises ApiError when the type cannot hold it."""
    if value is None:
        if field.type == "boolean":
            raise bad_json("boolean", "VALUE_NULL", "null")
        return None
    found = READERS.get(field.type, read_text)(field, value)
    return found.lower() if field.type == "email" and found else found


def check_text(field: Field, value: str) -> ApiError | None:
    """Length, address and picklist rules of a stored text; None when it fits."""
    if field.length and len(value) > field.length:
        text = f"{field.label}: data value too large: {value} (max length={field.length})"
        return ApiError(400, "STRING_TOO_LONG", text, [field.name])
    if field.type == "email" and not EMAIL.fullmatch(value):
        text = f"{field.label}: invalid email address: {value}"
        return ApiError(400, "INVALID_EMAIL_ADDRESS", text, [field.name])
    if field.restricted:
        known = {one.lower() for one in field.values}
        chosen = value.split(";") if field.type == "multipicklist" else [value]
        bad = [one for one in chosen if one.lower() not in known]
        if bad:
            text = f"{field.label}: bad value for restricted picklist field: {bad[0]}"
            return ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, [field.name])
    return None


def show(value: Any) -> Any:
    """A stored value as Salesforce's JSON has it (`2026-05-01T07:25:37.000+0000`)."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return value.isoformat() if isinstance(value, date) else value
