"""Versions, resources and the limits of the org."""

from __future__ import annotations

from typing import Any

from .org import NEWEST_VERSION, OLDEST_VERSION, Org
from .web import Answer, Call

SEASONS = ("Spring", "Summer", "Winter")
RESOURCES = ("tooling", "query", "queryAll", "limits", "sobjects", "composite")


def versions() -> list[dict[str, str]]:
    """All versions, oldest first; v66 is Spring '26, three a year."""
    found = []
    for number in range(OLDEST_VERSION, NEWEST_VERSION + 1):
        year, season = divmod(number - 66, 3)
        apostrophe = "’" if number == 42 else "'"  # recorded so: one label of the list is typeset
        label = f"{SEASONS[season]} {apostrophe}{26 + year + (season == 2)}"
        found.append({"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return found


def resources(call: Call) -> Answer:
    return Answer(200, {name: f"{call.base}/{name}" for name in RESOURCES})


def composite_resources(call: Call) -> Answer:
    names = ("batch", "sobjects", "tree")
    return Answer(200, {name: f"{call.base}/composite/{name}" for name in names})


def usage(org: Org) -> dict[str, Any]:
    def limit(most: int, used: int = 0) -> dict[str, int]:
        return {"Max": most, "Remaining": max(0, most - used)}

    return {
        "DailyApiRequests": limit(org.daily_limit, org.quota_used),
        "DailyBulkV2QueryJobs": limit(10000),
        "DataStorageMB": limit(5),
        "FileStorageMB": limit(20),
        "PermissionSets": {**limit(1500), "CreateCustom": limit(1000)},
    }


def limits(call: Call) -> Answer:
    return Answer(200, usage(call.org))


def record_count(call: Call) -> Answer:
    asked = call.query.get("sObjects", "").split(",")
    tables = [one for name in asked if (one := call.org.schema.get(name))]
    counts = [{"count": call.org.store.count(one.name), "name": one.name} for one in tables]
    return Answer(200, {"sObjects": counts})
