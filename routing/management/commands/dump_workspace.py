"""`manage.py dump_workspace SLUG`: a workspace as the YAML file that would load it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from routing import workspace_file
from routing.models import Workspace


class Command(BaseCommand):
    help = "Print a workspace as YAML; loading what is printed changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's slug")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["slug"]).first()
        if workspace is None:
            known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            self.stderr.write(f'There is no workspace "{options["slug"]}"; there are: {known}.')
            sys.exit(1)
        self.stdout.write(workspace_file.dump(workspace), ending="")
