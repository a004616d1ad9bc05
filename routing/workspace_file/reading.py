"""YAML text to plain values by YAML 1.2's core schema: `NO` and `12:30` are text, and so are dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

MOST_VALUES = 200_000
MOST_LEVELS = 150
MOST_DIGITS = 100

STANDARD = "tag:yaml.org,2002:"
# The core schema's plain scalars, in the order in which they are tried (YAML 1.2.2, section 10.3.2).
CORE_SCHEMA: tuple[tuple[str, re.Pattern[str], Callable[[str], Any]], ...] = (
    ("null", re.compile(r"null|Null|NULL|~|"), lambda text: None),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    ("int", re.compile(r"[-+]?[0-9]+"), int),
    ("int", re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    ("int", re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    ("float", re.compile(r"[-+]?(\.inf|\.Inf|\.INF)"), lambda text: float(text.replace(".", ""))),
    ("float", re.compile(r"\.nan|\.NaN|\.NAN"), lambda text: float("nan")),
)


class Unreadable(Exception):
    """The file is no YAML document that can be read; the text is a sentence with line and column."""


def read_file(path: str) -> Any:
    """The plain values of a YAML file: dict, list, str, int, float, bool and None."""
    try:
        return read_text(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text (byte {error.start + 1}); save it as UTF-8.") from None
    except Unreadable as error:
        raise Unreadable(f"{path}, {error}") from None


def read_text(text: str) -> Any:
    """The plain values of a YAML text; raises `Unreadable` for syntax errors and duplicate keys."""
    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise _unreadable(mark, f"this is not YAML: {said}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise Unreadable(f"line {line}, column {column}: a character that YAML does not allow.") from None
    except YAMLError as error:
        raise Unreadable(f"this is not YAML: {error}") from None


def _unreadable(mark: Any, text: str) -> Unreadable:
    if mark is None:
        return Unreadable(f"{text}.")
    return Unreadable(f"line {mark.line + 1}, column {mark.column + 1}: {text}.")


class _Builder:
    """Builds one document from the parser's steps; aliases count as often as they are used."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._values = 0

    def document(self) -> Any:
        found: list[Any] = []
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if found:
                    raise _unreadable(event.start_mark, "a second document begins here; a file holds one")
                found.append(self._value(next(self._events), 1))
        return found[0] if found else None

    def _value(self, event: Event, level: int) -> Any:
        self._values += 1
        if self._values > MOST_VALUES or level > MOST_LEVELS:
            raise _unreadable(event.start_mark, "the file is too large or nested too deeply")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._values
        value = self._plain(event, level)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = value, self._values - before + 1
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise _unreadable(event.start_mark, f"*{event.anchor} names nothing that stands before it")
        value, size = self._anchors[event.anchor]
        self._values += size
        return value

    def _plain(self, event: Any, level: int) -> Any:
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, level)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, level)
        return _scalar(event)

    def _sequence(self, start: Any, level: int) -> list[Any]:
        _expect_tag(start, "seq")
        values = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            values.append(self._value(event, level + 1))
        return values

    def _mapping(self, start: Any, level: int) -> dict[str, Any]:
        _expect_tag(start, "map")
        values: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                raise _unreadable(event.start_mark, "a key must be a plain word")
            if event.value in values:
                raise _unreadable(event.start_mark, f'the key "{event.value}" stands twice in one mapping')
            _scalar(event)
            values[event.value] = self._value(next(self._events), level + 1)
        return values


def _scalar(event: Any) -> Any:
    text: str = event.value
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _unreadable(event.start_mark, "a character that cannot be stored")
    if event.tag is not None and event.tag != "!":
        return _tagged(event, text)
    if not event.implicit[0]:
        return text
    for _, pattern, make in CORE_SCHEMA:
        if pattern.fullmatch(text):
            return _made(event, make)
    return text


def _tagged(event: Any, text: str) -> Any:
    if event.tag == STANDARD + "str":
        return text
    for name, pattern, make in CORE_SCHEMA:
        if event.tag == STANDARD + name and pattern.fullmatch(text):
            return _made(event, make)
    raise _unreadable(event.start_mark, f"the tag {event.tag} does not fit here; leave it out")


def _made(event: Any, make: Callable[[str], Any]) -> Any:
    if len(event.value) > MOST_DIGITS:
        raise _unreadable(event.start_mark, f"a number has at most {MOST_DIGITS} digits; put text in quotes")
    return make(event.value)


def _expect_tag(event: Any, name: str) -> None:
    if event.tag not in (None, "!", STANDARD + name):
        raise _unreadable(event.start_mark, f"the tag {event.tag} does not fit here; leave it out")
