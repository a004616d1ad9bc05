"""A requests session that talks to one Salesforce host, within a time, and to nobody else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

from distro.env import is_loopback

from .faults import CONNECTION_LOST, HOST_REFUSED, NOT_REACHED, TIMEOUT, SalesforceFault

Result = TypeVar("Result")
DOMAINS = (".salesforce.com", ".salesforce.mil", ".force.com")
NO_API = (".lightning.force.com",)
CONNECT_SECONDS = 5.0


def origin_of(url: str) -> str:
    """The scheme and host of an org's or login host's address.

    Raises SalesforceFault HOST_REFUSED unless that is https at one of Salesforce's domains, or plain http on
    loopback while SALESFORCE_LOGIN_URL is on loopback itself.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.username or parts.password:
        raise refused()
    if parts.scheme in ("http", "https") and is_loopback(host):
        if not is_loopback(urlsplit(settings.SALESFORCE_LOGIN_URL).hostname or ""):
            raise refused()
    elif parts.scheme != "https" or parts.port not in (None, 443) or not _is_salesforce(host):
        raise refused()
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_salesforce(host: str) -> bool:
    return host.endswith(DOMAINS) and not host.endswith(NO_API)


def refused() -> SalesforceFault:
    """The fault of an address that is none of Salesforce's."""
    return SalesforceFault(HOST_REFUSED, "The org's address is not one of Salesforce's domains")


@lru_cache(maxsize=8)
def _adapter(pid: int) -> HTTPAdapter:
    """Connections kept open between calls, per process: a forked child must not share its parent's sockets."""
    return HTTPAdapter(pool_connections=32, pool_maxsize=16)


class PinnedSession(requests.Session):
    """Refuses every address but its own origin's, follows no redirect, reads no proxy from the environment.

    simple-salesforce always writes https: for an org on loopback the scheme is put right here.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.origin = origin_of(url)
        self.trust_env = False
        self.mount(self.origin, _adapter(os.getpid()))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """As requests does it, but raising SalesforceFault for everything that is no answer."""
        mine, asked = urlsplit(self.origin), urlsplit(str(url))
        if asked.netloc.lower() != mine.netloc or asked.scheme not in ("https", mine.scheme):
            raise refused()
        kwargs["allow_redirects"] = False
        seconds = settings.SYNC_CALL_TIMEOUT
        kwargs.setdefault("timeout", (min(CONNECT_SECONDS, seconds), seconds))
        try:
            return super().request(method, asked._replace(scheme=mine.scheme).geturl(), *args, **kwargs)
        except requests.RequestException as fault:
            raise transport_fault(fault) from None


def transport_fault(fault: requests.RequestException) -> SalesforceFault:
    """What a failure of requests means: not sent at all, or sent and never answered."""
    reason = getattr(fault.args[0], "reason", None) if fault.args else None
    refused_connection = type(reason).__name__ in ("NewConnectionError", "NameResolutionError")
    if isinstance(fault, (requests.ConnectTimeout, requests.exceptions.SSLError)) or refused_connection:
        return SalesforceFault(NOT_REACHED, "Salesforce could not be reached")
    if isinstance(fault, requests.Timeout):
        return SalesforceFault(TIMEOUT, "Salesforce did not answer in time", outcome="unknown")
    return SalesforceFault(CONNECTION_LOST, "The connection to Salesforce broke off", outcome="unknown")


def within(seconds: float, call: Callable[[], Result], *, to_the_end: bool = False) -> Result:
    """The result of `call`, or SalesforceFault TIMEOUT after `seconds`, whatever the call is still busy with.

    The call runs in a thread of its own. One that must end well even if nobody waits for it any more (a refresh,
    which saves what it brought) says `to_the_end`: the process then waits for it before it exits.
    """
    results: list[Result] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=run, daemon=not to_the_end, name="salesforce-call")
    thread.start()
    thread.join(max(seconds, 0.001))
    if faults:
        raise faults[0]
    if results:
        return results[0]
    raise SalesforceFault(TIMEOUT, "Salesforce did not answer in time", outcome="unknown")
