"""What the Salesforce card shows: rows and words, made from the connection and the latest attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from crm_sync.core.schema import FIELDS
from crm_sync.models import ConnectAttempt, ConnectionState, ProvisionState, SalesforceConnection
from crm_sync.salesforce.login import connecting
from crm_sync.salesforce.login.grant import Grant
from crm_sync.salesforce.login.hosts import CUSTOM, PRODUCTION, SANDBOX, SANDBOX_LOGIN_URL
from distro.env import is_loopback
from routing.models import Workspace

RETURN_WITHIN = timedelta(minutes=10)
NEWS_FOR = timedelta(days=1)
WORKER_SOON = timedelta(seconds=60)
OBJECTS = ("Lead", "Contact", "Account", "Event", "User")
RIGHTS = {"queryable": "read", "createable": "create", "updateable": "change"}
NEEDED = {
    "Lead": ("queryable", "createable", "updateable"),
    "Contact": ("queryable", "createable", "updateable"),
    "Account": ("queryable", "createable"),
    "Event": ("queryable", "createable", "updateable"),
    "User": ("queryable",),
}
SIGNS = {"exists": "Exists", "type_right": "Right type", "readable": "Readable", "writable": "Writable"}


@dataclass(frozen=True)
class FieldRow:
    """One custom field: its object, its name, and (what, whether it holds) per column."""

    object: str
    name: str
    signs: list[tuple[str, bool]]
    text: str


@dataclass(frozen=True)
class RightRow:
    """What the connected user may do with an object; None where Distro does not need it."""

    object: str
    rights: list[tuple[str, bool | None]]


@dataclass(frozen=True)
class AttemptNews:
    """The latest attempt, as far as it is worth telling: kind is waiting, timed_out, asks, or an outcome."""

    kind: str
    attempt: ConnectAttempt
    question: connecting.Question | None = None
    org_id: str = ""


@dataclass(frozen=True)
class Card:
    """Everything the template shows."""

    connection: SalesforceConnection | None
    fields: list[FieldRow]
    rights: list[RightRow]
    news: AttemptNews | None
    setting_up: bool
    worker_missing: bool
    reconnect: dict[str, str]

    @classmethod
    def of(cls, workspace: Workspace, user: AbstractBaseUser | AnonymousUser) -> Card:
        connection = SalesforceConnection.objects.filter(workspace=workspace).first()
        under_way = connection is not None and is_being_set_up(connection)
        late = connection is not None and connection.connected_at < timezone.now() - WORKER_SOON
        waiting = connection is not None and connection.provision_state == ProvisionState.WAITING
        return cls(
            connection=connection,
            fields=field_rows(connection) if connection else [],
            rights=right_rows(connection) if connection else [],
            news=news_of(workspace, user, connection),
            setting_up=under_way,
            worker_missing=under_way and waiting and late,
            reconnect=choice_of(connection.login_url) if connection else {},
        )

    @property
    def many_faults(self) -> bool:
        """Whether what to do at each field would bury the page."""
        return sum(bool(row.text) for row in self.fields) > 3

    @property
    def ready_fields(self) -> int:
        """How many of the fields are all right."""
        return sum(all(holds for _, holds in row.signs) for row in self.fields)


def is_being_set_up(connection: SalesforceConnection) -> bool:
    """Whether the setting up waits for a worker or is under way."""
    under_way = (ProvisionState.WAITING.value, ProvisionState.RUNNING.value)
    return connection.state == ConnectionState.CONNECTED and connection.provision_state in under_way


def field_rows(connection: SalesforceConnection) -> list[FieldRow]:
    """The fields as describe last showed them, in the schema's order: a JSON column keeps none."""
    rows = []
    for full_name, found in connection.fields.items():
        object_name, _, name = full_name.partition(".")
        signs = [(label, bool(found.get(sign))) for sign, label in SIGNS.items()]
        rows.append(FieldRow(object_name, name, signs, str(found.get("text", ""))))
    order = {f"{one.described_on}.{one.name}": place for place, one in enumerate(FIELDS)}
    return sorted(rows, key=lambda row: order.get(f"{row.object}.{row.name}", len(order)))


def right_rows(connection: SalesforceConnection) -> list[RightRow]:
    """What describe says the connected user may do, where Distro needs it."""
    rights = connection.objects_rights
    return [
        RightRow(
            name,
            [
                (RIGHTS[right], bool(rights[name].get(right)) if right in NEEDED[name] else None)
                for right in RIGHTS
            ],
        )
        for name in OBJECTS
        if name in rights
    ]


def news_of(
    workspace: Workspace, user: AbstractBaseUser | AnonymousUser, connection: SalesforceConnection | None
) -> AttemptNews | None:
    """The latest attempt, unless it went well or is yesterday's news of a workspace that is connected."""
    attempt = ConnectAttempt.objects.filter(workspace=workspace).select_related("user").first()
    settled = (connecting.CONNECTED, connecting.DECLINED)
    if attempt is None or (attempt.outcome in settled and not attempt.note):
        return None
    connected = connection is not None and connection.state == ConnectionState.CONNECTED
    if connected and attempt.started_at < timezone.now() - NEWS_FOR:
        return None
    if not attempt.outcome:
        late = attempt.started_at < timezone.now() - RETURN_WITHIN
        return AttemptNews("timed_out" if late else "waiting", attempt)
    if attempt.outcome != connecting.ASKS:
        return AttemptNews(attempt.outcome, attempt)
    org_id = Grant.from_text(attempt.pending).org_id
    question = connecting.question_of(attempt, org_id) if attempt.user_id == user.pk else None
    return AttemptNews(attempt.outcome, attempt, question, org_id)


def choice_of(login_url: str) -> dict[str, str]:
    """The form's values that lead to a login URL again."""
    if login_url == settings.SALESFORCE_LOGIN_URL:
        return {"host": PRODUCTION, "domain": ""}
    if login_url == SANDBOX_LOGIN_URL:
        return {"host": SANDBOX, "domain": ""}
    parts = urlsplit(login_url)
    local = is_loopback(parts.hostname or "")
    return {"host": CUSTOM, "domain": login_url if local else parts.netloc}
