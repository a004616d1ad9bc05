"""Where the demo's programs listen: their usual ports, or the next free ones."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environ

from distro import ports
from distro.env import is_loopback


@dataclass(frozen=True)
class Addresses:
    """The demo's addresses. `org` is None where the login URL names a real org, `redis_port` where REDIS_URL is set."""

    web: str
    site: str
    org: str | None
    redis_port: int | None


@functools.cache
def choose(env_file: Path, var_folder: Path) -> Addresses:
    """Choose once, before the settings are read, and put what was chosen where they read it.

    What the environment or the `.env` names already is used: a login URL beyond this machine, a REDIS_URL, an
    EMAIL_URL. Addresses on this machine name the port to begin with.
    """
    if env_file.is_file():
        environ.Env.read_env(str(env_file))
    web = _local_url("BASE_URL", 8000)
    site = _local_url("DISTRO_DEMO_SITE", 8100)
    real_org = not is_loopback(
        urlsplit(os.environ.get("SALESFORCE_LOGIN_URL") or "http://127.0.0.1").hostname or ""
    )
    org = None if real_org else _local_url("SALESFORCE_LOGIN_URL", 8200)
    redis_port = None
    if not os.environ.get("REDIS_URL"):
        redis_port = port_of(_local_url("DISTRO_DEMO_REDIS", 8379))
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{redis_port}/0"
    os.environ.setdefault("EMAIL_URL", f"filemail://{(var_folder / 'mail').resolve()}")
    return Addresses(web, site, org, redis_port)


def _local_url(name: str, usual: int) -> str:
    """`http://127.0.0.1:PORT`, kept in the environment as `name`; PORT is the named one, or the next free one."""
    named = urlsplit(os.environ.get(name, ""))
    port = named.port if named.port and is_loopback(named.hostname or "") else usual
    os.environ[name] = f"http://127.0.0.1:{ports.next_free(port)}"
    return os.environ[name]


def port_of(url: str) -> int:
    """The port of one of our own addresses."""
    port = urlsplit(url).port
    assert port is not None
    return port
