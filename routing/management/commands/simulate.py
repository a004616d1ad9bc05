"""`manage.py simulate ROUTER_KEY --answers FILE.json [--json]`: what would become of a submission."""

from __future__ import annotations

import json
import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from routing.actions.submit import InvalidAnswers
from routing.models import Router
from routing.reading import read_json
from routing.simulation import find_router, read_received, simulate, tell

MOST_NAMED = 20


class Command(BaseCommand):
    help = (
        "Tell what would become of a submission: rules, host, times, and what Salesforce would hear. "
        "Nothing is written anywhere, and Salesforce is only read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("router", metavar="ROUTER_KEY", help="the router's key")
        parser.add_argument(
            "--answers",
            metavar="FILE.json",
            required=True,
            help='the answers by field, or a whole submission body {"answers": {…}, "timezone": …}',
        )
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        body = self._read(options["answers"])
        router = find_router(options["router"])
        if router is None:
            known = Router.objects.filter(archived_at=None).order_by("key").values_list("key", flat=True)
            there = ", ".join(known[:MOST_NAMED]) or "none yet"
            self._stop(1, f'There is no router "{options["router"]}"; there are: {there}.')
        try:
            received = read_received(body)
            told = simulate(router, received, timezone.now())
        except InvalidAnswers as fault:
            self._stop(1, *(f"{name}: {text}" for name, texts in fault.errors.items() for text in texts))
        if options["json"]:
            self.stdout.write(json.dumps(told.as_json(), indent=2, ensure_ascii=False))
        else:
            self.stdout.write(tell(told, received.timezone or router.workspace.timezone))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return read_json(Path(name).read_bytes().removeprefix(BOM_UTF8))
        except OSError as fault:
            self._stop(2, f"{name} cannot be opened: {fault.strerror or fault}.")
        except ValueError:
            self._stop(2, f"{name} cannot be read: it must be a JSON object in UTF-8.")

    def _stop(self, status: int, *lines: str) -> NoReturn:
        for line in lines:
            self.stderr.write(line)
        sys.exit(status)
