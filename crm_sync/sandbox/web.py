"""One request and one answer, the same for HTTP and for the subrequests of a Composite."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .access import Access
from .errors import ApiError, MultipleChoices
from .records import Options
from .values import parse_datetime

if TYPE_CHECKING:
    from .calls import CallEntry
    from .org import Org

UNREAD = object()


@dataclass
class Answer:
    """Status, JSON-able body (None: empty) and headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """A request to the REST API by a known user. `parsed` is the body of a subrequest, already JSON."""

    org: Org
    access: Access
    method: str
    url: str
    headers: dict[str, str]
    raw: bytes = b""
    parsed: Any = UNREAD
    version: int = 66
    entry: CallEntry | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def base(self) -> str:
        return f"/services/data/v{self.version}.0"

    def body(self) -> Any:
        """The body as JSON; JSON_PARSER_ERROR when it is none."""
        if self.parsed is UNREAD:
            kind = self.headers.get("content-type", "application/json")
            if "json" not in kind:
                raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", f"content type {kind} is not supported")
            try:
                self.parsed = json.loads(self.raw)
            except ValueError as bad:
                where = f"[line:{getattr(bad, 'lineno', 1)}, column:{getattr(bad, 'colno', 1)}]"
                text = f"Unexpected character or end of input at {where}"
                raise ApiError(400, "JSON_PARSER_ERROR", text) from None
        return self.parsed

    def json_object(self) -> dict[str, Any]:
        found = self.body()
        if not isinstance(found, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object")
        return found

    def options(self) -> Options:
        """What the Sforce- headers and If-Unmodified-Since ask of saves."""
        flags = self.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")
        chosen = dict(part.partition("=")[::2] for part in flags.replace(";", ",").split(","))
        return Options(
            auto_assign=self.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE",
            allow_save=chosen.get("allowsave") == "true",
            record_details=chosen.get("includerecorddetails") == "true",
            version=self.version,
            call=self.entry.number if self.entry else 0,
            unmodified_since=http_date(self.headers.get("if-unmodified-since")),
        )


def http_date(text: str | None) -> Any:
    """An HTTP date (EEE, dd MMM yyyy HH:mm:ss z) as aware UTC; None when absent or unreadable."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return parse_datetime(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def segments(path: str) -> list[str]:
    """The path's parts, each decoded on its own, so that an encoded slash stays inside its part."""
    return [unquote(one) for one in path.strip("/").split("/")]


def refused(fault: ApiError) -> Answer:
    return Answer(fault.status, fault.errors)


def several(fault: MultipleChoices) -> Answer:
    return Answer(300, fault.urls)
