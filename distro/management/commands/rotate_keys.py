"""`manage.py rotate_keys`: stored secrets are encrypted with the newest key. It may run at any time, and again."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from distro.stored_secrets import Fit, Secret, secrets_stored

TRIES = 5


class Command(BaseCommand):
    help = "Encrypt stored tokens anew with the first of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        for secret in secrets_stored():
            outcome = rotate(secret)
            counts[outcome] += 1
            if outcome in COMPLAINTS:
                self.stderr.write(f"{secret}: {COMPLAINTS[outcome]}")
        self.stdout.write(
            f"{counts['rotated']} encrypted anew, {counts['newest']} had the newest key already, "
            f"{counts['closed']} could not be opened, {counts['restless']} kept changing."
        )
        if any(counts[outcome] for outcome in COMPLAINTS):
            sys.exit(1)


COMPLAINTS = {
    "closed": "no key of FIELD_ENCRYPTION_KEYS opens it. Put the key that it was encrypted with back at the end of "
    "the list, or have the workspace's Salesforce connected again.",
    "restless": "it kept being changed by a program that has other keys. Restart web servers and workers, so that "
    "all have the same FIELD_ENCRYPTION_KEYS, and run this again.",
}


def rotate(secret: Secret) -> str:
    """`rotated`, `newest`, `closed`, `restless` or `gone`. A value that changes meanwhile (a token was refreshed) is
    never overwritten: it is read again."""
    for _try in range(TRIES):
        if secret.fit is Fit.NONE:
            return "closed"
        if secret.fit is Fit.NEWEST:
            return "newest"
        if secret.encrypt_anew():
            return "rotated"
        now = secret.read_again()
        if now is None:
            return "gone"
        secret = now
    return "restless"
