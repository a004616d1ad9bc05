"""The port to the CRM: what routing may ask and tell, in neutral words. `settings.CRM` names who answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from .core.values import Lookup, LookupKey, LookupNeed
from .models import Meeting, Submission, Workspace


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a look-up brought. `memo` is the CRM's own note of it, JSON-ready, handed back in `submission_routed`."""

    lookups: Mapping[LookupKey, Lookup] = field(default_factory=dict)
    memo: Mapping[str, Any] = field(default_factory=dict)


class Crm(Protocol):
    """Implemented by crm_sync; every method answers for one workspace and raises nothing of the network's."""

    def look_up(
        self, workspace: Workspace, email: str, needs: Collection[LookupNeed], seconds: float
    ) -> LookUp:
        """Ask for the prospect's records, all needs side by side, within `seconds` in total.

        What could not be looked up comes back as a Lookup with `failed`. Called outside any transaction.
        """

    def submission_routed(self, submission: Submission, memo: Mapping[str, Any]) -> None:
        """A submission was accepted (disqualified ones included, spam never). Called in its transaction."""

    def meeting_changed(self, meeting: Meeting) -> None:
        """A meeting was booked or changed; its row has the present state. Called in its transaction."""


@lru_cache(maxsize=1)
def get_crm() -> Crm:
    """The CRM of this installation."""
    return cast(Crm, import_string(settings.CRM)())
