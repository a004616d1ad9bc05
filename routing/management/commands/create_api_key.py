"""`manage.py create_api_key WORKSPACE NAME`: prints a new key of the JSON API, alone, once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from routing.api_keys import create_key
from routing.models import ApiKey, Workspace


class Command(BaseCommand):
    help = (
        "Prints a new key of the JSON API. It is kept as a hash alone and cannot be printed again; "
        "the admin lists a workspace's keys by name and revokes them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="its slug")
        parser.add_argument("name", help="what the key is for")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = _workspace(options["workspace"])
        self.stdout.write(create_key(workspace, _name(options["name"])))


def _workspace(slug: str) -> Workspace:
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        known = ", ".join(Workspace.objects.values_list("slug", flat=True))
        raise CommandError(
            f'There is no workspace "{slug}". There are: {known or "none yet; load_workspace makes one"}.'
        )
    return workspace


def _name(text: str) -> str:
    try:
        cleaned = ApiKey._meta.get_field("name").clean(text.strip(), None)
    except ValidationError as fault:
        raise CommandError(f"This name will not do. {' '.join(fault.messages)}") from None
    return str(cleaned)
