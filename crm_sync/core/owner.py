"""Whether the host becomes the owner of the person's record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .matching import same_id

UpdateOwner = Literal["true", "false", "leads", "unowned"]
QUEUE = "00G"


@dataclass(frozen=True, slots=True)
class OwnerFacts:
    """The record's owner as Salesforce has it now, and who changed the record last.

    `seen_before` is the owner that we last saw or wrote, "" for none seen.
    """

    object: str
    owner_id: str
    owner_active: bool = True
    owner_name: str = ""
    seen_before: str = ""
    changed_by: str = ""
    changed_by_name: str = ""
    changed_by_active: bool = True
    changed_by_type: str = "Standard"
    connected_user: str = ""

    @property
    def changed_by_person(self) -> bool:
        """Whether a person gave it another owner since we looked; automation and we ourselves are none."""
        return (
            bool(self.seen_before)
            and not same_id(self.owner_id, self.seen_before)
            and self.changed_by_active
            and self.changed_by_type == "Standard"
            and not same_id(self.changed_by, self.connected_user)
        )

    @property
    def is_unowned(self) -> bool:
        """A queue, an inactive user or the connected user owns it."""
        queue = self.owner_id.startswith(QUEUE)
        return queue or not self.owner_active or same_id(self.owner_id, self.connected_user)


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """Whether to write the owner; if not, why, as a sentence for the run ("" where it was right already)."""

    write: bool
    note: str = ""


def known_beforehand(policy: str, object_name: str, wanted: str, wanted_note: str) -> OwnerChoice | None:
    """The choice that needs no look at the record, None where one is needed.

    `wanted` is the host's active Salesforce user, or "" with `wanted_note` saying why there is none.
    """
    if policy == "false":
        return OwnerChoice(False, "The router leaves owners alone")
    if policy == "leads" and object_name != "Lead":
        return OwnerChoice(False, f"The router changes the owner of Leads alone, and this is a {object_name}")
    if not wanted:
        return OwnerChoice(False, f"The owner stays: {wanted_note}")
    return None


def choose_owner(policy: str, wanted: str, facts: OwnerFacts) -> OwnerChoice:
    """Whether `wanted`, the host's active Salesforce user, becomes the owner."""
    if same_id(facts.owner_id, wanted):
        return OwnerChoice(False)
    if facts.changed_by_person:
        who = facts.changed_by_name or "Somebody"
        return OwnerChoice(False, f"{who} changed the owner in Salesforce meanwhile, and that stands")
    if policy == "unowned" and not facts.is_unowned:
        return OwnerChoice(
            False, f"The record belongs to {facts.owner_name or 'somebody'} already, and stays so"
        )
    return OwnerChoice(True)
