"""Times and days in the visitor's language, by Django's localisation."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.formats import date_format, get_format

TWELVE_HOURS = "g:i A"


def clock_text(moment: datetime) -> str:
    """09:30 or 9:30 AM, as the language has it."""
    # Django's "P" writes "9 a.m.", "noon" and "9:30 a.m." in one list, which cannot be compared at a glance.
    wanted = get_format("TIME_FORMAT")
    return date_format(moment, TWELVE_HOURS if wanted == "P" else wanted)


def day_text(day: date) -> str:
    """Tuesday, December 8."""
    return f"{date_format(day, 'l')}, {date_format(day, 'MONTH_DAY_FORMAT')}"


def short_day_text(day: date) -> str:
    """Tue, Dec 8."""
    # "F" is the month in full, "M" its short name; languages differ in what stands around it.
    short = get_format("MONTH_DAY_FORMAT").replace("F", "M")
    return f"{date_format(day, 'D')}, {date_format(day, short)}"


def dated_day_text(day: date) -> str:
    """Tuesday, Dec. 8, 2026."""
    return f"{date_format(day, 'l')}, {date_format(day, 'DATE_FORMAT')}"


def month_text(day: date) -> str:
    """December 2026."""
    return date_format(day, "YEAR_MONTH_FORMAT")


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
