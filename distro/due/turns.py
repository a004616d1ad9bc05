"""How long one worker goes on before it lets others have their turn, and whether it was asked to stop."""

from __future__ import annotations

TURN_SECONDS = 60.0
_stopping = False


def stop_soon() -> None:
    """Finish the row in hand and take no other (a worker that shuts down asks for this)."""
    global _stopping
    _stopping = True


def is_stopping() -> bool:
    """Whether this process was asked to stop."""
    return _stopping
