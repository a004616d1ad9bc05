"""What Salesforce granted, checked before anything of it is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.providers.base import ProviderException

from distro.env import is_loopback

from .hosts import is_org_address, local_orgs_allowed

IDENTITY_PATH = re.compile(
    r"/id/(00D[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?)/(005[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?)"
)
CHECK_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class GrantRefused(ProviderException):
    """Salesforce's answer cannot be used; the text says why, and `code` is Salesforce's own where there is one."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Grant:
    """Tokens with whose they are. Ids have 18 characters; URLs end without a slash."""

    org_id: str
    user_id: str
    login_url: str
    instance_url: str
    identity_url: str
    scope: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    username: str = ""

    @property
    def uid(self) -> str:
        """Organisation and user together: sandboxes copied from one org share user ids."""
        return f"{self.org_id}/{self.user_id}"

    def as_text(self) -> str:
        """Everything, tokens included: only for an encrypted column."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Grant:
        return cls(**json.loads(text))


def read_grant(answer: dict[str, Any], login_url: str, client_secret: str) -> Grant:
    """The token endpoint's answer as a Grant. Raises GrantRefused where a part is missing, forged or foreign.

    Source: Salesforce help, "OAuth 2.0 Web Server Flow": `signature` is the base64 HMAC-SHA256, under the
    client secret, of `id` followed by `issued_at`.
    """
    parts = {name: str(answer.get(name) or "") for name in ("id", "issued_at", "signature", "instance_url")}
    expected = hmac.new(client_secret.encode(), (parts["id"] + parts["issued_at"]).encode(), hashlib.sha256)
    signature = base64.b64encode(expected.digest()).decode()
    if not parts["id"] or not hmac.compare_digest(signature.encode(), parts["signature"].encode()):
        raise GrantRefused("The answer was not signed with this installation's client secret.")
    local = local_orgs_allowed() and is_loopback(urlsplit(login_url).hostname or "")
    for name in ("instance_url", "id"):
        if not is_org_address(parts[name], local=local):
            raise GrantRefused("The answer names an address that is not Salesforce's; it was refused.")
    found = IDENTITY_PATH.fullmatch(urlsplit(parts["id"]).path)
    if not found:
        raise GrantRefused("The answer does not say which org and which user it is for.")
    return Grant(
        org_id=long_id(found[1]),
        user_id=long_id(found[2]),
        login_url=login_url,
        instance_url=origin(parts["instance_url"]),
        identity_url=parts["id"],
        scope=str(answer.get("scope") or ""),
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or ""),
    )


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def long_id(record_id: str) -> str:
    """An id of 15 characters with the three that make it safe to compare without case; 18 stay as they are.

    Source: Salesforce help, "Convert 15 Character IDs to 18": per five characters, one bit for each capital.
    """
    if len(record_id) == 18:
        return record_id
    chunks = (record_id[start : start + 5] for start in (0, 5, 10))
    return record_id + "".join(
        CHECK_SIGNS[sum(1 << place for place, sign in enumerate(chunk) if sign.isupper())] for chunk in chunks
    )
