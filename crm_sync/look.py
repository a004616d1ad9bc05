"""Looking before planning: one call finds the records of all prospects of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from crm_sync.core.matching import Found, Person, choose_person, same_id
from crm_sync.core.plan import OrgValues
from crm_sync.core.schema import PROSPECT_ID
from crm_sync.core.shapes import Shapes
from crm_sync.salesforce.client import Answer, SalesforceClient, Subrequest
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.soql import NAME, query_path, soql
from routing.models import Host

from .snapshots import Group, read_fields
from .turn import Turn

ALWAYS = {
    "Contact": ("Id", "Email", "OwnerId", "LastModifiedDate"),
    "Lead": ("Id", "Email", "OwnerId", "LastModifiedDate", "IsConverted", "ConvertedContactId"),
}
AT_ONCE = 100  # prospects in one query: addresses and ids together stay well below SOQL's 100,000 characters


class Asker(Protocol):
    """What a look needs: what is known of the org, and ways to ask it."""

    client: SalesforceClient
    org: OrgValues
    keyless: set[str]

    def call(self, parts: Sequence[Subrequest], hosts: Sequence[Host] = ()) -> list[Answer]:
        """One composite call, which asks along who those hosts are."""

    def describe_again(self) -> None:
        """Have the org described now."""


def look_for(turn: Asker, groups: Sequence[Group]) -> dict[int, Person | None]:
    """The person of each group, by prospect id; None for somebody whom Salesforce does not know.

    A field that is gone from the org keeps nobody from being found. Raises SalesforceFault: a search that failed
    is never an empty result.
    """
    try:
        return _look_in_parts(turn, groups)
    except SalesforceFault as fault:
        if fault.code != "INVALID_FIELD":
            raise
    turn.describe_again()
    return _look_in_parts(turn, groups)


def _look_in_parts(turn: Asker, groups: Sequence[Group]) -> dict[int, Person | None]:
    people: dict[int, Person | None] = {}
    for start in range(0, len(groups), AT_ONCE):
        people |= _look_for(turn, groups[start : start + AT_ONCE])
    return people


def _look_for(turn: Asker, groups: Sequence[Group]) -> dict[int, Person | None]:
    parts = [Subrequest("GET", query_path(_search(turn, groups, name)), name.lower()) for name in ALWAYS]
    hosts = [host for group in groups for host in group.new_hosts]
    contacts, leads = (
        _people(name, answer.rows) for name, answer in zip(ALWAYS, turn.call(parts, hosts), strict=True)
    )
    found = {group.prospect.pk: _choose(group, contacts, leads) for group in groups}
    follow = [one.follow for one in found.values() if one.follow]
    followed = _by_id(turn, groups, follow) if follow else []
    return {
        prospect: one.person or next((person for person in followed if same_id(person.id, one.follow)), None)
        for prospect, one in found.items()
    }


def _choose(group: Group, contacts: Sequence[Person], leads: Sequence[Person]) -> Found:
    return choose_person(
        contacts,
        leads,
        email=group.prospect.email,
        prospect_id=str(group.prospect.uuid),
        linked_id=group.link.record_id if group.link else "",
    )


def _search(turn: Asker, groups: Sequence[Group], name: str) -> str:
    emails = [group.prospect.email for group in groups]
    links = [group.link.record_id for group in groups if group.link and group.link.object == name]
    where = ["Email IN {emails}"]
    where += ["Id IN {ids}"] if links else []
    where += [PROSPECT_ID + " IN {keys}"] if _has_key(turn, name) else []
    keys = [str(group.prospect.uuid) for group in groups]
    text = " ".join([_select(turn, groups, name), "WHERE", " OR ".join(where)])
    return soql(text, emails=emails, ids=links, keys=keys)


def _select(turn: Asker, groups: Sequence[Group], name: str) -> str:
    shapes = turn.org.shapes.get(name)
    names = {one.lower(): one for one in (*ALWAYS[name], *_readable(read_fields(groups, name), shapes))}
    if _has_key(turn, name):
        names[PROSPECT_ID.lower()] = PROSPECT_ID
    return " ".join(["SELECT", ", ".join(names.values()), "FROM", name])


def _has_key(turn: Asker, name: str) -> bool:
    return turn.org.key_field(name) != "" and name not in turn.keyless


def _readable(names: Iterable[object], shapes: Shapes | None) -> list[str]:
    """The names that a query can hold: of fields that the org has, as far as it was described.

    What is no name at all is one mapping's fault, and must not keep the whole batch from being found.
    """
    sound = [name for name in names if isinstance(name, str) and NAME.fullmatch(name)]
    return sorted(name for name in sound if shapes is None or name.lower() in shapes)


def _by_id(turn: Asker, groups: Sequence[Group], ids: Sequence[str]) -> list[Person]:
    text = soql(_select(turn, groups, "Contact") + " WHERE Id IN {ids}", ids=list(ids))
    return _people("Contact", turn.client.query(text))


def _people(name: str, rows: Iterable[dict[str, Any]]) -> list[Person]:
    return [Person(name, row["Id"], row) for row in rows]


def find_winner(turn: Turn, object_name: str, record_id: str) -> str:
    """The id of the record that a deleted one was merged into, "" where it was not (field MasterRecordId)."""
    text = soql("SELECT Id, MasterRecordId FROM {name:name} WHERE Id = {id}", name=object_name, id=record_id)
    rows = turn.client.get("queryAll/", {"q": text})["records"]
    return str(rows[0].get("MasterRecordId") or "") if rows else ""


def find_event(turn: Turn, who_id: str, start: datetime, subject: str) -> str:
    """The id of an Event that we may have written without an external id, "" for none.

    Only for orgs without our fields: the same person, start and title tell it from others.
    """
    text = soql(
        "SELECT Id, Subject FROM Event WHERE WhoId = {who} AND StartDateTime = {start}",
        who=who_id or None,
        start=start,
    )
    rows = turn.client.query(text)
    return next((row["Id"] for row in rows if str(row["Subject"] or "").endswith(subject)), "")
