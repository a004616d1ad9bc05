"""`manage.py load_workspace FILE [--check]`: a workspace from its YAML file, all or nothing."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from routing import workspace_file
from routing.workspace_file import Faulty, Unreadable


class Command(BaseCommand):
    help = "Create or update a workspace from a YAML file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the workspace file, YAML")
        parser.add_argument("--check", action="store_true", help="only tell what would change; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        act = workspace_file.compare if options["check"] else workspace_file.load
        try:
            found = act(workspace_file.read_file(options["file"]))
        except Unreadable as error:
            self.stderr.write(str(error))
            sys.exit(2)
        except Faulty as error:
            self.stderr.write(str(error))
            sys.exit(1)
        for difference in found:
            self.stdout.write(difference.line)
        self.stdout.write(workspace_file.summary(found))
