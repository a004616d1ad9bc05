"""Codes, access tokens and refresh tokens: rotation, and the whole chain revoked when an old one is used again."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .org import Org

ALPHABET = string.ascii_letters + string.digits + "._"
CODE_SECONDS = 900
IDLE_SECONDS = 30 * 86400


def opaque(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass
class Grant:
    """One authorisation of one user for one app: its refresh tokens follow each other in a chain."""

    user_id: str
    client_id: str
    scopes: str
    current_refresh: str | None = None
    spent_refresh: set[str] = field(default_factory=set)
    used_at: float = 0.0
    revoked: bool = False


@dataclass
class Code:
    """An authorisation code: single use, 15 minutes."""

    grant: Grant
    redirect_uri: str
    challenge: str | None
    issued_at: float
    used: bool = False


@dataclass
class Session:
    """An access token; it lives `seconds` from its last use."""

    grant: Grant
    issued_at: float
    expires_at: float


class Tokens:
    """All codes, grants and sessions of an org."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.codes: dict[str, Code] = {}
        self.sessions: dict[str, Session] = {}
        self.refresh: dict[str, Grant] = {}

    def clock(self) -> float:
        return self.org.moment().timestamp()

    def new_code(self, grant: Grant, redirect_uri: str, challenge: str | None) -> str:
        code = "aPrx" + opaque(60) + "=="
        self.codes[code] = Code(grant, redirect_uri, challenge, self.clock())
        return code

    def new_session(self, grant: Grant) -> str:
        now = self.clock()
        token = f"{self.org.id[:15]}!AQ{opaque(90)}"
        self.sessions[token] = Session(grant, now, now + self.org.access_token_seconds)
        return token

    def new_refresh(self, grant: Grant) -> str:
        token = "5Aep861" + opaque(80)
        if grant.current_refresh:
            grant.spent_refresh.add(grant.current_refresh)
        grant.current_refresh = token
        grant.used_at = self.clock()
        self.refresh[token] = grant
        return token

    def retire_oldest(self, newest: Grant) -> None:
        """One user may hold so many authorisations of one app; the next one silently ends the oldest."""
        same = {id(g): g for g in self.refresh.values() if not g.revoked and g.user_id == newest.user_id}
        mine = [one for one in same.values() if one.client_id == newest.client_id]
        for one in mine[: -self.org.grants_per_user]:
            self.revoke_grant(one)

    def session(self, token: str) -> Session | None:
        """The living session of an access token, its life extended by this use."""
        found = self.sessions.get(token)
        if found is None or found.grant.revoked or found.expires_at <= self.clock():
            return None
        found.expires_at = self.clock() + self.org.access_token_seconds
        return found

    def revoke_grant(self, grant: Grant) -> None:
        """Kills a chain: its refresh token and every access token made from it."""
        grant.revoked = True
        self.sessions = {t: s for t, s in self.sessions.items() if s.grant is not grant}

    def use_refresh(self, token: str, client_id: str) -> Grant | None:
        """The grant of a refresh token that may be used; using a spent one revokes the chain, 30 idle days end it."""
        grant = self.refresh.get(token)
        if grant is None or grant.revoked or grant.client_id != client_id:
            return None
        if token in grant.spent_refresh:
            self.revoke_grant(grant)
            return None
        if self.clock() - grant.used_at > IDLE_SECONDS or not self.org.user(grant.user_id)["IsActive"]:
            return None
        grant.used_at = self.clock()
        return grant

    def revoke(self, token: str) -> bool:
        """Revokes an access token alone, or a refresh token with all that came from it."""
        if token in self.sessions:
            del self.sessions[token]
            return True
        grant = self.refresh.get(token)
        if grant is None or grant.revoked:
            return False
        self.revoke_grant(grant)
        return True

    def expire_sessions(self) -> int:
        """Ends every access token now; refresh tokens stay good."""
        count = len(self.sessions)
        self.sessions.clear()
        return count
