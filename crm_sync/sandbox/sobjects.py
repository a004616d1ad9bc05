"""Describe: the objects and fields that the connected user may know of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from . import records
from .describe import describe_field, describe_sobject, outline
from .web import Answer, Call, http_date


def global_describe(call: Call) -> Answer:
    seen = [one for one in call.org.schema if call.access.can(one, "Read")]
    shown = [outline(call.access, one, call.base) for one in seen]
    return Answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})


def basic(call: Call, name: str) -> Answer:
    sobject = records.require_sobject(call.access, name)
    return Answer(200, {"objectDescribe": outline(call.access, sobject, call.base), "recentItems": []})


def describe(call: Call, name: str) -> Answer:
    """The whole describe; 304 when nothing changed since If-Modified-Since."""
    sobject = records.require_sobject(call.access, name)
    changes = call.org.schema.changed_at
    stamp = max(changes.get(sobject.name, 0), changes.get("*", 0))
    since = http_date(call.headers.get("if-modified-since"))
    modified = datetime.fromtimestamp(stamp, UTC)
    headers = {"Last-Modified": modified.strftime("%a, %d %b %Y %H:%M:%S GMT"), "ETag": f'"{stamp:x}"'}
    if since and modified <= since:
        return Answer(304, None, headers)
    fields: list[dict[str, Any]] = []
    for one in call.access.readable_fields(sobject):
        fields.append(describe_field(one, editable=call.access.editable(sobject, one)))
    return Answer(200, describe_sobject(call.access, sobject, call.base, fields), headers)
