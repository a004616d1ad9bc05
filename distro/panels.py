"""What one app has to say on the admin pages of another's rows, such as Salesforce on a meeting's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model

Panel = Callable[[Any, bool], str]
PANELS: dict[str, list[tuple[str, Panel]]] = {}


def panel(title: str, *labels: str) -> Callable[[Panel], Panel]:
    """Show what the decorated function says of a row, under a title, on the pages of models (`routing.Meeting`).

    It is given the row, and whether its reader may open the pages that it would link to.
    """

    def register(draw: Panel) -> Panel:
        for label in labels:
            PANELS.setdefault(label, []).append((title, draw))
        return draw

    return register


def panels_of(row: Model, may_open: bool) -> Iterator[tuple[str, str]]:
    """Title and safe HTML of each panel of a row; an empty one is left out."""
    for title, draw in PANELS.get(row._meta.label, []):
        if shown := draw(row, may_open):
            yield title, shown
