"""Programs that Distro starts beside itself and that must not outlive it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the parent is gone, however it went (Linux; elsewhere nothing)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start_child(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches it through us alone; output goes to `log`.

    `folder` is where it runs (None: here).
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def stop_child(child: subprocess.Popen[bytes], patience: float = 10.0) -> None:
    """SIGTERM; again after `patience` seconds, which an RQ worker takes for "now"; SIGKILL if that is not heard."""
    for seconds in (patience, 3.0):
        if child.poll() is None:
            child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
            return
    kill_child(child)


def kill_child(child: subprocess.Popen[bytes]) -> None:
    """SIGKILL to it and to whatever it started, process groups of their own included (these on Linux alone)."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(int(entry.name)) == child.pid:
                os.kill(int(entry.name), signal.SIGKILL)
    child.wait()
