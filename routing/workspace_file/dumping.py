"""A workspace to YAML that loads as a no-op; archived things and what stands at its default are left out."""

from __future__ import annotations

from typing import Any

from routing.models import Workspace

from .describing import describe
from .differences import is_same
from .emitting import emit
from .kinds import Kind
from .records import Key, Listing, Record
from .shape import SECTIONS, WHOLE_FILE

# Written out whatever they hold, so that nobody has to know what leaving them out means.
ALWAYS_SHOWN = ("members", "ownership_rules", "distribution_rules", *(section.name for section in SECTIONS))


def dump(workspace: Workspace) -> str:
    """The workspace's file."""
    present = describe(workspace)
    document = dict(present.document)
    for section in SECTIONS:
        document[section.name] = [
            one
            for one in document[section.name]
            if not present.is_archived(section.name, one[section.identity])
        ]
    brief: dict[str, Any] = _brief(WHOLE_FILE, document)
    return emit(brief)


def _brief(kind: Kind, value: Any) -> Any:
    if isinstance(kind, Listing):
        return [_brief(kind.record, one) for one in value]
    if isinstance(kind, Record):
        return {key.name: _brief(key.kind, value[key.name]) for key in kind.keys if _is_shown(key, value)}
    return value


def _is_shown(key: Key, value: dict[str, Any]) -> bool:
    return key.name in value and (key.name in ALWAYS_SHOWN or not is_same(value[key.name], key.default))
