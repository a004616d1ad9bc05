"""Titles with placeholders such as `{company}`: which there are, and how one reads with the answers in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from routing.core.fields import AnswerValue

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
TITLE_KEYS = frozenset({"host", "meeting_type", "router"})

# A blank stands as this mark until the punctuation that hung on it is gone. Answers hold no control characters.
_GAP = "\0"
_SEPARATOR = r"[,;:|/&+·•–—-]"
_TIDY = [
    # Neighbouring blanks are one, with whatever stood between them.
    (rf"{_GAP}(\s*{_SEPARATOR}*\s*{_GAP})+", _GAP),
    (rf"{_GAP}['’]s?\b", _GAP),
    # Brackets and quotation marks around nothing.
    (rf"\(\s*{_GAP}\s*\)|\[\s*{_GAP}\s*\]|([\"'“„«])\s*{_GAP}\s*[\"'”“»]", _GAP),
    # What led up to the blank; or, where nothing stands before it, what led away from it.
    (rf"(?<=[^\s(\[])\s*{_SEPARATOR}+\s*{_GAP}", _GAP),
    (rf"(^|[(\[])\s*(?:{_SEPARATOR}+\s*)?{_GAP}(?:\s*{_SEPARATOR}+)?\s*", r"\1"),
    (rf"\s*{_GAP}(?=\s*([,;:.!?)\]]|$))", ""),
    (rf"\s+{_GAP}\s*|{_GAP}\s+", " "),
    (_GAP, ""),
]
_STEPS = [(re.compile(pattern), instead) for pattern, instead in _TIDY]


def placeholders(template: str) -> list[str]:
    """The keys that a template names, in order, repeated ones again."""
    return PLACEHOLDER.findall(template)


def unknown_placeholders(template: str, keys: Collection[str]) -> list[str]:
    """The placeholders that are neither among the form's keys nor host, meeting_type or router."""
    return [key for key in placeholders(template) if key not in keys and key not in TITLE_KEYS]


def as_text(value: AnswerValue) -> str:
    """An answer as people write it: a list with commas, true as yes, a blank as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(value)
    return str(value).strip()


def fill(template: str, values: Mapping[str, AnswerValue]) -> str:
    """The template with its values in; a blank or unknown one leaves nothing behind."""
    return PLACEHOLDER.sub(lambda match: as_text(values.get(match[1])), template)


def render_title(template: str, values: Mapping[str, AnswerValue]) -> str:
    """The title with its values in; a blank one is left out with the punctuation it strands."""
    title = PLACEHOLDER.sub(lambda match: as_text(values.get(match[1])) or _GAP, template.replace(_GAP, ""))
    if _GAP not in title:
        return title.strip()
    for pattern, instead in _STEPS:
        title = pattern.sub(instead, title)
    return title.strip()
