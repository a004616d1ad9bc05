"""What stands in the cells of admin lists and pages: states in words, times with their zone, links that are safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince, timeuntil

NEAR = timedelta(hours=24)
# The colour of a pill says no more than its word.
TONES = {"good", "bad", "warn", "busy", "idle"}
Cell = Callable[[Any, Any], Any]


def pill(word: object, tone: str = "idle") -> str:
    """A word in a coloured pill; tones are good, bad, warn, busy and idle."""
    return format_html('<span class="pill pill-{}">{}</span>', tone if tone in TONES else "idle", word)


def when(moment: datetime | None, now: datetime | None = None) -> str:
    """A moment in the zone of the workspace, which is named, and how far off it is where that is under a day."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    text = f"{local.day} {local:%b %Y, %H:%M %Z}"
    now = now or timezone.now()
    if abs(moment - now) > NEAR:
        return text
    # Only the largest unit: "in 2 hours" is enough to know.
    if moment >= now:
        return f"{text} (in {timeuntil(moment, now, depth=1)})"
    return f"{text} ({timesince(moment, now, depth=1)} ago)"


def named(label: str, order: str | None = None, empty: str = "–") -> Callable[[Cell], Cell]:
    """`admin.display` in the words of our pages."""
    return admin.display(description=label, ordering=order, empty_value=empty)


def moment_cell(field: str, label: str) -> Cell:
    """A list column, or a line of a page, with one of the row's moments."""

    @named(label, field)
    def cell(_: Any, row: Any) -> str:
        return when(getattr(row, field))

    return cell


def pill_cell(field: str, label: str, tones: Mapping[str, str]) -> Cell:
    """A column with one of the row's choices as a pill."""

    @named(label, field)
    def cell(_: Any, row: Any) -> str:
        word = getattr(row, f"get_{field}_display")()
        return pill(word, tones.get(getattr(row, field), "idle"))

    return cell


def link(address: str, text: object) -> str:
    """A link, where the address is one of the web; the bare text where it is anything else, such as javascript:."""
    if not address.startswith(("https://", "http://", "/")):
        return format_html("{}", text)
    return format_html('<a href="{}">{}</a>', address, text)


def definition_list(rows: Mapping[str, Any]) -> str:
    """Names and values below one another; a list's members with commas."""
    shown = [(name, ", ".join(map(str, one)) if isinstance(one, list) else one) for name, one in rows.items()]
    if not shown:
        return "–"
    lines = ((name, "–" if one in (None, "") else one) for name, one in shown)
    items = format_html_join("", "<dt>{}</dt><dd>{}</dd>", lines)
    return format_html('<dl class="facts">{}</dl>', items)


class OpeningFilter(admin.SimpleListFilter):
    """A filter whose list opens on the choice that matters, instead of on everything.

    `choices_of` maps a choice to its words and what it asks of the rows; the first is the one it opens on.
    """

    choices_of: dict[str, tuple[str, Callable[[QuerySet[Any]], QuerySet[Any]]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, _) in self.choices_of.items()]

    def chosen(self) -> str:
        value = self.value()
        return value if value in self.choices_of else next(iter(self.choices_of))

    def choices(self, changelist: Any) -> Any:
        for name, words in self.lookup_choices:
            yield {
                "selected": name == self.chosen(),
                "query_string": changelist.get_query_string({self.parameter_name: name}),
                "display": words,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.choices_of[self.chosen()][1](queryset)


class ArchivedFilter(OpeningFilter):
    """Lists open without what was archived."""

    title = "archived"
    parameter_name = "archived"
    choices_of = {
        "no": ("In use", lambda rows: rows.filter(archived_at=None)),
        "yes": ("Archived", lambda rows: rows.exclude(archived_at=None)),
        "all": ("All", lambda rows: rows),
    }


def admin_address(row: Model) -> str:
    """The address of a row's own page in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
