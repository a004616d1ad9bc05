"""A record in the making: every value on its way to Salesforce passes here and is made to fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .matching import Person
from .schema import FIELDS
from .shapes import FieldShape, Shapes, Value, fit, is_blank

OWN = {
    (one.described_on, one.name.lower()): FieldShape(one.name, type=one.described_type, length=one.length)
    for one in FIELDS
}


@dataclass
class Draft:
    """The fields to write to one record of `object`, which is new or has the values of `present`.

    `shapes` None: the org was never described, and everything is taken to be writable. `optional` are the
    fields that may be left out when Salesforce refuses them, `left_out` those that cannot be written at all.
    """

    object: str
    shapes: Shapes | None = None
    present: Person | None = None
    fields: dict[str, Value] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.present is None

    def can_write(self, name: str) -> bool:
        """Whether the connected user may write the field, as far as is known."""
        if self.shapes is None:
            return True
        shape = self.shapes.get(name.lower())
        return shape is not None and (shape.createable if self.is_new else shape.updateable)

    def has(self, name: str) -> bool:
        """Whether the record has a value there, or is about to get one; an unticked box counts as none."""
        value = self.fields.get(self._name(name), self.present.value(name) if self.present else None)
        return not is_blank(value) and value is not False

    def put(self, name: str, value: Any, *, optional: bool = True) -> None:
        """Write a value; a blank one is passed over, so that it never erases anything."""
        if is_blank(value):
            return
        name = self._name(name)
        if not self.can_write(name):
            self._leave_out(name)
            return
        fitted = fit(value, self._shape(name))
        if fitted.lost:
            self._leave_out(name)
            self.notes.append(f"{self.object}.{name} was left out: {fitted.lost}")
            return
        if fitted.note:
            self.notes.append(f"{self.object}.{fitted.note}")
        if not (optional and self._stands(name, fitted.value)):
            self.fields[name] = fitted.value
        if optional:
            self.optional.add(name)

    def put_all(self, values: Mapping[str, Any], *, optional: bool = True) -> None:
        for name, value in values.items():
            self.put(name, value, optional=optional)

    def _stands(self, name: str, value: Value) -> bool:
        """Whether the record has this very value already and nothing else was drafted for it."""
        return name not in self.fields and self.present is not None and self.present.value(name) == value

    def _leave_out(self, name: str) -> None:
        label = f"{self.object}.{name}"
        if label not in self.left_out:
            self.left_out.append(label)

    def _shape(self, name: str) -> FieldShape | None:
        known = self.shapes.get(name.lower()) if self.shapes is not None else None
        return known or OWN.get((self.object, name.lower()))

    def _name(self, name: str) -> str:
        """The field's name as Salesforce writes it, so that two spellings are one field."""
        shape = self._shape(name)
        return shape.name if shape else name
