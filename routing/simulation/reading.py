"""What is to be simulated: a router, and answers as a web developer has them at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..actions.submit import InvalidAnswers, Received
from ..models import Router, Workspace
from ..reading import Unfit, read_url, read_utm, read_zone

READERS: dict[str, Callable[[Any], Any]] = {
    "timezone": read_zone,
    "source_url": read_url,
    "utm": read_utm,
}


def find_router(key: str, workspace: Workspace | None = None) -> Router | None:
    """The router of that key (in that workspace), one that is switched off too: it may be tried beforehand."""
    routers = Router.objects.filter(key=key, archived_at=None)
    if workspace is not None:
        routers = routers.filter(workspace=workspace)
    return routers.select_related("workspace", "form").prefetch_related("form__fields").first()


def read_received(body: Mapping[str, Any]) -> Received:
    """A whole submission body, or bare answers: a body is whole when its `answers` are an object.

    Raises InvalidAnswers for a time zone, an address or campaign marks that a submission could not have either.
    """
    if not isinstance(body.get("answers"), dict):
        return Received(dict(body))
    read: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, reader in READERS.items():
        try:
            read[name] = reader(body.get(name))
        except Unfit as fault:
            errors[name] = [str(fault)]
    if errors:
        raise InvalidAnswers(errors)
    return Received(body["answers"], **read)
