"""The programs beside the tests: RQ worker, web server and sandbox org, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
from django.conf import settings
from django.db import connection

from distro import ports
from distro.children import kill_child, start_child, stop_child
from distro.testing.waiting import wait_for

FOLDER = Path(os.environ["DISTRO_TESTS_FOLDER"])


def database_url() -> str:
    """DATABASE_URL of the test database, for programs that must see what the tests see."""
    wanted: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{wanted['NAME']}"
    login = f"{quote(wanted['USER'])}:{quote(wanted['PASSWORD'])}"
    host = f"{wanted['HOST']}:{wanted['PORT']}" if wanted["PORT"] else wanted["HOST"]
    socket = wanted["OPTIONS"].get("host")
    return f"postgresql://{login}@{host}/{wanted['NAME']}" + (f"?host={socket}" if socket else "")


class Program:
    """A running program of the tests. Its output is in `log`."""

    def __init__(self, name: str, command: Sequence[str], **environment: str) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.log = FOLDER / f"{name}.log"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.child = start_child(self.command, log=self.log, environment=self.environment)

    def stop(self) -> None:
        if self.child is not None:
            stop_child(self.child, patience=5)

    def kill(self) -> None:
        """As a power cut would: SIGKILL, to all that it started too."""
        assert self.child is not None
        kill_child(self.child)

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def wait_until_answering(self, port: int) -> None:
        """Wait for the port; fails with the end of the log."""

        def answering() -> bool:
            assert self.is_running(), f"{self.name} stopped: {self.log.read_text()[-2000:]}"
            return ports.answers(port)

        wait_for(answering, f"{self.name} answers on port {port}", seconds=60)


def start_worker(name: str = "worker", **environment: str) -> Program:
    """A stock `manage.py rqworker` on the test database; it listens when this returns."""
    command = [sys.executable, "manage.py", "rqworker"]
    worker = Program(name, command, DATABASE_URL=database_url(), **environment)
    worker.log.unlink(missing_ok=True)
    worker.start()
    wait_for(lambda: "Listening on" in worker.log.read_text(), f"{name} listens", seconds=60)
    return worker


def start_web() -> Program:
    """gunicorn on the test database, at BASE_URL."""
    port = urlsplit(settings.BASE_URL).port
    assert port
    command = [sys.executable, "-m", "gunicorn", "distro.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--threads", "8", "--graceful-timeout", "2", "--no-control-socket"]
    web = Program("web", command, DATABASE_URL=database_url())
    web.start()
    web.wait_until_answering(port)
    return web


class SandboxOrg(Program):
    """The Salesforce-compatible org at SALESFORCE_LOGIN_URL; approves every connection by itself."""

    def __init__(self) -> None:
        self.url = settings.SALESFORCE_LOGIN_URL
        port = urlsplit(self.url).port
        assert port
        self.port = port
        command = [sys.executable, "-m", "crm_sync.sandbox", "--port", str(port), "--approve"]
        super().__init__("org", command)

    def start(self) -> None:
        super().start()
        self.wait_until_answering(self.port)
        self.reset()

    def reset(self) -> None:
        """The org as it was at first; the app that it knows then is the tests' own."""
        self.control("POST", "reset")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the org's control address (crm_sync/sandbox/control.py lists them); the answer's JSON."""
        answer = requests.request(method, f"{self.url}/__sandbox/{path}", json=body, timeout=10)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def records(self, sobject: str, **fields: str) -> list[dict[str, Any]]:
        """The org's records of an object whose fields have these values."""
        query = urlencode(fields)
        return self.control("GET", f"records/{sobject}?{query}")["records"]
