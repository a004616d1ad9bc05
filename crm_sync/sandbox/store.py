"""The org's records in memory, with an undo journal for all-or-nothing requests and a log of every write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .schema import Field, Schema, SObject

Row = dict[str, Any]


@dataclass(frozen=True)
class Write:
    """One applied change: who, when, by which call, and field -> (before, after)."""

    at: datetime
    by: str
    call: int
    action: str
    sobject: str
    id: str
    fields: dict[str, tuple[Any, Any]]


@dataclass
class Store:
    """Tables by object name; deleted rows stay, marked IsDeleted, as in the recycle bin."""

    schema: Schema
    tables: dict[str, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    writes: list[Write] = field(default_factory=list)
    index: dict[tuple[str, str], dict[str, dict[str, None]]] = field(default_factory=dict)
    journals: list[list[tuple[str, str, Row | None]]] = field(default_factory=list)

    def find(self, record_id: str) -> Row | None:
        """The row with this 18-character id, deleted or not."""
        sobject = self.schema.of_id(record_id)
        return self.tables[sobject.name].get(record_id) if sobject else None

    def live(self, sobject: str) -> Iterator[Row]:
        """Rows that are not deleted, oldest first."""
        return (row for row in list(self.tables[sobject].values()) if not row["IsDeleted"])

    def put(self, sobject: SObject, row: Row, *, by: str, at: datetime, call: int, action: str) -> None:
        """Saves a row, new or changed, and logs what differs."""
        before = self.tables[sobject.name].get(row["Id"])
        changed = {
            name: (before.get(name) if before else None, value)
            for name, value in row.items()
            if (before.get(name) if before else None) != value
        }
        self.replace(sobject.name, row["Id"], row)
        if sobject.setup:
            self.schema.touch("*", at.timestamp())
        self.writes.append(Write(at, by, call, action, sobject.name, row["Id"], changed))

    def replace(self, table: str, record_id: str, row: Row | None) -> None:
        before = self.tables[table].get(record_id)
        for journal in self.journals:
            journal.append((table, record_id, before))
        self.reindex(table, record_id, before, row)
        if row is None:
            self.tables[table].pop(record_id, None)
        else:
            self.tables[table][record_id] = row

    def reindex(self, table: str, record_id: str, before: Row | None, after: Row | None) -> None:
        for (indexed, name), keys in self.index.items():
            if indexed == table:
                for row, add in ((before, False), (after, True)):
                    value = None if row is None or row["IsDeleted"] else row.get(name)
                    if value is not None and add:
                        keys.setdefault(str(value).lower(), {})[record_id] = None
                    elif value is not None:
                        keys.get(str(value).lower(), {}).pop(record_id, None)

    def count(self, sobject: str) -> int:
        return sum(1 for _ in self.live(sobject))

    def with_value(self, sobject: SObject, found: Field, value: object) -> list[Row]:
        """Live rows whose field equals `value` (case matters only where the field says so), oldest first."""
        keys = self.index.get((sobject.name, found.name))
        if keys is None:
            keys = self.index[sobject.name, found.name] = {}
            for row in self.live(sobject.name):
                if row.get(found.name) is not None:
                    keys.setdefault(str(row[found.name]).lower(), {})[row["Id"]] = None
        rows = [self.tables[sobject.name][one] for one in keys.get(str(value).lower(), {})]
        return [row for row in rows if not found.case_sensitive or row[found.name] == value]

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Whatever is written inside is undone when the block raises."""
        journal: list[tuple[str, str, Row | None]] = []
        writes = len(self.writes)
        self.journals.append(journal)
        try:
            yield
        except BaseException:
            self.journals.pop()
            for table, record_id, before in reversed(journal):
                self.replace(table, record_id, before)
            del self.writes[writes:]
            raise
        self.journals.pop()
