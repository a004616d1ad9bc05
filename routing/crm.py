"""The port to the CRM: what routing may ask and tell, in neutral words. `settings.CRM` names who answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from .core.values import Lookup, LookupKey, LookupNeed
from .models import Meeting, Submission, Workspace


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a look-up brought. `memo` is the CRM's own note of it, JSON-ready, handed back in `submission_routed`."""

    lookups: Mapping[LookupKey, Lookup] = field(default_factory=dict)
    memo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The prospect's own record in the CRM; `owner` is the e-mail of the user who owns it, "" for anybody else."""

    object: str
    id: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """A write to come. `id` is None for a record that is still to be created, and so is its id among `fields`."""

    when: str
    action: Literal["create", "update"]
    object: str
    id: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the CRM would hear, in order. With `failed`, a clause, it could not be asked, and nothing is foreseen."""

    person: KnownPerson | None = None
    planned: tuple[PlannedWrite, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """The ids of a meeting's own record and of its prospect's, and which `object` the latter is."""

    meeting: str | None = None
    person: str | None = None
    object: str | None = None


class Crm(Protocol):
    """Implemented by crm_sync; every method answers for one workspace and raises nothing of the network's."""

    def look_up(
        self,
        workspace: Workspace,
        email: str,
        needs: Collection[LookupNeed],
        seconds: float,
        *,
        simulated: bool = False,
    ) -> LookUp:
        """Ask for the prospect's records, all needs side by side, within `seconds` in total.

        What could not be looked up comes back as a Lookup with `failed`. Called outside any transaction.
        A simulated one asks even a CRM that is left alone for a while, and nothing is kept of how it went.
        """

    def foresee(self, submission: Submission, meeting: Meeting | None) -> Foreseen:
        """What would become of a submission, and of the meeting booked upon it, neither of which is saved.

        The CRM is only read, and nothing is written here. Called outside any transaction.
        """

    def submission_routed(self, submission: Submission, memo: Mapping[str, Any]) -> None:
        """A submission was accepted (disqualified ones included, spam never). Called in its transaction."""

    def meeting_changed(self, meeting: Meeting) -> None:
        """A meeting was booked or changed; its row has the present state. Called in its transaction."""

    def runs_of(self, submission: Submission) -> list[dict[str, Any]]:
        """What the CRM hears, or heard, of a submission and its meetings: runs, newest first, as the API shows them."""

    def runs_of_meetings(self, meetings: Collection[Meeting]) -> Mapping[int, list[dict[str, Any]]]:
        """The runs of each meeting alone, by the meetings' primary keys."""

    def records_of_meetings(self, meetings: Collection[Meeting]) -> Mapping[int, Records]:
        """The records of each meeting, by the meetings' primary keys."""


@lru_cache(maxsize=1)
def get_crm() -> Crm:
    """The CRM of this installation."""
    return cast(Crm, import_string(settings.CRM)())
