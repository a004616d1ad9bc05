"""What a customer's administrator sets up: validation, duplicate and assignment rules, automation, closed calendars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .store import Row

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda actual, value: str(actual).lower() == str(value).lower(),
    "not_equals": lambda actual, value: str(actual).lower() != str(value).lower(),
    "contains": lambda actual, value: str(value).lower() in str(actual or "").lower(),
    "blank": lambda actual, value: actual in (None, ""),
    "present": lambda actual, value: actual not in (None, ""),
    "longer_than": lambda actual, value: len(str(actual or "")) > int(value),
}


@dataclass(frozen=True)
class Predicate:
    """`field op value` over a record."""

    field: str
    op: str = "blank"
    value: Any = None

    def holds(self, row: Row) -> bool:
        return OPERATORS[self.op](row.get(self.field), self.value)


def all_hold(predicates: tuple[Predicate, ...], row: Row) -> bool:
    return all(one.holds(row) for one in predicates)


@dataclass(frozen=True)
class ValidationRule:
    """Refuses a save when all predicates hold, with the administrator's own words."""

    sobject: str
    message: str
    when: tuple[Predicate, ...]
    field: str | None = None
    code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION"


@dataclass(frozen=True)
class DuplicateRule:
    """`action` alert lets allowSave pass, block does not; matches equal `fields` on each object of `against`."""

    sobject: str
    action: str = "alert"
    fields: tuple[str, ...] = ("Email",)
    against: tuple[str, ...] = ()
    name: str = "Standard_Lead_Duplicate_Rule"
    message: str = "Use one of these records?"


@dataclass(frozen=True)
class AssignmentRule:
    """The active Lead assignment rule's entry: who gets a new Lead for which all predicates hold."""

    owner: str
    when: tuple[Predicate, ...] = ()


@dataclass(frozen=True)
class Automation:
    """A flow of the customer: some seconds after a create it sets fields, as the given user."""

    sobject: str
    set: dict[str, Any]
    by: str
    after_seconds: float = 0.0
    when: tuple[Predicate, ...] = ()


@dataclass
class Rules:
    """Everything an administrator has set up in this org; empty in a fresh one."""

    validation: list[ValidationRule] = field(default_factory=list)
    duplicate: list[DuplicateRule] = field(default_factory=list)
    assignment: list[AssignmentRule] = field(default_factory=list)
    automation: list[Automation] = field(default_factory=list)
    closed_calendars: set[str] = field(default_factory=set)
    # (profile id, "lead.rating") -> (readable, editable), for standard fields
    field_access: dict[tuple[str, str], tuple[bool, bool]] = field(default_factory=dict)
    api_disabled: str | None = None
