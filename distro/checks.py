"""What Django's system checks say about this installation's settings, each with its remedy.

`manage.py check` runs them before most commands; those of the deployment come with `check --deploy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register

from distro.env import is_loopback

SALESFORCE_DOMAINS = (".salesforce.com", ".salesforce.mil", ".force.com")
JSON_SERIALIZER = "rq.serializers.JSONSerializer"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def wiring(**kwargs: Any) -> Iterator[CheckMessage]:
    """What the code relies on, whatever the environment says."""
    if not settings.MIDDLEWARE or settings.MIDDLEWARE[0] != "distro.proxies.ProxyMiddleware":
        yield Error(
            "Visitors' addresses are not read first, so rate limits and redirects would see the proxy's.",
            hint='Put "distro.proxies.ProxyMiddleware" first in MIDDLEWARE.',
            id="distro.E010",
        )
    if "distro.headers.HeadersMiddleware" not in settings.MIDDLEWARE:
        yield Error(
            "Pages would be sent without a content security policy and could be framed by anybody.",
            hint='Add "distro.headers.HeadersMiddleware" to MIDDLEWARE.',
            id="distro.E011",
        )
    for name, queue in settings.RQ_QUEUES.items():
        if queue.get("SERIALIZER") != JSON_SERIALIZER:
            yield Error(
                f'The queue "{name}" would unpickle what it finds: whoever writes to Redis could run code.',
                hint=f'Set its SERIALIZER to "{JSON_SERIALIZER}".',
                id="distro.E012",
            )


def surroundings(**kwargs: Any) -> Iterator[CheckMessage]:
    """What the environment says that cannot be meant."""
    if settings.DEBUG and not is_loopback(_host(settings.BASE_URL)):
        yield Warning(
            f"DEBUG is on and the public address is {settings.BASE_URL}: errors would show settings to visitors.",
            hint="Set DEBUG=off, or BASE_URL to an address of this machine.",
            id="distro.W020",
        )
    login = _host(settings.SALESFORCE_LOGIN_URL)
    if not is_loopback(login) and not f".{login}".endswith(SALESFORCE_DOMAINS):
        yield Warning(
            f"SALESFORCE_LOGIN_URL leads to {login}, which is none of Salesforce's domains.",
            hint="Leave it out for production orgs, or set https://test.salesforce.com or a My Domain address.",
            id="distro.W021",
        )
    if bool(settings.SALESFORCE_CLIENT_ID) != bool(settings.SALESFORCE_CLIENT_SECRET):
        yield Warning(
            "Only one of SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET is set, so no org can be connected.",
            hint="Set both, from the External Client App's settings.",
            id="distro.W022",
        )


def deployment(**kwargs: Any) -> Iterator[CheckMessage]:
    """What an operator should know before going live."""
    if not settings.SECURE and not is_loopback(_host(settings.BASE_URL)):
        yield Warning(
            f"BASE_URL is {settings.BASE_URL}: prospects' answers and members' sessions travel unencrypted.",
            hint="Serve Distro over https and set BASE_URL to that address.",
            id="distro.W030",
        )
    if is_loopback(_host(settings.SALESFORCE_LOGIN_URL)):
        yield Warning(
            f"SALESFORCE_LOGIN_URL is {settings.SALESFORCE_LOGIN_URL}: only a local practice org can be connected.",
            hint="Leave it out to connect real orgs.",
            id="distro.W031",
        )
    if not settings.SALESFORCE_CLIENT_ID:
        yield Info(
            "SALESFORCE_CLIENT_ID is not set, so no org can be connected yet.",
            hint="Create an External Client App in Salesforce and set its id and secret (README, Salesforce).",
            id="distro.I032",
        )
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield Info(
            "Mail is printed, not sent: EMAIL_URL is not set.",
            hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587.",
            id="distro.I033",
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Info(
            "The database is SQLite, which serves one machine and one writer at a time.",
            hint="Set DATABASE_URL to a PostgreSQL server for production.",
            id="distro.I034",
        )


def register_checks() -> None:
    """Have Django run them; called once the apps are ready."""
    for look, options in ((wiring, {}), (surroundings, {}), (deployment, {"deploy": True})):
        register(_listed(look), Tags.security, **options)


def _listed(look: Callable[..., Iterator[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    # Django wants a list, and remembers functions: one each.
    return lambda **kwargs: list(look(**kwargs))
