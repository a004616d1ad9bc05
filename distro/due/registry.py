"""The kinds of due work, each registered by the app that knows how to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from distro.due.claims import Claim

Run = Callable[[str, "Claim"], datetime | None]


@dataclass(frozen=True)
class Kind:
    """What is done about a row: `run(key, claim)` answers when it is due again, or None for never."""

    name: str
    run: Run
    lease_seconds: float | None

    @property
    def lease(self) -> timedelta:
        """How long a claim holds unless renewed; SYNC_LEASE where the kind names no other."""
        return timedelta(seconds=self.lease_seconds or settings.SYNC_LEASE)


KINDS: dict[str, Kind] = {}


def kind(name: str, lease: float | None = None) -> Callable[[Run], Run]:
    """Register the decorated function as what is done about rows of kind `name`, in a module `due_kinds`.

    `lease` is in seconds. The function must bear being run twice, late, and for nothing: it looks at how
    things stand, never at what was said. An exception means: again later, and later still.
    """

    def register(run: Run) -> Run:
        if name in KINDS and KINDS[name].run is not run:
            raise ValueError(f'the kind of due work "{name}" is registered twice')
        KINDS[name] = Kind(name, run, lease)
        return run

    return register
