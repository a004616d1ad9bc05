"""A file's plain values to a document in regular form, or to all of its faults."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from routing.core.conditions import Fault
from routing.models import Router

from .kinds import BAD, Check
from .records import identities
from .references import check_routers, make_conditions_regular
from .shape import SECTIONS, WHOLE_FILE

# The whole file with every default filled in and everything in one form: what loading writes, dumping reads.
Document = dict[str, Any]


class Faulty(Exception):
    """The file has faults; nothing was changed."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{fault.path}: {fault.text}" for fault in faults))
        self.faults = faults


def check_document(raw: Any) -> Document:
    """The document of a file's plain values; raises `Faulty` with all faults at once."""
    whole = raw if isinstance(raw, dict) else {}
    names = {section.name: identities(whole.get(section.name), section.identity) for section in SECTIONS}
    check = Check(names)
    read = WHOLE_FILE.read({} if raw is None else raw, "", check)
    if read is not BAD:
        check_routers(read, whole, _taken_keys(whole, names["routers"]), check)
    if check.faults:
        raise Faulty([Fault(fault.path, " ".join(fault.text.split())) for fault in check.faults])
    make_conditions_regular(read)
    return read


def _taken_keys(whole: dict[str, Any], keys: Collection[str]) -> set[str]:
    workspace = whole.get("workspace")
    slug = workspace.get("slug") if isinstance(workspace, dict) else None
    others = Router.objects.filter(key__in=keys).exclude(
        workspace__slug=slug if isinstance(slug, str) else ""
    )
    return set(others.values_list("key", flat=True))
