"""The steps of a plan: what one call, or one part of a call, is to do to one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .shapes import Value

PERSON = "@{person.id}"  # stands for the id that an earlier part of the same call brings


@dataclass(frozen=True, slots=True)
class Step:
    """A record to create (`record_id` empty) or to update.

    With a `key_field` a creation is an upsert on that external id, and can be repeated without a duplicate.
    `optional` are the fields that may be left out when Salesforce refuses them; `runs` are the runs that the
    step serves: each is done when all its steps are.
    """

    object: str
    fields: Mapping[str, Value]
    record_id: str = ""
    key_field: str = ""
    key: str = ""
    optional: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[int, ...] = ()

    @property
    def action(self) -> str:
        return "update" if self.record_id else "create"

    @property
    def waits_for_person(self) -> bool:
        """Whether it names a record that a step before it creates."""
        return PERSON in self.fields.values()

    def sent_field(self, name: str) -> str:
        """The field as we sent it, without regard to case; "" for one that we did not send."""
        wanted = name.rsplit(".", 1)[-1].strip().lower()
        return next((one for one in self.fields if one.lower() == wanted), "")

    def without(self, name: str) -> Step:
        """The step with a field left out."""
        return replace(self, fields={key: value for key, value in self.fields.items() if key != name})

    def cut(self, name: str, length: int) -> Step:
        """The step with a text cut to a length."""
        return replace(self, fields={**self.fields, name: str(self.fields[name])[:length]})

    def with_field(self, name: str, value: Value) -> Step:
        return replace(self, fields={**self.fields, name: value})

    def with_headers(self, **headers: str) -> Step:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def keyless(self) -> Step:
        """The creation without its external id, for an org that does not let us use it."""
        return replace(self, key_field="", key="")

    def of(self, record_id: str) -> Step:
        """The same step upon another record, or with "" as a creation."""
        return replace(self, record_id=record_id)
