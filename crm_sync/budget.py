"""The org's daily API calls: a warning when they run short, and what still goes when they have all but run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from crm_sync.models import RunKind, SalesforceConnection
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault

from .journal import Journal
from .snapshots import Group

LOW, TIGHT = 0.80, 0.95
KNOWN_FOR = timedelta(
    minutes=15
)  # every answer tells the usage; when there was none for so long, /limits is asked


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls used and allowed in Salesforce's rolling 24 hours, all of the org's programs together; 0 of 0: unknown."""

    used: int
    most: int

    @property
    def share(self) -> float:
        return self.used / self.most if self.most else 0.0

    @property
    def is_low(self) -> bool:
        return self.share >= LOW

    @property
    def is_tight(self) -> bool:
        """Whether only Events and owners are sent until it recovers."""
        return self.share >= TIGHT

    @property
    def warning(self) -> str:
        """What to tell people, "" while there is enough."""
        if not self.is_low:
            return ""
        text = f"{self.used:,} of the org's {self.most:,} API calls of the last 24 hours are used"
        return f"{text}: only meetings and owners are sent until that recovers" if self.is_tight else text


def budget_of(connection: SalesforceConnection) -> Budget:
    """What was last heard of it."""
    return Budget(connection.api_used, connection.api_max)


def refresh_budget(client: SalesforceClient) -> None:
    """Ask for the usage where it was low and nothing was heard of it for a while. A call that fails is left at that."""
    connection = client.connection
    heard_at = connection.last_success_at
    if not budget_of(connection).is_low or (heard_at and heard_at > timezone.now() - KNOWN_FOR):
        return
    try:
        daily = client.get("limits")["DailyApiRequests"]
    except SalesforceFault:
        return
    connection.api_used, connection.api_max = daily["Max"] - daily["Remaining"], daily["Max"]
    rows = SalesforceConnection.objects.filter(pk=connection.pk)
    rows.update(api_used=connection.api_used, api_max=connection.api_max, last_success_at=timezone.now())


def affordable(connection: SalesforceConnection, journal: Journal, groups: list[Group]) -> list[Group]:
    """The groups that may be sent now. Persons alone wait while calls are short; with a meeting go its person's."""
    budget = budget_of(connection)
    if not budget.is_tight:
        return groups
    again_at = timezone.now() + KNOWN_FOR
    for group in groups:
        if not _is_needed(group):
            for run in group.runs:
                journal.hold(run, f"It waits: {budget.warning}", again_at)
    journal.flush()
    return [group for group in groups if _is_needed(group)]


def _is_needed(group: Group) -> bool:
    return any(run.kind != RunKind.PERSON for run in group.runs)
