"""What Salesforce is to hear about one prospect: the present state of our rows, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

PersonObject = Literal["Lead", "Contact"]
Overwrite = Literal["if_blank", "always", "on_create"]


@dataclass(frozen=True, slots=True)
class Mapped:
    """An answer and the field of one object that takes it."""

    field: str
    value: Any
    overwrite: Overwrite = "if_blank"


@dataclass(frozen=True, slots=True)
class NewRecord:
    """How a router wants new records made."""

    duplicates: Literal["create", "review"] = "create"
    assignment_rules: bool = True
    default_account: str = ""
    create_account: bool = False


@dataclass(frozen=True, slots=True)
class SubmissionWanted:
    """One submission with its run's id. `create_as` is empty where no record may be created for it.

    `answers` and `set_fields` are by object; `placeholders` are what `{…}` in `set_fields` may name.
    """

    run: int
    router_name: str
    create_as: PersonObject | Literal[""] = "Lead"
    update: bool = True
    answers: Mapping[str, tuple[Mapped, ...]] = field(default_factory=dict)
    set_fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    placeholders: Mapping[str, Any] = field(default_factory=dict)
    new_record: NewRecord = NewRecord()


@dataclass(frozen=True, slots=True)
class MeetingWanted:
    """One meeting with its run's id; aware times.

    `host_user` is the host's active Salesforce user ("" for none, and `host_note` says why). `event_id` is the
    Event that we wrote before, `event_owner` the owner it then got. `is_latest` marks the prospect's last booking,
    which alone is told on the person; `last_router_name` is the router of their last submission.
    """

    run: int
    uuid: str
    subject: str
    start: datetime
    end: datetime
    created_at: datetime
    status: str = "Scheduled"
    location: str = ""
    url: str = ""
    type_name: str = ""
    router_name: str = ""
    last_router_name: str = ""
    host_user: str = ""
    host_note: str = ""
    event_id: str = ""
    event_owner: str = ""
    is_latest: bool = True
    set_fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    placeholders: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_cancelled(self) -> bool:
        return self.status == "Cancelled"


@dataclass(frozen=True, slots=True)
class ProspectWanted:
    """A prospect with everything about them that is due: submissions and meetings, oldest first.

    `account_id` is the Account under which a new Contact goes.
    """

    uuid: str
    email: str
    name: str = ""
    company: str = ""
    account_id: str = ""
    free_mail: bool = False
    submissions: tuple[SubmissionWanted, ...] = ()
    meetings: tuple[MeetingWanted, ...] = ()

    @property
    def creator(self) -> SubmissionWanted | None:
        """The submission for which a record may be created: the newest of those that may."""
        return next((one for one in reversed(self.submissions) if one.create_as), None)
