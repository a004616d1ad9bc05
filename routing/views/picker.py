"""Picking a time: month, day and time as links, the step in the address so that Back works without a script."""

from __future__ import annotations

from calendar import Calendar, monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.formats import date_format, get_format
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ..core.values import Slot
from .bodies import Unfit, read_day, read_start, read_zone
from .offers import Offer
from .wording import clock_text, day_text, iso, month_text, short_day_text
from .zones import city_of, zone_choices

Read = TypeVar("Read")
PARTS_OF_DAY = ((12, _("Morning")), (17, _("Afternoon")), (24, _("Evening")))


@dataclass(frozen=True, slots=True)
class Picked:
    """How far the visitor is, as the address says; None where it says nothing that can be read.

    `step` names what is done there besides picking: moving a meeting, writing a message.
    """

    zone: str
    step: str = ""
    month: date | None = None
    day: date | None = None
    start: datetime | None = None

    def address(self, **changes: Any) -> str:
        """The query of another step; the zone always goes along."""
        there = replace(self, **changes)
        parts = {
            "step": there.step,
            "timezone": there.zone,
            "month": f"{there.month:%Y-%m}" if there.month else "",
            "day": there.day.isoformat() if there.day else "",
            "start": iso(there.start) if there.start else "",
        }
        return "?" + urlencode({name: text for name, text in parts.items() if text})


def read_picked(query: QueryDict, zone: str, step: str = "") -> Picked:
    """How far an address is; `zone` where it names none."""
    return Picked(
        zone=readable(read_zone, query.get("timezone")) or zone,
        step=step,
        month=readable(read_day, f"{query.get('month')}-01"),
        day=readable(read_day, query.get("day")),
        start=readable(read_start, query.get("start")),
    )


def readable(reader: Callable[[object], Read], value: object) -> Read | None:
    """What the reader makes of it, None for what cannot be read: an address is no place to be strict."""
    try:
        read = reader(value)
    except Unfit:
        return None
    # Days at the ends of Python's calendar have no month beside them, and nobody meets then.
    return None if isinstance(read, date) and not 2000 <= read.year <= 2500 else read


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the grid. `times` of it are free; without any it is no link."""

    number: int
    times: int
    label: str
    address: str
    is_chosen: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class TimeLink:
    """A free time of the chosen day."""

    text: str
    start: str
    address: str


def picker_context(offer: Offer, picked: Picked, now: datetime) -> dict[str, Any]:
    """All that the templates of the calendar, the times and the chosen time show."""
    zone = ZoneInfo(picked.zone)
    today = now.astimezone(zone).date()
    first = picked.start.astimezone(zone).date() if picked.start else picked.day or picked.month
    month, slots = month_of_slots(offer, first, today, zone)
    picked = replace(picked, month=month)
    by_day = Counter(slot.start.astimezone(zone).date() for slot in slots)
    day = picked.start.astimezone(zone).date() if picked.start else picked.day
    shown_day = day or min(by_day, default=None)
    of_day = [slot for slot in slots if slot.start.astimezone(zone).date() == shown_day]
    chosen = next((slot for slot in of_day if slot.start == picked.start), None)
    following = [] if of_day else offer.next_free(1)
    return {
        "picked": picked,
        "step": "confirm" if chosen else "time" if day else "day",
        "is_gone": picked.start is not None and chosen is None,
        "zone": picked.zone,
        "zone_city": city_of(picked.zone),
        "zone_clock": clock_text(now.astimezone(zone)),
        "zones_address": picked.address() + "&show=zones",
        **month_context(offer, picked, by_day, shown_day, today),
        "day": shown_day,
        "day_text": short_day_text(shown_day) if shown_day else "",
        "parts": parts_of_day(of_day, picked, zone),
        "next_free": following_link(following, picked, zone),
        "has_nothing": not slots and not following,
        "chosen": chosen_context(chosen, picked, zone) if chosen else None,
        "back_to_days": picked.address(day=None, start=None),
        "back_to_times": picked.address(day=shown_day, start=None),
    }


def month_of_slots(offer: Offer, wanted: date | None, today: date, zone: ZoneInfo) -> tuple[date, list[Slot]]:
    """The month to show, as its first day, and its free times: the wanted one, else the first that has any."""
    month = (wanted or today).replace(day=1)
    slots = slots_of_month(offer, month, zone)
    if wanted is None and not slots and (following := offer.next_free(1)):
        month = following[0].start.astimezone(zone).date().replace(day=1)
        slots = slots_of_month(offer, month, zone)
    return month, slots


def slots_of_month(offer: Offer, month: date, zone: ZoneInfo) -> list[Slot]:
    """The free times of a month."""
    return offer.between(month, month.replace(day=monthrange(month.year, month.month)[1]), zone)


def month_context(
    offer: Offer, picked: Picked, by_day: Counter[date], shown_day: date | None, today: date
) -> dict[str, Any]:
    """The grid of the month, and the months beside it where times can be."""
    month = picked.month
    assert month is not None
    before, after = month - timedelta(days=1), month + timedelta(days=31)
    last = today + timedelta(days=offer.horizon_days)
    # Django counts the days of the week from Sunday, the calendar module from Monday.
    first_weekday = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    grid = Calendar(first_weekday).monthdatescalendar(month.year, month.month)
    return {
        "month_text": month_text(month),
        "earlier": picked.address(month=before.replace(day=1), day=None, start=None)
        if month > today
        else None,
        "later": picked.address(month=after.replace(day=1), day=None, start=None)
        if after.replace(day=1) <= last
        else None,
        "weekdays": [{"short": date_format(day, "D"), "long": date_format(day, "l")} for day in grid[0]],
        "weeks": [[day_cell(day, picked, by_day, shown_day, today) for day in week] for week in grid],
    }


def day_cell(
    day: date, picked: Picked, by_day: Counter[date], shown_day: date | None, today: date
) -> DayCell | None:
    """A day of the shown month; None for the days of its neighbours that fill the grid."""
    if picked.month is None or day.month != picked.month.month:
        return None
    return DayCell(
        number=day.day,
        times=by_day[day],
        label=day_text(day),
        address=picked.address(day=day, start=None),
        is_chosen=day == shown_day,
        is_today=day == today,
    )


def parts_of_day(slots: Iterable[Slot], picked: Picked, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The day's times in up to three groups."""
    groups: dict[str, list[TimeLink]] = {}
    for slot in slots:
        local = slot.start.astimezone(zone)
        name = next(str(name) for end, name in PARTS_OF_DAY if local.hour < end)
        address = picked.address(day=local.date(), start=slot.start)
        groups.setdefault(name, []).append(TimeLink(clock_text(local), iso(slot.start), address))
    return [{"name": name, "times": times} for name, times in groups.items()]


def following_link(following: list[Slot], picked: Picked, zone: ZoneInfo) -> dict[str, str] | None:
    """The way to the next free day."""
    if not following:
        return None
    day = following[0].start.astimezone(zone).date()
    return {"text": short_day_text(day), "address": picked.address(month=None, day=day, start=None)}


def chosen_context(slot: Slot, picked: Picked, zone: ZoneInfo) -> dict[str, str]:
    """The chosen time in words."""
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return {
        "start": iso(slot.start),
        "from": clock_text(start),
        "to": clock_text(end),
        "day": short_day_text(start.date()),
    }


def zones_context(picked: Picked, query: QueryDict, now: datetime) -> dict[str, Any]:
    """The list of time zones, each a link back to where the visitor was."""
    search = query.get("search", "")[:60]
    groups = [
        {
            "name": continent,
            "zones": [{"choice": choice, "address": picked.address(zone=choice.name)} for choice in choices],
        }
        for continent, choices in zone_choices(search, now).items()
    ]
    return {
        "groups": groups,
        "search": search,
        "back": picked.address(),
        "zone": picked.zone,
        "picked": picked,
        "start": iso(picked.start) if picked.start else "",
    }
