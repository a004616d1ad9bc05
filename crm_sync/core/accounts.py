"""Which Account belongs to an e-mail domain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .matching import read_moment

Row = Mapping[str, Any]


def choose_account(by_website: Sequence[Row], colleagues: Sequence[Row], domain: str) -> Row | None:
    """The Account whose Website has the domain, else that of the domain's Contacts.

    Of several the one with most Contacts of the domain, then the oldest. Accounts bring Id, Website and
    CreatedDate, Contacts their AccountId and Account.
    """
    counts = Counter(row["AccountId"] for row in colleagues if row.get("AccountId"))
    own = [row for row in by_website if is_at(str(row.get("Website") or ""), domain)]
    theirs = {row["AccountId"]: row["Account"] for row in colleagues if row.get("Account")}
    several: Sequence[Row] = own or list(theirs.values())
    ranked = sorted(several, key=lambda row: (-counts[row["Id"]], read_moment(row["CreatedDate"]), row["Id"]))
    return next(iter(ranked), None)


def is_at(website: str, domain: str) -> bool:
    """Whether a Website, with or without scheme, www and path, has the domain."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return False
    return bool(domain) and host.lower().removeprefix("www.") == domain
