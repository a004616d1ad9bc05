"""The nouns of the product; every one of them hangs on a Workspace by its `workspace_path`."""

from .api_key import ApiKey
from .form import FieldType, Form, FormField, Overwrite
from .ledger import LedgerEntry, LedgerReason
from .mail import Mail, MailState
from .meeting import STANDING, DayPlace, Meeting, Status, Tick
from .meeting_type import DEFAULT_TITLE, MeetingType
from .people import Host, Team, TeamMember, TimeOff, Weekday, WorkingHours, clock
from .router import (
    CreateAs,
    CrmObject,
    DistributionRule,
    Duplicates,
    Fairness,
    Match,
    OwnershipRule,
    Rotation,
    Router,
    UpdateOwner,
)
from .submission import IdempotencyKey, Outcome, Prospect, ProspectMessage, Submission
from .workspace import Member, Role, RotationReset, Workspace

__all__ = [
    "DEFAULT_TITLE",
    "STANDING",
    "ApiKey",
    "CreateAs",
    "CrmObject",
    "DayPlace",
    "DistributionRule",
    "Duplicates",
    "Fairness",
    "FieldType",
    "Form",
    "FormField",
    "Host",
    "IdempotencyKey",
    "LedgerEntry",
    "LedgerReason",
    "Mail",
    "MailState",
    "Match",
    "Meeting",
    "MeetingType",
    "Member",
    "Outcome",
    "Overwrite",
    "OwnershipRule",
    "Prospect",
    "ProspectMessage",
    "Role",
    "Rotation",
    "RotationReset",
    "Router",
    "Status",
    "Submission",
    "Team",
    "TeamMember",
    "Tick",
    "TimeOff",
    "UpdateOwner",
    "Weekday",
    "WorkingHours",
    "Workspace",
    "clock",
]
