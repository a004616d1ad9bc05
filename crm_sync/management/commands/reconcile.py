"""`manage.py reconcile WORKSPACE [--days N]`: whether Salesforce has what Distro wrote, and writing it where not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm_sync.due_kinds import do_what_is_due
from crm_sync.models import ConnectionState, SalesforceConnection, SyncRun
from crm_sync.reconciling import Difference, differences, repair, runs_since
from crm_sync.runs import UNSETTLED
from crm_sync.salesforce.faults import SalesforceFault
from routing.models import Workspace

PATIENCE = 120.0
PAUSE = 0.5


class Command(BaseCommand):
    help = (
        "Reads back the fields that Distro wrote to Salesforce, prints what differs from its own tables and writes "
        "it again. Exit status 1 if something differed and could not be repaired."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="its slug")
        parser.add_argument("--days", type=int, default=30, help="how far back; 30 by default")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = _connection(options["workspace"])
        runs = runs_since(connection, timezone.now() - timedelta(days=options["days"]))
        try:
            found = differences(connection, runs)
            self._print(found)
            left = _repaired(connection, found) if found else []
        except SalesforceFault as fault:
            raise CommandError(f"Salesforce could not be read: {fault.message or fault.code}") from None
        if left:
            self.stderr.write("Still so after writing it again; see these runs in the sync log:")
            for one in left:
                self.stderr.write(f"  {one.text}")
            raise CommandError(f"{len(found)} differed, {len(left)} could not be repaired.")
        done = f"{len(found)} differed, all repaired." if found else "nothing differed"
        self.stdout.write(done)

    def _print(self, found: Sequence[Difference]) -> None:
        for one in found:
            self.stdout.write(one.text)


def _connection(slug: str) -> SalesforceConnection:
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f'There is no workspace "{slug}". There are: {known}.')
    connection = SalesforceConnection.objects.select_related("workspace").filter(workspace=workspace).first()
    if connection is None or connection.state != ConnectionState.CONNECTED:
        raise CommandError(f"{slug} is not connected to Salesforce: connect it on the integrations page.")
    return connection


def _repaired(connection: SalesforceConnection, found: Sequence[Difference]) -> list[Difference]:
    """Write again, by a worker or where there is none by ourselves; what differs after that."""
    runs = repair(connection, found)
    ends_at = time.monotonic() + PATIENCE
    while SyncRun.objects.filter(pk__in=runs, state__in=UNSETTLED).exists() and time.monotonic() < ends_at:
        do_what_is_due()
        if SyncRun.objects.filter(pk__in=runs, state__in=UNSETTLED).exists():
            time.sleep(PAUSE)
    return differences(connection, runs)
