"""Time zones as visitors see them: which there are, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from ..reading import known_zones
from .wording import clock_text


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone in the list: its name, its city, and what its clocks show now."""

    name: str
    city: str
    clock: str


def city_of(name: str) -> str:
    """What people call a zone: `America/New_York` is New York."""
    return name.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1)
def _listed() -> tuple[str, ...]:
    """One name for each zone that somebody lives in: zone.tab of the time zone database, and UTC."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return (*sorted({line[2] for line in lines} & known_zones()), "UTC")


def zone_choices(search: str, now: datetime) -> dict[str, list[ZoneChoice]]:
    """The zones whose name holds the words searched for, by continent, alphabetically."""
    words = search.lower().replace("_", " ").split()
    chosen: dict[str, list[ZoneChoice]] = {}
    for name in _listed():
        if all(word in name.lower().replace("_", " ") for word in words):
            clock = clock_text(now.astimezone(ZoneInfo(name)))
            continent = name.partition("/")[0]
            chosen.setdefault(continent, []).append(ZoneChoice(name, name.partition("/")[2] or name, clock))
    return {
        continent: [ZoneChoice(one.name, one.city.replace("_", " "), one.clock) for one in zones]
        for continent, zones in chosen.items()
    }
