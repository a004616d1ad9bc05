"""The objects of the org and their fields, as recorded from real orgs (facts: describe of Lead, Contact, Event)."""

from __future__ import annotations

from . import activities, people, setup
from .fields import Field
from .sobject import Schema, SObject

MAKERS = (
    people.account, people.contact, people.lead, people.opportunity, activities.calendar_event, activities.task,
    setup.user, setup.queue_group, setup.profile, setup.permission_set, setup.field_permissions,
    setup.object_permissions, setup.permission_set_assignment, setup.organization,
)  # fmt: skip


def build_schema() -> Schema:
    """A fresh schema: custom fields of one org never show in another."""
    return Schema(make() for make in MAKERS)


__all__ = ["Field", "SObject", "Schema", "build_schema"]
