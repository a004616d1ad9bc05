"""Simulate: what would become of a submission, told in full, with nothing written anywhere."""

from .reading import find_router, read_received
from .running import Simulation, simulate
from .telling import tell

__all__ = ["Simulation", "find_router", "read_received", "simulate", "tell"]
