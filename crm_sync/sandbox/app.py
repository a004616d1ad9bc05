"""The ASGI application of one org: OAuth, the REST API, the control address and the pages to look at."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import api, control, doors, pages
from .faults import Fault, answer_of, take
from .org import Org
from .web import Answer

NO_STORE = "no-cache,must-revalidate,max-age=0,no-store,private"


def create_app(org: Org) -> SandboxApp:
    """The org as an ASGI application; the state is all in `org`."""
    return SandboxApp(org)


class SandboxApp:
    """Dispatches by path; every request holds the org's lock while it touches records, never while it waits."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.late: set[asyncio.TimerHandle] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        path = scope["path"]
        if path.startswith("/services/"):
            try:
                await self.faulty(request, body, scope, receive, send)
            except asyncio.CancelledError:  # the org stops while a delay runs
                drop(send)
            return
        with self.org.lock:
            self.org.settle()
            found = control.answer(self.org, request, body) if path.startswith("/__sandbox") else None
            found = found or doors.answer(self.org, request, body) or pages.answer(self.org, request)
        await found(scope, receive, send)

    async def faulty(self, request: Request, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """A request that programs make: counted, logged, and open to injected faults."""
        started = time.monotonic()
        full = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        org = self.org
        with org.lock:
            org.settle()
            entry = org.calls.start(org.moment(), request.method, full)
            fault = take(org.faults, request.method, full, body)
            entry.fault = f"#{fault.number}" if fault else None
        if fault and fault.delay and fault.when != "after":
            await asyncio.sleep(fault.delay)
        found: Answer | Response | None = None
        if fault is None or fault.when == "after" or not (fault.answers or fault.drop):
            with org.lock:
                found = doors.answer(org, request, body) or api.answer(org, request, body, entry)
        elif fault.when == "late":
            self.apply_later(request, body, fault)
        if fault and fault.delay and fault.when == "after":
            await asyncio.sleep(fault.delay)
        entry.seconds = round(time.monotonic() - started, 4)
        if fault and fault.drop:
            entry.status = 0
            drop(send)
            return
        response = respond(found, fault)
        entry.status = response.status_code
        await response(scope, receive, send)

    def apply_later(self, request: Request, body: bytes, fault: Fault) -> None:
        """The call is answered with the fault now and applied some seconds later all the same."""

        def apply() -> None:
            with self.org.lock:
                self.org.settle()
                api.answer(self.org, request, body, None)

        self.late.add(asyncio.get_running_loop().call_later(fault.apply_after, apply))


def respond(found: Answer | Response | None, fault: Fault | None) -> Response:
    if fault and fault.answers:
        status, body, kind = answer_of(fault)
        content = body if isinstance(body, str) else json.dumps(body)
        return Response(content, status, media_type=kind)
    if isinstance(found, Response):
        return found
    return as_response(found or Answer(500))


def as_response(found: Answer) -> Response:
    """REST's answer as HTTP: JSON with Salesforce's headers, or nothing at all."""
    headers = {"Cache-Control": NO_STORE, "Vary": "Accept-Encoding", **found.headers}
    if found.body is None:
        return Response(status_code=found.status, headers=headers)
    content = json.dumps(found.body, ensure_ascii=False)
    return Response(content, found.status, headers, media_type="application/json;charset=UTF-8")


def drop(send: Any) -> None:
    """Closes the connection without a byte of answer; reaches through uvicorn's `send` to its transport."""
    cycle = send.__self__
    cycle.disconnected = True
    cycle.transport.close()


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
