"""SOQL with values that cannot break out of their quotes, and record paths that cannot leave their place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any
from urllib.parse import quote

from simple_salesforce.format import quote_soql_value, soql_escapes, soql_like_escapes

NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,79}(\.[A-Za-z][A-Za-z0-9_]{0,79}){0,4}$")
RECORD_ID = re.compile(r"^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$")


class _StrictFormatter(Formatter):
    """Quotes every value; `:like` escapes for the inside of a LIKE literal, `:name` lets a field's name through."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if not re.fullmatch(r"\w+", field_name):
            raise ValueError(f"a placeholder of SOQL is a plain name, not {field_name}")
        return super().get_field(field_name, args, kwargs)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion:
            raise ValueError("a placeholder of SOQL takes no conversion")
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "like":
            return str(value).translate(soql_escapes).translate(soql_like_escapes)
        if format_spec == "name":
            return checked_name(value)
        if format_spec:
            raise ValueError(f"SOQL knows no format {format_spec}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("SOQL has no such number")
        return str(quote_soql_value(value))


def soql(text: str, **values: Any) -> str:
    """`text` with its `{placeholders}` filled: quoted, or `:like`, or `:name` for fields and objects."""
    return _StrictFormatter().vformat(text, (), values)


def checked_name(name: str) -> str:
    """A field's or object's name, with relationships (`Owner.Email`). Raises ValueError for anything else."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a Salesforce field or object")
    return name


def is_record_id(text: str) -> bool:
    """Whether a text has the form of a Salesforce id, of 15 or 18 characters."""
    return bool(RECORD_ID.fullmatch(text))


def record_path(object_name: str, record_id: str) -> str:
    """The resource of one record, below the API version. Raises ValueError for what is no name or id."""
    if not is_record_id(record_id):
        raise ValueError("this is no Salesforce id")
    return f"sobjects/{checked_name(object_name)}/{record_id}"


def key_path(object_name: str, field: str, value: str) -> str:
    """The resource of a record by its external id."""
    return f"sobjects/{checked_name(object_name)}/{checked_name(field)}/{quote(value, safe='')}"


def query_path(text: str) -> str:
    """The resource of a query, for a place where parameters cannot be given apart."""
    return f"query/?q={quote(text, safe='')}"
