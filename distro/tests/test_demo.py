"""`manage.py demo`: all programs together, connected to the local org, and none left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings

from distro import ports
from distro.testing import environment
from distro.testing.waiting import wait_for

pytestmark = pytest.mark.skipif(
    os.environ.get("TEST_DATABASE") == "postgres", reason="the demo has a database of its own: once is enough"
)
LINE = re.compile(r"^(admin|form|site|org|mail|api) +(http://127\.0\.0\.1:\d+/\S*) +(.+)$")


class Demo:
    """A demo with folder, keys and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out.txt"
        inherited = {k: v for k, v in os.environ.items() if k not in environment.NAMES}
        self.environment = inherited | {
            "DISTRO_ENV_FILE": str(folder / ".env"),
            "DISTRO_VAR_DIR": str(folder / "var"),
            "DISTRO_DEMO_REDIS": f"http://127.0.0.1:{ports.any_free()}",
            "BASE_URL": f"http://127.0.0.1:{ports.any_free()}",
            "DISTRO_DEMO_SITE": f"http://127.0.0.1:{ports.any_free()}",
            "SALESFORCE_LOGIN_URL": f"http://127.0.0.1:{ports.any_free()}",
        }

    def start(self) -> None:
        with self.out.open("w") as out:
            self.child = subprocess.Popen(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"],
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: "Ctrl-C" in self.text() or self.child.poll() is not None, "it has started", 120)
        assert self.child.poll() is None, self.text()

    def text(self) -> str:
        return self.out.read_text()

    def doors(self) -> dict[str, tuple[str, str]]:
        """What it printed: name -> address, login."""
        matches = [LINE.match(line) for line in self.text().splitlines()]
        return {match[1]: (match[2], match[3]) for match in matches if match}

    def programs(self) -> dict[int, str]:
        """Every living process that it started or that those started, by the folder in its environment."""
        mark = f"DISTRO_VAR_DIR={self.folder / 'var'}".encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found

    def program(self, part: str) -> int:
        return min(pid for pid, command in self.programs().items() if part in command)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.folder / "var" / "distro.sqlite3")) as database:
            return database.execute(query).fetchall()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    for pid in demo.programs():
        os.kill(pid, signal.SIGKILL)


def test_everything_runs_and_is_connected_until_ctrl_c_and_once_more_until_it_is_killed(demo: Demo) -> None:
    runs_until_ctrl_c(demo)
    runs_again_until_killed(demo)


def runs_until_ctrl_c(demo: Demo) -> None:
    with socket.socket() as other:  # somebody has the site's port already
        taken = urlsplit(demo.environment["DISTRO_DEMO_SITE"]).port
        assert taken
        other.bind(("127.0.0.1", taken))
        other.listen()
        demo.start()
    doors = demo.doors()
    assert {"admin", "form", "site", "org", "mail"} <= doors.keys()
    assert urlsplit(doors["site"][0]).port == ports_after(taken, doors)
    for url, _ in doors.values():
        assert requests.get(url, timeout=10).status_code == 200
    site = doors["site"][0].rstrip("/")
    assert site in str(demo.rows("SELECT allowed_origins FROM routing_workspace"))
    org = demo.environment["SALESFORCE_LOGIN_URL"]
    assert demo.rows("SELECT state, instance_url FROM crm_sync_salesforceconnection") == [("connected", org)]
    assert len(demo.programs()) >= 6
    demo.child.send_signal(signal.SIGINT)
    assert demo.child.wait(30) == 0
    assert demo.programs() == {}


def ports_after(taken: int, doors: dict[str, tuple[str, str]]) -> int:
    """The next port after a taken one, unless another program of the demo has that."""
    others = {urlsplit(url).port for name, (url, _) in doors.items() if name not in ("site", "mail")}
    return next(port for port in range(taken + 1, taken + 9) if port not in others)


def runs_again_until_killed(demo: Demo) -> None:
    before = demo.doors()["admin"][1]
    demo.start()
    assert demo.doors()["admin"][1] == before
    assert demo.rows("SELECT count(*) FROM routing_workspace") == [(1,)]
    demo.child.kill()
    demo.child.wait()
    wait_for(lambda: not demo.programs(), f"nothing is left of {demo.programs()}", 15)


def test_a_program_that_dies_is_named_and_takes_the_rest_along(demo: Demo) -> None:
    demo.start()
    os.kill(demo.program("crm_sync.sandbox"), signal.SIGKILL)
    assert demo.child.wait(30) == 1
    assert "org stopped by itself" in demo.text()
    assert demo.programs() == {}
