"""The demo's programs as one: started in order, stopped in the opposite order, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from distro import ports
from distro.children import start_child, stop_child

START_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Fallen(Exception):
    """A program stopped by itself; the text names it and its log."""


class Tree:
    """The running programs, by name, in the order of their start; they run in `folder`."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.folder, self.logs = folder, logs
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a program; its output goes to a log of its name, begun anew."""
        log = self.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        self.children[name] = start_child(command, log=log, folder=self.folder)

    def wait_for_port(self, name: str, port: int) -> None:
        """Wait until the program listens. Raises Fallen when any program stops instead."""
        deadline = time.monotonic() + START_SECONDS
        while not ports.answers(port):
            self.check()
            if time.monotonic() > deadline:
                raise Fallen(f"{name} does not answer; see {self.logs / name}.log.")
            time.sleep(0.05)

    def check(self) -> None:
        """Raises Fallen when a program has stopped."""
        for name, child in self.children.items():
            if child.poll() is not None:
                status = f"status {child.returncode}"
                raise Fallen(f"{name} stopped by itself ({status}); see {self.logs / name}.log.")

    def watch(self) -> None:
        """Sleep until a program stops; raises Fallen then."""
        while True:
            self.check()
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    def stop(self) -> None:
        """Stop all, the latest first; signals that come meanwhile change nothing."""
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        for child in reversed(self.children.values()):
            stop_child(child, patience=8)


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end the program through its `finally`, with status 0."""

    def leave(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    for one in SIGNALS:
        signal.signal(one, leave)
