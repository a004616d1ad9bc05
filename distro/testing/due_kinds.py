"""Due work for the tests of due work: what to do stands in the key, what was done in a file."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from distro.due import Claim, kind


def notes(name: str) -> list[str]:
    """The lines that runs of the key `…:name` have left, one for each that came to its end."""
    file = _file(name)
    return file.read_text().splitlines() if file.exists() else []


def note(name: str) -> None:
    """Leave a line, with the process that left it."""
    with _file(name).open("a") as file:
        file.write(f"{os.getpid()}\n")


def _file(name: str) -> Path:
    folder = Path(os.environ["DISTRO_TESTS_FOLDER"]) / "notes"
    folder.mkdir(exist_ok=True)
    return folder / name


def _fail(name: str) -> None:
    note(name)
    raise RuntimeError("as asked for")


def _die(name: str) -> None:
    note(name)
    os.kill(os.getpid(), signal.SIGKILL)


def _linger(name: str) -> None:
    note(name)
    time.sleep(600)


def _slow(name: str) -> None:
    time.sleep(1)
    note(name)


ACTS: dict[str, Callable[[str], None]] = {
    "note": note,
    "fail": _fail,
    "die": _die,
    "linger": _linger,
    "slow": _slow,
}


@kind("testing.act", lease=3)
def act(key: str, claim: Claim) -> datetime | None:
    """`note:x` leaves a line in file x; `fail`, `die` and `linger` do so before, `slow` after what they say."""
    verb, name = key.split(":")
    ACTS[verb](name)
    return None
