"""`manage.py doctor`: everything an operator should know before going live, a line each, with the remedy."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from distro.doctor.findings import Finding, Level
from distro.doctor.registry import examine_installation, examine_workspace
from distro.health import database_state
from routing.models import Workspace


class Command(BaseCommand):
    help = (
        "Look at settings, database, Redis, workers and workspaces; exit status 1 if anything must be mended."
    )
    # It must be able to say what is wrong where other commands refuse to start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="look at this workspace alone, of all")

    def handle(self, *args: Any, **options: Any) -> None:
        has_database = database_state() == "ok"
        workspaces = self._workspaces(options["workspace"]) if has_database else []
        counts = Counter(map(self._tell, _examine(has_database, workspaces)))
        self.stdout.write(
            f"{counts[Level.MEND] or 'Nothing'} to mend, {counts[Level.WARNING] or 'no'} "
            f"{'warning' if counts[Level.WARNING] == 1 else 'warnings'}."
        )
        if counts[Level.MEND]:
            sys.exit(1)

    def _workspaces(self, slug: str | None) -> list[Workspace]:
        workspaces = list(Workspace.objects.order_by("slug"))
        if slug is None:
            return workspaces
        chosen = [workspace for workspace in workspaces if workspace.slug == slug]
        if not chosen:
            known = ", ".join(workspace.slug for workspace in workspaces) or "none yet"
            self.stderr.write(f'There is no workspace "{slug}"; there are: {known}.')
            sys.exit(1)
        return chosen

    def _tell(self, line: tuple[str, Finding]) -> Level:
        subject, finding = line
        words = " ".join(filter(None, (finding.text, finding.remedy)))
        self.stdout.write(f"{finding.level:<8} {subject}: {' '.join(words.split())}")
        return finding.level


def _examine(has_database: bool, workspaces: Iterable[Workspace]) -> Iterator[tuple[str, Finding]]:
    yield from examine_installation(has_database=has_database)
    for workspace in workspaces:
        yield from examine_workspace(workspace)
