"""Bodies of requests: JSON within limits, and nothing in them that the endpoint does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from ninja.parser import Parser
from pydantic import ConfigDict

from distro.problems import Problem
from routing.reading import MOST_BYTES, Unfit, read_any_json


class BodyShape(Schema):
    """A body; a member that it does not name is a fault, since it was meant to do something."""

    model_config = ConfigDict(extra="forbid")


class StrictParser(Parser):
    """JSON alone, up to 64 KiB, in UTF-8 and with nothing in it that no database could keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as read. Raises Problem, or ValueError for what is no JSON."""
        if len(request.body) > MOST_BYTES:
            raise Problem("too-large")
        if request.content_type != "application/json":
            raise Problem("unsupported-media-type", "Send application/json.")
        return read_any_json(request.body)


def read_member(name: str, read: Callable[[Any], Any], value: Any) -> Any:
    """A member as read. Raises 422 where it cannot be used."""
    try:
        return read(value)
    except Unfit as fault:
        raise Problem("invalid", errors={name: [str(fault)]}) from None
