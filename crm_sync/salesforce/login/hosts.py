"""Which addresses Distro trusts to sign people in and to answer as an org; everything else is refused in words."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from crm_sync.salesforce.session import DOMAINS, NO_API
from distro.env import is_loopback

SANDBOX_LOGIN_URL = "https://test.salesforce.com"
PRODUCTION, SANDBOX, CUSTOM = "production", "sandbox", "custom"
# Salesforce help, "My Domain URL Formats": a name, perhaps with a sandbox's name behind two hyphens, perhaps
# with the kind of org as a label of its own.
MY_DOMAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?)?\.my\.salesforce\.com"
)
# What a browser passes through on its way from our form to the org and back.
BROWSER_SOURCES = ("https://*.salesforce.com", "https://*.force.com")
EXAMPLE = "Write it as Setup > My Domain shows it, such as acme.my.salesforce.com."


class HostRefused(ValueError):
    """An address that Distro does not sign in at; the text says why."""


def local_orgs_allowed() -> bool:
    """Whether this installation works with orgs on its own machine: its login URL is loopback."""
    return is_loopback(urlsplit(settings.SALESFORCE_LOGIN_URL).hostname or "")


def choose_login_url(host: str, domain: str = "") -> str:
    """The login URL of a choice on the card: production, sandbox, or custom with a domain.

    Raises HostRefused. The answer is an origin without a slash at its end.
    """
    fixed = {PRODUCTION: settings.SALESFORCE_LOGIN_URL, SANDBOX: SANDBOX_LOGIN_URL}
    if host in fixed:
        return fixed[host]
    if host != CUSTOM:
        raise HostRefused("Choose production, sandbox or a domain of your own.")
    return custom_login_url(domain)


def custom_login_url(domain: str) -> str:
    """The login URL of a typed My Domain, or of another org on this machine. Raises HostRefused."""
    typed = domain.strip()
    if not typed:
        raise HostRefused(f"The domain is missing. {EXAMPLE}")
    parts = _split(typed)
    if is_loopback(parts.hostname or ""):
        return _local_login_url(typed, parts)
    name = parts.hostname or ""
    if parts.scheme != "https" or parts.netloc.lower() != name or not _ends_at_host(parts):
        raise HostRefused(f'"{typed[:80]}" is more than a host name. {EXAMPLE}')
    if name.endswith(".lightning.force.com"):
        better = name.removesuffix(".lightning.force.com") + ".my.salesforce.com"
        raise HostRefused(f"That is where Salesforce shows its pages; people sign in at {better}.")
    if not MY_DOMAIN.fullmatch(name):
        raise HostRefused(f'"{typed[:80]}" is not a My Domain of Salesforce. {EXAMPLE}')
    return f"https://{name}"


def _local_login_url(typed: str, parts: SplitResult) -> str:
    if not local_orgs_allowed():
        raise HostRefused(f'"{typed[:80]}" is on this server itself, where no org is. {EXAMPLE}')
    if parts.scheme != "http" or "@" in parts.netloc or not _ends_at_host(parts) or not _port(parts):
        raise HostRefused(f'"{typed[:80]}" must read http://127.0.0.1:PORT.')
    return f"http://{parts.netloc.lower()}"


def is_org_address(url: str, *, local: bool) -> bool:
    """Whether an org may answer from this URL: https on Salesforce's domains, at a label's boundary.

    `local` allows orgs on this machine besides, by plain http and on any port.
    """
    if not url.isascii() or any(sign in url for sign in " \\\t\r\n"):
        return False
    parts = _split(url)
    host = parts.hostname or ""
    if "@" in parts.netloc or parts.query or parts.fragment:
        return False
    if is_loopback(host):
        return local and parts.scheme in ("http", "https")
    ours = host.endswith(DOMAINS) and not host.endswith(NO_API)
    return parts.scheme == "https" and parts.netloc.lower() in (host, f"{host}:443") and ours


def login_sources() -> list[str]:
    """For a page's form-action: where its sign-in form may lead a browser (Chromium checks every redirect)."""
    local = ["http://127.0.0.1:*", "http://localhost:*"] if local_orgs_allowed() else []
    return [settings.SALESFORCE_LOGIN_URL, SANDBOX_LOGIN_URL, *BROWSER_SOURCES, *local]


def production_host() -> str:
    """Where "production" leads, for people to read."""
    return urlsplit(settings.SALESFORCE_LOGIN_URL).netloc


def _split(typed: str) -> SplitResult:
    """The parts of an address, of nothing at all where it cannot be read."""
    bare = typed.rstrip("/") if typed.isascii() and typed.isprintable() else ""
    if "://" not in bare:
        local = is_loopback(bare.partition(":")[0])
        bare = f"{'http' if local else 'https'}://{bare}"
    try:
        parts = urlsplit(bare)
        _ = parts.port, parts.hostname
    except ValueError:
        return urlsplit("")
    return parts


def _port(parts: SplitResult) -> int | None:
    return parts.port


def _ends_at_host(parts: SplitResult) -> bool:
    return not (parts.path or parts.query or parts.fragment) and "\\" not in parts.netloc
