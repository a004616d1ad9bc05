"""Salesforce record ids: a three-letter prefix, twelve case-sensitive characters, three of checksum."""

from __future__ import annotations

import secrets
import string
from collections import defaultdict

CHECKSUM = string.ascii_uppercase + "012345"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def checksum(id15: str) -> str:
    """Three characters that make a 15-character id safe where case is lost (one per block of five)."""
    blocks = (id15[0:5], id15[5:10], id15[10:15])
    return "".join(
        CHECKSUM[sum(1 << n for n, letter in enumerate(block) if letter.isupper())] for block in blocks
    )


def to18(text: object) -> str | None:
    """The 18-character form of a well-formed id; None for anything that is no id at all."""
    if not isinstance(text, str) or not text.isascii() or not text.isalnum():
        return None
    if len(text) == 15:
        return text + checksum(text)
    return text if len(text) == 18 and checksum(text[:15]) == text[15:] else None


def base62(number: int, width: int) -> str:
    """`number` in base 62, filled with zeros to `width` characters."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = BASE62[rest] + digits
    return digits.rjust(width, "0")


class IdMaker:
    """Numbers records; fixed records (users, profiles) get the same ids in every start of the same org.

    Other records carry a mark of this start, so that an id remembered from an earlier one never
    points to a stranger.
    """

    def __init__(self, org_number: int) -> None:
        self.pod = "d" + base62(org_number, 1)[-1]
        self.org_mark = base62(org_number, 4)
        self.start_mark = base62(secrets.randbelow(62**4 - 62**3) + 62**3, 4)
        self.counts: dict[tuple[str, bool], int] = defaultdict(int)

    def make(self, prefix: str, *, fixed: bool = False) -> str:
        """The next 18-character id with this prefix."""
        self.counts[prefix, fixed] += 1
        mark = self.org_mark if fixed else self.start_mark
        id15 = f"{prefix}{self.pod}0{mark}{base62(self.counts[prefix, fixed], 5)}"
        return id15 + checksum(id15)
