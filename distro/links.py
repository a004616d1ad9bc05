"""Unguessable links: a token is an HMAC of a random value in the row, so a database dump alone opens none."""

from __future__ import annotations

import base64
import hashlib
import secrets

from django.utils.crypto import salted_hmac


def new_seed() -> str:
    """The random value that a row keeps: 32 bytes as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_of(purpose: str, seed: str) -> str:
    """The token that stands in the link: 43 URL-safe characters, the same whenever it is printed again."""
    digest = salted_hmac(f"distro.link.{purpose}", seed, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def digest_of(token: str) -> str:
    """What the row keeps for look-up: the token's SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(token.encode()).hexdigest()
