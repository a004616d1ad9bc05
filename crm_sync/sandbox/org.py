"""One org: schema, records, users, sessions, rules and logs, guarded by one lock; nothing is shared between orgs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .calls import CallLog
from .customizing import Rules
from .faults import Fault
from .ids import IdMaker, base62, checksum
from .schema import Schema, build_schema
from .store import Row, Store
from .tokens import Tokens

CLIENT_ID = "3MVG9sandbox.Distro.local.consumer.key"
CLIENT_SECRET = "5A1DB0XSANDBOXLOCALSECRET"  # noqa: S105 - a local org has nothing to hide
NEWEST_VERSION = 68
OLDEST_VERSION = 31
SETTINGS = ("approve", "approve_as", "access_token_seconds", "daily_limit", "grants_per_user")
PageOfRows = tuple[list[dict[str, Any]], int]


@dataclass(frozen=True)
class ConnectedApp:
    """An External Client App: who may ask for tokens, and where answers may go (None: anywhere)."""

    client_id: str
    client_secret: str
    name: str = "Distro"
    callbacks: tuple[str, ...] | None = None
    rotates: bool = True
    requires_pkce: bool = True
    installed: bool = True


@dataclass
class Org:
    """The state of one org. `number` makes ids of the org and its users; the same number, the same ids."""

    number: int = 1
    name: str = "Acme Inc. (sandbox org)"
    approve: bool = False
    approve_as: str = "dana@acme.example"
    access_token_seconds: float = 7200
    daily_limit: int = 15000
    grants_per_user: int = 5
    base_url: str = "http://127.0.0.1:8200"
    users: list[dict[str, Any]] | None = None
    apps: dict[str, ConnectedApp] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.apps.setdefault(CLIENT_ID, ConnectedApp(CLIENT_ID, CLIENT_SECRET))
        self.first_settings = {name: getattr(self, name) for name in SETTINGS}
        self.first_apps = dict(self.apps)
        self.reset()

    def start_over(self) -> None:
        """Everything as at the start: settings and apps too."""
        for name, value in self.first_settings.items():
            setattr(self, name, value)
        self.apps = dict(self.first_apps)
        self.reset()

    def reset(self) -> None:
        """Back to the seeded beginning: records, rules, faults, logs and tokens."""
        from .seed import seed

        self.ids = IdMaker(self.number)
        self.schema: Schema = build_schema()
        self.store = Store(self.schema)
        self.tokens = Tokens(self)
        self.calls = CallLog()
        self.faults: list[Fault] = []
        self.rules = Rules()
        self.cursors: dict[str, PageOfRows] = {}
        self.custom_fields: dict[str, dict[str, Any]] = {}
        self.asks: dict[str, Any] = {}
        self.pending: list[tuple[datetime, Callable[[], None]]] = []
        self.field_delay_seconds = 0.0
        self.clock_shift = timedelta(0)
        self.quota_used = 0
        self.id = ""
        seed(self)
        self.store.writes.clear()

    def now(self) -> datetime:
        """The org's clock in UTC, in whole seconds as Salesforce shows it; control can advance it."""
        return self.moment().replace(microsecond=0)

    def moment(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.clock_shift

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Has something done once the org's clock is `seconds` on; carried out at the next request after that."""
        self.pending.append((self.moment() + timedelta(seconds=seconds), act))

    def settle(self) -> None:
        """Carries out what is due: automation that runs some seconds after a write."""
        due = [one for one in self.pending if one[0] <= self.moment()]
        self.pending = [one for one in self.pending if one[0] > self.moment()]
        for _, act in sorted(due, key=lambda one: one[0]):
            act()

    def user(self, user_id: str) -> Row:
        return self.store.tables["User"][user_id]

    def user_named(self, name: str) -> Row | None:
        """A user by id, username or e-mail address."""
        wanted = name.lower()
        keys = ("Id", "Username", "Email")
        return next(
            (u for u in self.store.live("User") if any(str(u[k]).lower() == wanted for k in keys)), None
        )

    def layout_id(self, number: int) -> str:
        """The stable id of the n-th page layout."""
        id15 = f"00h{self.ids.pod}0{self.ids.org_mark}{base62(number + 1, 5)}"
        return id15 + checksum(id15)

    def usage_header(self) -> dict[str, str]:
        return {"Sforce-Limit-Info": f"api-usage={self.quota_used}/{self.daily_limit}"}
