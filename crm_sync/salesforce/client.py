"""Calls to one org's REST and Tooling APIs, over simple-salesforce; every failure is a SalesforceFault."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from requests import Response
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from crm_sync.models import ConnectionState, SalesforceConnection

from .faults import NOT_CONNECTED, TIMEOUT, UNREADABLE_ANSWER, SalesforceFault, fault_of_answer
from .session import PinnedSession, within
from .soql import checked_name, query_path
from .tokens import refresh_tokens

Result = TypeVar("Result")
EXPIRED = "INVALID_SESSION_ID"
# A 401 that no refresh would mend (REST API guide; jsforce skips the same two).
NOT_EXPIRY = ("This session is not valid for use with the REST API", "Connected app is not attached to Agent")
MOST_ROWS = 10_000
GRACE_SECONDS = 0.5  # so that the session's own time-out, which says more, comes first


@dataclass(frozen=True, slots=True)
class Subrequest:
    """One part of a composite call; `path` is below the API version, `reference` letters, digits, underscores."""

    method: str
    path: str
    reference: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a subrequest: a body, or the fault it ended in."""

    reference: str
    status: int
    body: Any
    fault: SalesforceFault | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The records of a query's answer. Raises the fault, if there is one."""
        if self.fault:
            raise self.fault
        return list(self.body["records"])


class SalesforceClient:
    """One caller's way to a connected org; not to be shared between threads.

    `seconds` limits all calls together, from now on (a visitor is waiting); without it each call has
    SYNC_CALL_TIMEOUT. `before_call` runs before every call (a drain renews its lease there).
    """

    def __init__(
        self,
        connection: SalesforceConnection,
        *,
        seconds: float | None = None,
        before_call: Callable[[], None] | None = None,
    ) -> None:
        self.connection = connection
        self.ends_at = None if seconds is None else time.monotonic() + seconds
        self.before_call = before_call
        self.calls = 0
        self.usage: tuple[int, int] | None = None

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, tooling: bool = False) -> Any:
        """The resource at `path`, which is below `/services/data/vXX.X/` (or below its `tooling/`)."""
        return self._send("GET", path, tooling=tooling, params=dict(params or {}))

    def post(
        self, path: str, body: Any, *, headers: Mapping[str, str] | None = None, tooling: bool = False
    ) -> Any:
        """Post JSON; the decoded answer, None for an empty one."""
        return self._send("POST", path, tooling=tooling, json=body, headers=dict(headers or {}))

    def patch(
        self, path: str, body: Any, *, headers: Mapping[str, str] | None = None, tooling: bool = False
    ) -> Any:
        """Patch with JSON: an update (None), or an upsert ({"id", "success", "errors", "created"})."""
        return self._send("PATCH", path, tooling=tooling, json=body, headers=dict(headers or {}))

    def query(self, text: str, *, tooling: bool = False) -> list[dict[str, Any]]:
        """All records of a query, page after page."""
        page = self.get("query/", {"q": text}, tooling=tooling)
        rows = list(page["records"])
        while page.get("nextRecordsUrl") and len(rows) < MOST_ROWS:
            page = self.get(str(page["nextRecordsUrl"]).rsplit("/services/data/", 1)[-1].split("/", 1)[1])
            rows += page["records"]
        return rows

    def describe(self, object_name: str) -> dict[str, Any]:
        """What the connected user may see of an object (its fields, and what may be done with it)."""
        return dict(self.get(f"sobjects/{checked_name(object_name)}/describe"))

    def composite(self, parts: Sequence[Subrequest], *, all_or_none: bool = False) -> list[Answer]:
        """Up to 25 requests as one call, in order (Composite resource: at most 5 of them queries).

        The answers come in the order of the parts; a refused part is an Answer with a fault and raises nothing.
        """
        root = f"/services/data/v{settings.SALESFORCE_API_VERSION}/"
        requests = [
            {"method": part.method, "url": root + part.path, "referenceId": part.reference}
            | ({"body": dict(part.body)} if part.body is not None else {})
            | ({"httpHeaders": dict(part.headers)} if part.headers else {})
            for part in parts
        ]
        sent = {"allOrNone": all_or_none, "collateSubrequests": False, "compositeRequest": requests}
        got = self.post("composite", sent)
        if not isinstance(got, dict) or len(got.get("compositeResponse") or ()) != len(parts):
            raise unreadable(200)
        return [_answer(one) for one in got["compositeResponse"]]

    def queries(self, texts: Mapping[str, str]) -> dict[str, Answer]:
        """Several queries side by side, by name: five to a call."""
        parts = [Subrequest("GET", query_path(text), name) for name, text in texts.items()]
        return {one.reference: one for chunk in _chunks(parts, 5) for one in self.composite(chunk)}

    def _send(self, method: str, path: str, *, tooling: bool, **kwargs: Any) -> Any:
        if self.connection.state == ConnectionState.DISCONNECTED or not self.connection.access_token:
            raise SalesforceFault(NOT_CONNECTED, "Salesforce is not connected")
        try:
            return self._call(method, path, tooling, **kwargs)
        except SalesforceFault as fault:
            if fault.code != EXPIRED or fault.message.startswith(NOT_EXPIRY):
                raise
        refresh_tokens(self.connection, self._seconds_left())
        return self._call(method, path, tooling, **kwargs)

    def _call(self, method: str, path: str, tooling: bool, **kwargs: Any) -> Any:
        if self.before_call:
            self.before_call()
        session = PinnedSession(self.connection.instance_url)
        session.hooks["response"].append(self._note_usage)
        salesforce = Salesforce(
            session_id=self.connection.access_token,
            instance_url=self.connection.instance_url,
            version=settings.SALESFORCE_API_VERSION,
            session=session,
        )
        self.calls += 1
        target = f"tooling/{path}" if tooling else path
        answer = self._in_time(lambda: _answered(salesforce, target, method, kwargs))
        if self.ends_at is None:
            self.record_usage()
        return answer

    def _in_time(self, call: Callable[[], Result]) -> Result:
        """Run a call within its time in total: the session's own time-out begins anew with every byte."""
        whole_call = settings.SYNC_CALL_TIMEOUT + GRACE_SECONDS
        seconds = self._seconds_left()
        return within(whole_call if seconds is None else min(seconds, whole_call), call)

    def _seconds_left(self) -> float | None:
        if self.ends_at is None:
            return None
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise SalesforceFault(TIMEOUT, "Salesforce did not answer in time")
        return left

    def _note_usage(self, response: Response, *_: Any, **__: Any) -> None:
        usage = Salesforce.parse_api_usage(response.headers.get("Sforce-Limit-Info", "")).get("api-usage")
        if usage:
            self.usage = (usage.used, usage.total)

    def record_usage(self) -> None:
        """Write what the org last said of its API budget (header Sforce-Limit-Info) on the connection.

        Done after every call, but where a visitor is waiting.
        """
        if self.usage and self.usage != (self.connection.api_used, self.connection.api_max):
            self.connection.api_used, self.connection.api_max = self.usage
            rows = SalesforceConnection.objects.filter(pk=self.connection.pk)
            rows.update(api_used=self.usage[0], api_max=self.usage[1])


def _answered(salesforce: Salesforce, path: str, method: str, kwargs: dict[str, Any]) -> Any:
    """The decoded answer; simple-salesforce's exceptions, which hold addresses and bodies, end here."""
    try:
        return salesforce.restful(path, method=method, **kwargs)
    except SalesforceError as fault:
        status, content = fault.status, fault.content
    except ValueError:
        raise unreadable(200) from None
    raise fault_of_answer(status, content)


def unreadable(status: int) -> SalesforceFault:
    """The fault of a success whose body is not what the API guide says."""
    text = "Salesforce's answer could not be read"
    return SalesforceFault(UNREADABLE_ANSWER, text, status=status, body_kind="other", outcome="unknown")


def _answer(part: Mapping[str, Any]) -> Answer:
    status, body = int(part["httpStatusCode"]), part.get("body")
    fault = fault_of_answer(status, body) if status >= 300 and status != 304 else None
    return Answer(str(part["referenceId"]), status, body, fault)


def _chunks(parts: Sequence[Subrequest], size: int) -> Iterator[Sequence[Subrequest]]:
    for start in range(0, len(parts), size):
        yield parts[start : start + size]
