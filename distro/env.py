"""Reads the settings that contract section 3 names, and says in one sentence what is wrong with one."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet

Value = TypeVar("Value")
RATE = re.compile(r"^([1-9]\d*)/([smhd])$")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence. Status 3 is what gunicorn takes for "do not start me again"."""
    print(sentence, file=sys.stderr)
    raise SystemExit(3)


class Settings:
    """The environment, plus an optional `.env` file whose values never win over the environment's."""

    def __init__(self, env_file: Path) -> None:
        self.env = environ.Env()
        if env_file.is_file():
            self.env.read_env(str(env_file))

    def text(self, name: str, default: str = "") -> str:
        """The setting as text; an empty variable counts as one that is not set."""
        return self.env.ENVIRON.get(name, "").strip() or default

    def read(self, name: str, default: Any, parse: Callable[[str], Value]) -> Value | Any:
        """The setting through `parse`; a ValueError's text ends the start."""
        raw = self.text(name)
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as fault:
            stop(f"{name} cannot be used: {fault}.")

    def required(self, name: str, *, unless: bool, default: str, remedy: str) -> str:
        """The setting, `default` where `unless` holds, else the end of the start."""
        value = self.text(name, default if unless else "")
        if not value:
            stop(f"{name} is not set: {remedy}.")
        return value


def parse_switch(raw: str) -> bool:
    """`on`, `true`, `yes`, `1` and their opposites."""
    known = {"on": True, "true": True, "yes": True, "1": True}
    known |= {"off": False, "false": False, "no": False, "0": False}
    if raw.lower() not in known:
        raise ValueError(f'"{raw}" is neither "on" nor "off"')
    return known[raw.lower()]


def parse_seconds(raw: str) -> float:
    """A positive number of seconds."""
    try:
        seconds = float(raw)
    except ValueError:
        raise ValueError(f'"{raw}" is not a number of seconds') from None
    if not 0 < seconds < 10**7:
        raise ValueError(f'"{raw}" is not a positive number of seconds')
    return seconds


def parse_rate(raw: str) -> tuple[int, int] | None:
    """`60/m` as (60, 60): so many in so many seconds; `off` as None."""
    if raw.lower() == "off":
        return None
    match = RATE.match(raw)
    if not match:
        raise ValueError(f'"{raw}" is no rate such as 5/s, 60/m, 1000/h or 10000/d, nor "off"')
    return int(match[1]), SECONDS[match[2]]


def parse_networks(raw: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Comma-separated CIDRs; a bare address is a network of one."""
    try:
        return [ipaddress.ip_network(part.strip(), strict=False) for part in raw.split(",") if part.strip()]
    except ValueError as fault:
        raise ValueError(f"{fault}; write networks as 10.0.0.0/8, separated by commas") from None


def parse_fernet_keys(raw: str) -> list[str]:
    """Comma-separated Fernet keys, newest first."""
    keys = [key.strip() for key in raw.split(",") if key.strip()]
    for place, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(f"key {place} of {len(keys)} is not 32 bytes in URL-safe base64") from None
    if not keys:
        raise ValueError("it holds no key")
    return keys


def parse_public_url(raw: str) -> str:
    """An http or https address without path, as `BASE_URL` wants it."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f'"{raw}" is no address such as https://meet.example.com')
    if parts.path.strip("/") or parts.query or parts.username:
        raise ValueError(f'"{raw}" must end after the host name')
    return f"{parts.scheme}://{parts.netloc}"


def parse_login_url(raw: str) -> str:
    """Where Salesforce signs people in: https, or plain http on a loopback address alone."""
    url = parse_public_url(raw)
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError(f'"{raw}" is plain http, which is accepted for loopback addresses alone')
    return url


def parse_database_url(raw: str) -> dict[str, Any]:
    """Django's settings of a database: SQLite or PostgreSQL."""
    scheme = urlsplit(raw).scheme
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ValueError(f'"{scheme or raw}" is no address such as postgres://user:password@host/name')
    return dict(environ.Env.db_url_config(raw))


def parse_redis_url(raw: str) -> str:
    """The address of a Redis or Valkey server."""
    if urlsplit(raw).scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f'"{raw}" is no address such as redis://host:6379/0')
    return raw


def parse_email_url(raw: str) -> dict[str, Any]:
    """Django's mail settings (django-environ's addresses)."""
    scheme = urlsplit(raw).scheme
    if scheme not in environ.Env.EMAIL_SCHEMES:
        raise ValueError(
            f'"{scheme or raw}" is no kind of mail address such as smtp+tls://user:password@host:587'
        )
    return dict(environ.Env.email_url_config(raw))


def parse_api_version(raw: str) -> str:
    """A version of Salesforce's API as its addresses have it: 66.0."""
    if not re.fullmatch(r"\d{2,3}\.0", raw):
        raise ValueError(f'"{raw}" is no version such as 66.0')
    return raw


def parse_hosts(raw: str) -> list[str]:
    """Comma-separated host names, without scheme and path."""
    hosts = [host.strip() for host in raw.split(",") if host.strip()]
    for host in hosts:
        if "/" in host:
            raise ValueError(f'"{host}" is no host name such as meet.example.com')
    return hosts


def parse_dsn(raw: str) -> str:
    """Where Sentry takes reports."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not (
        parts.username and parts.hostname and parts.path.strip("/")
    ):
        raise ValueError("it is no address such as https://key@host/1")
    return raw


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host in LOOPBACK_HOSTS:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
