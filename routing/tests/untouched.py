"""Every row of every table, to compare before and after what must not write."""

from __future__ import annotations

from django.apps import apps


def tables() -> dict[str, list[str]]:
    """The rows of each table as text, in an order of their own."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {
        model._meta.label: sorted(repr(row) for row in model._default_manager.values()) for model in models
    }
