"""The checks, each registered by the app that knows, and run one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError
from django.utils.module_loading import autodiscover_modules

from distro.doctor.findings import Finding, mend

if TYPE_CHECKING:
    from routing.models import Workspace

Look = Callable[[], Iterable[Finding]]
LookAtWorkspace = Callable[["Workspace"], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """One subject of the report, about the whole installation."""

    subject: str
    look: Look
    needs_database: bool


CHECKS: list[Check] = []
WORKSPACE_CHECKS: list[tuple[str, LookAtWorkspace]] = []


def check(subject: str, *, needs_database: bool = True) -> Callable[[Look], Look]:
    """Register the decorated function as a check of the installation. It yields findings and changes nothing."""

    def register(look: Look) -> Look:
        CHECKS.append(Check(subject, look, needs_database))
        return look

    return register


def workspace_check(subject: str) -> Callable[[LookAtWorkspace], LookAtWorkspace]:
    """Register the decorated function as a check of each workspace."""

    def register(look: LookAtWorkspace) -> LookAtWorkspace:
        WORKSPACE_CHECKS.append((subject, look))
        return look

    return register


@cache
def discover() -> None:
    """Load every app's `doctor_checks`, once."""
    autodiscover_modules("doctor_checks")


def examine_installation(*, has_database: bool) -> Iterator[tuple[str, Finding]]:
    """Subject and finding of every check; those that need a database are left out where there is none."""
    discover()
    for one in CHECKS:
        if has_database or not one.needs_database:
            yield from ((one.subject, finding) for finding in _guarded(one.look))


def examine_workspace(workspace: Workspace) -> Iterator[tuple[str, Finding]]:
    """Subject and finding of every check of a workspace."""
    discover()
    for subject, look in WORKSPACE_CHECKS:
        found = _guarded(lambda look=look: look(workspace))  # type: ignore[misc]
        yield from ((f"{workspace.slug}, {subject}", finding) for finding in found)


def _guarded(look: Look) -> Iterator[Finding]:
    """A table that is missing or a database that goes away must not keep the other checks from being made."""
    try:
        yield from look()
    except (DatabaseError, InterfaceError) as fault:
        text = f"This could not be looked at: the database answered {type(fault).__name__}."
        yield mend(text, "Mend the database first (manage.py migrate), then ask again.")
