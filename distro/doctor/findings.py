"""What a check finds: how grave it is, what is so, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Only what must be mended makes the doctor's exit status 1."""

    FINE = "ok"
    WARNING = "warning"
    MEND = "MEND"


@dataclass(frozen=True)
class Finding:
    """One line of the report; `remedy` is empty where nothing is to be done."""

    level: Level
    text: str
    remedy: str = ""


def fine(text: str) -> Finding:
    """All is well, and this is how it stands."""
    return Finding(Level.FINE, text)


def warn(text: str, remedy: str) -> Finding:
    """It works, and an operator should know what it costs."""
    return Finding(Level.WARNING, text, remedy)


def mend(text: str, remedy: str) -> Finding:
    """It does not work, or must not be so."""
    return Finding(Level.MEND, text, remedy)


def number_of(number: int, what: str, many: str = "") -> str:
    """`1 key`, `3 keys`; `many` is the plural where it takes more than an s."""
    return f"{number} {what}" if number == 1 else f"{number} {many or what + 's'}"
