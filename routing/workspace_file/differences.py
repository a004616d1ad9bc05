"""What loading a document would change, as lines that people read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .checking import Document
from .describing import Present
from .kinds import Kind
from .records import Listing, Record
from .shape import SECTIONS, WORKSPACE, Section

CREATED, CHANGED, ARCHIVED = "created", "changed", "archived"


@dataclass(frozen=True)
class Difference:
    """One line: what happens to which thing. `section` is "" for the workspace itself."""

    verb: str
    section: str
    identity: str
    line: str


def differences(present: Present | None, wanted: Document) -> list[Difference]:
    """Everything in which the wanted document differs from what stands; `present` None: nothing does yet."""
    found = list(_workspace(present, wanted["workspace"]))
    for section in SECTIONS:
        found += _section(section, present, wanted[section.name])
    return found


def summary(found: list[Difference]) -> str:
    """The last line: it counts the lines above it by their first word."""
    if not found:
        return "nothing changed"
    counts = (f"{sum(one.verb == verb for one in found)} {verb}" for verb in (CREATED, CHANGED, ARCHIVED))
    return ", ".join(counts)


def _workspace(present: Present | None, wanted: dict[str, Any]) -> Iterator[Difference]:
    name = wanted["slug"]
    if present is None:
        yield Difference(CREATED, "", name, f"created workspace {name}")
        return
    for said in _changes(WORKSPACE, present.document["workspace"], wanted, ""):
        yield Difference(CHANGED, "", name, f"changed workspace {name}: {said}")


def _section(section: Section, present: Present | None, wanted: list[dict[str, Any]]) -> Iterator[Difference]:
    key, noun = section.identity, section.record.noun
    before = {one[key]: one for one in present.document[section.name]} if present else {}
    for one in wanted:
        name = one[key]
        if present is None or name not in before:
            yield Difference(CREATED, section.name, name, f"created {noun} {name}")
            continue
        changes = ["archived → in use"] if present.is_archived(section.name, name) else []
        for said in [*changes, *_changes(section.record, before[name], one, "")]:
            yield Difference(CHANGED, section.name, name, f"changed {noun} {name}: {said}")
    kept = {one[key] for one in wanted}
    for name in before:
        if present and name not in kept and not present.is_archived(section.name, name):
            yield Difference(ARCHIVED, section.name, name, f"archived {noun} {name}")


def _changes(kind: Kind, before: Any, after: Any, label: str) -> Iterator[str]:
    if is_same(before, after):
        return
    if isinstance(kind, Record) and not kind.one_of and isinstance(before, dict) and isinstance(after, dict):
        for key in kind.keys:
            inside = f"{label} {key.name}".strip()
            yield from _changes(key.kind, before.get(key.name), after.get(key.name), inside)
    elif isinstance(kind, Listing) and kind.identity:
        yield from _list_changes(kind, before, after, label)
    else:
        yield f"{label} {_shown(before)} → {_shown(after)}"


def _list_changes(
    kind: Listing, before: list[dict[str, Any]], after: list[dict[str, Any]], label: str
) -> Iterator[str]:
    old, new = ({one[kind.identity]: one for one in listed} for listed in (before, after))
    member = label.replace("_", " ").removesuffix("s")
    for name in new:
        if name in old:
            yield from _changes(kind.record, old[name], new[name], f"{member} {name}")
        else:
            yield f"{member} {name} added"
    yield from (f"{member} {name} removed" for name in old if name not in new)
    stays_before, stays_after = [name for name in old if name in new], [name for name in new if name in old]
    if stays_before != stays_after:
        yield f"order of {label.replace('_', ' ')} {', '.join(stays_before)} → {', '.join(stays_after)}"


def is_same(one: Any, other: Any) -> bool:
    """Equality that tells true from 1, wherever in a value they stand."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:99] + "…"
