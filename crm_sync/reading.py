"""Asking an org without keeping anything of the answer: neither how it is described nor which user a host is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from crm_sync.core.plan import OrgValues
from crm_sync.core.shapes import read_shapes, shapes_of
from crm_sync.models import SalesforceConnection, UserMapping
from crm_sync.salesforce.client import Answer, SalesforceClient, Subrequest
from crm_sync.salesforce.soql import query_path
from routing.models import Host

from .describing import describe_object, org_values
from .turn import NEEDED, USERS
from .users import fresh_mappings, read_users, users_query

SECONDS = 10.0
"""What the org is given in total. With a limit the client does not keep the org's API usage either."""


@dataclass
class Reading:
    """What a Turn is to a drain, for somebody who only reads (look.Asker). `users` are the hosts' users by host id.

    One thing is kept all the same: tokens that had to be refreshed, since the old ones are void by then.
    """

    connection: SalesforceConnection
    client: SalesforceClient
    org: OrgValues
    keyless: set[str] = field(default_factory=set)
    users: dict[int, UserMapping] = field(default_factory=dict)

    @classmethod
    def start(cls, connection: SalesforceConnection) -> Reading:
        """Take a connected org in hand. Raises SalesforceFault where it must be described first and is not."""
        reading = cls(connection, SalesforceClient(connection, seconds=SECONDS), org_values(connection))
        reading.describe([name for name in NEEDED if name not in reading.org.shapes])
        return reading

    def describe(self, objects: Iterable[str]) -> None:
        """Ask how these objects are."""
        fresh = {name: shapes_of(read_shapes(describe_object(self.client, name))) for name in objects}
        self.org = replace(self.org, shapes={**self.org.shapes, **fresh})

    def describe_again(self) -> None:
        """Something that the org was asked for is not there any more."""
        self.describe(NEEDED)

    def call(self, parts: Sequence[Subrequest], hosts: Sequence[Host] = ()) -> list[Answer]:
        """One composite call; hosts whose Salesforce user is not known are asked about along with it."""
        self.users |= fresh_mappings(hosts)
        ask = [host for host in hosts if host.pk not in self.users]
        if not ask:
            return self.client.composite(parts)
        query = query_path(users_query(self.connection, ask))
        *answers, users = self.client.composite([*parts, Subrequest("GET", query, USERS)])
        if users.fault is None:
            self.users |= {one.host_id: one for one in read_users(ask, users.rows)}
        return answers
