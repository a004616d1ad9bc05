"""What an object is: its name, key prefix, rights of its own and fields, found without regard to case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .fields import Field


@dataclass
class SObject:
    """One object type. `setup` ones need a permission of the user instead of object permissions."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    activity: bool = False
    setup: str | None = None
    searchable: bool = True

    def add(self, new: Field) -> None:
        self.fields[new.name.lower()] = new

    def drop(self, name: str) -> None:
        self.fields.pop(name.lower(), None)

    def get(self, name: str) -> Field | None:
        return self.fields.get(name.lower())

    def by_relationship(self, name: str) -> Field | None:
        """The reference field whose relationship (Owner, Who, Account) has this name."""
        wanted = name.lower()
        return next((f for f in self if f.relationship and f.relationship.lower() == wanted), None)

    def __iter__(self) -> Iterator[Field]:
        return iter(list(self.fields.values()))

    @property
    def name_field(self) -> str:
        return next((f.name for f in self if f.name_field), "Id")


class Schema:
    """All object types of an org."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self.objects = {one.name.lower(): one for one in objects}
        self.by_prefix = {one.prefix: one for one in self.objects.values()}
        self.changed_at: dict[str, int] = {}

    def get(self, name: str) -> SObject | None:
        return self.objects.get(name.lower())

    def of_id(self, record_id: str) -> SObject | None:
        return self.by_prefix.get(record_id[:3])

    def touch(self, name: str, at: float) -> None:
        """Notes a change of an object's describe ("*": of every one); each change gets a second of its own."""
        self.changed_at[name] = max(max(self.changed_at.values(), default=0) + 1, int(at))

    def __getitem__(self, name: str) -> SObject:
        return self.objects[name.lower()]

    def __iter__(self) -> Iterator[SObject]:
        return iter(self.objects.values())

    def named_tables(self, name: str) -> list[SObject]:
        """The objects that get a custom field defined on `name`: Activity stands for Event and Task."""
        if name.lower() == "activity":
            return [one for one in self if one.activity]
        found = self.get(name)
        return [found] if found and not found.activity else []


def make(
    name: str, prefix: str, fields: Iterable[Field], plural: str | None = None, **more: bool | str | None
) -> SObject:
    """An object type with its fields in order."""
    words = "".join(" " + c if c.isupper() and i else c for i, c in enumerate(name))
    found = SObject(name=name, label=words, plural=plural or words + "s", prefix=prefix, **more)  # type: ignore[arg-type]
    for one in fields:
        found.add(one)
    return found
