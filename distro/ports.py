"""Free ports on the loopback address."""

from __future__ import annotations

import random
import socket

BELOW_EPHEMERAL = range(20000, 30000)  # where the kernel picks no port for outgoing connections


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def next_free(port: int) -> int:
    """`port`, or the first free one above it."""
    return next(candidate for candidate in range(port, 65536) if is_free(candidate))


def any_free() -> int:
    """A free port that nobody is likely to take before we do."""
    start = random.choice(BELOW_EPHEMERAL)  # noqa: S311 - a port, not a secret
    return next_free(start)


def answers(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
