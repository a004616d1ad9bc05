"""Runs the local Salesforce-compatible org on its own, in the foreground."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run the local Salesforce-compatible org. Its records live as long as it runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8200, help="0: any free one (default: 8200)")
        parser.add_argument("--port-file", help="write the port to this file once the org answers")
        parser.add_argument("--approve", action="store_true", help="approve every connection without a click")

    def handle(self, *args: Any, **options: Any) -> None:
        command = [sys.executable, "-m", "crm_sync.sandbox", "--port", str(options["port"])]
        if options["port_file"]:
            command += ["--port-file", options["port_file"]]
        if options["approve"]:
            command.append("--approve")
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 - this program becomes the org: signals reach it directly
