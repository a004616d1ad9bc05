"""What a drain has in its hands: the connection, its claim, the client, and what is known of the org."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_sync.core.plan import OrgValues
from crm_sync.core.shapes import Shapes
from crm_sync.models import SalesforceConnection
from crm_sync.salesforce.client import Answer, SalesforceClient, Subrequest
from crm_sync.salesforce.soql import query_path
from distro.due import Claim
from routing.models import Host, Workspace

from .describing import describe_objects, describe_soon, org_values
from .journal import Journal
from .users import hosts_to_ask, keep_users, known_mappings, users_query

USERS = "users"
NEEDED = ("Lead", "Contact", "Event")
# So many prospects at once: a look is then one call (two queries for each 200 of them, and the users'), their records
# another, and their Events a third. Composite takes five queries and Collections together (REST API guide).
MOST = 400
HEAVY = 5


@dataclass
class Turn:
    """One drain's turn. `keyless` are objects whose external id the org turned out not to let us use, `at_once` is
    how many prospects go together: fewer after a call for many that failed as a whole."""

    connection: SalesforceConnection
    claim: Claim
    client: SalesforceClient
    org: OrgValues
    journal: Journal
    keyless: set[str] = field(default_factory=set)
    at_once: int = MOST

    @classmethod
    def start(cls, connection: SalesforceConnection, claim: Claim) -> Turn:
        """Take a connected org in hand. An org that was never described is described first."""
        client = SalesforceClient(connection, before_call=claim.renew)
        org = org_values(connection)
        missing = [name for name in NEEDED if name not in org.shapes]
        if missing:
            describe_objects(client, missing)
            org = org_values(connection)
        return cls(connection, claim, client, org, Journal(claim))

    @property
    def workspace(self) -> Workspace:
        return self.connection.workspace

    def go_without_key(self, object_name: str) -> None:
        """Note that the external id of an object cannot be used, and have the org described anew."""
        shapes: Shapes = {
            name: shape
            for name, shape in self.org.shapes.get(object_name, {}).items()
            if not name.startswith("distro_") or not name.endswith("_id__c")
        }
        self.org = replace(self.org, shapes={**self.org.shapes, object_name: shapes})
        self.keyless.add(object_name)
        describe_soon(self.connection)

    def describe_again(self) -> None:
        """Have the org described now: something that it was asked for is not there any more."""
        describe_objects(self.client, NEEDED)
        self.org = org_values(self.connection)

    def call(self, parts: Sequence[Subrequest], hosts: Sequence[Host] = ()) -> list[Answer]:
        """One composite call; hosts whose Salesforce user is not known are asked about along with it.

        Raises SalesforceFault where the call as a whole failed.
        """
        ask = hosts_to_ask(self.connection, hosts) if sum(map(is_heavy, parts)) < HEAVY else []
        if not ask:
            return self.client.composite(parts)
        query = query_path(users_query(self.connection, ask))
        *answers, users = self.client.composite([*parts, Subrequest("GET", query, USERS)])
        if users.fault is None:
            keep_users(ask, users.rows)
        return answers

    def shrink(self, failed: int) -> None:
        """After a call for so many failed as a whole: smaller ones for the rest of this turn."""
        self.at_once = max(1, min(self.at_once, failed) // 4)

    def ensure_users(self, hosts: Sequence[Host]) -> None:
        """Know the Salesforce users of these hosts, at the price of a call where one is not known."""
        ask = hosts_to_ask(self.connection, hosts) if hosts else []
        if {host.pk for host in ask} & {host.pk for host in hosts}:
            keep_users(ask, self.client.query(users_query(self.connection, ask)))

    def ensure_known(self, hosts: Iterable[Host]) -> None:
        """Know these hosts' Salesforce users, as of whenever: for Events that have their owner already."""
        several = list(hosts)
        known = known_mappings(several)
        self.ensure_users([host for host in several if host.pk not in known])


def is_heavy(part: Subrequest) -> bool:
    """Whether a part is one of the five queries and Collections that a call may hold."""
    return part.path.startswith(("query", "composite/sobjects"))


def all_rows(client: SalesforceClient, answer: Answer) -> list[dict[str, Any]]:
    """All records of a query's answer, its further pages too. Raises the fault, if there is one."""
    rows, page = answer.rows, answer.body
    while page.get("nextRecordsUrl"):
        page = client.get(str(page["nextRecordsUrl"]).rsplit("/services/data/", 1)[-1].split("/", 1)[1])
        rows += page["records"]
    return rows
