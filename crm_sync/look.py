"""Looking before planning: one call finds the records of all prospects of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from crm_sync.core.matching import Found, Person, choose_person, read_moment, same_id
from crm_sync.core.plan import OrgValues
from crm_sync.core.schema import PROSPECT_ID
from crm_sync.core.shapes import Shapes
from crm_sync.core.steps import Step
from crm_sync.salesforce.client import Answer, SalesforceClient, Subrequest
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.soql import NAME, query_path, soql
from routing.models import Host

from .snapshots import Group, read_fields
from .turn import Turn, all_rows

Item = TypeVar("Item")
ALWAYS = {
    "Contact": ("Id", "Email", "OwnerId", "LastModifiedDate"),
    "Lead": ("Id", "Email", "OwnerId", "LastModifiedDate", "IsConverted", "ConvertedContactId"),
}
IN_ONE_QUERY = 200  # prospects: addresses, ids and keys together stay well below SOQL's 100,000 characters
IN_ONE_CALL = 2 * IN_ONE_QUERY  # two queries for each chunk, and the users': a call holds five


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
    for several in chunks(groups, IN_ONE_CALL):
        people |= _look_for(turn, several)
    return people


def _look_for(turn: Asker, groups: Sequence[Group]) -> dict[int, Person | None]:
    asked = [
        (name, Subrequest("GET", query_path(_search(turn, chunk, name)), f"{name.lower()}_{number}"))
        for number, chunk in enumerate(chunks(groups, IN_ONE_QUERY))
        for name in ALWAYS
    ]
    hosts = [host for group in groups for host in group.new_hosts]
    answers = turn.call([part for _, part in asked], hosts)
    known = Known()
    for (name, _), answer in zip(asked, answers, strict=True):
        known.add(_people(name, all_rows(turn.client, answer)))
    found = {group.prospect.pk: _choose(group, known) for group in groups}
    follow = list({one.follow for one in found.values() if one.follow})
    followed = _by_id(turn, groups, follow) if follow else []
    return {
        prospect: one.person or next((person for person in followed if same_id(person.id, one.follow)), None)
        for prospect, one in found.items()
    }


@dataclass
class Known:
    """The records that a look brought, by what they are found by: address, id and Distro's own id."""

    contacts: dict[str, Person] = field(default_factory=dict)
    by_word: dict[str, list[Person]] = field(default_factory=dict)

    def add(self, people: Iterable[Person]) -> None:
        for person in people:
            if person.object == "Contact":
                self.contacts[person.id[:15]] = person
            for word in (person.value("Email"), person.value(PROSPECT_ID), person.id[:15]):
                self.by_word.setdefault(str(word or "").strip().lower(), []).append(person)

    def about(self, *words: str) -> tuple[list[Person], list[Person]]:
        """The Contacts and the Leads that any of these words finds, each once; with the Leads' own Contacts."""
        found = {id(one): one for word in words if word for one in self.by_word.get(word.lower(), ())}
        contacts = {one.id: one for one in found.values() if one.object == "Contact"}
        leads = {one.id: one for one in found.values() if one.object == "Lead"}
        for lead in leads.values():
            own = self.contacts.get(str(lead.value("ConvertedContactId") or "")[:15])
            if own:
                contacts[own.id] = own
        return list(contacts.values()), list(leads.values())


def _choose(group: Group, known: Known) -> Found:
    linked = group.link.record_id if group.link else ""
    uuid = str(group.prospect.uuid)
    contacts, leads = known.about(group.prospect.email, uuid, linked[:15])
    return choose_person(contacts, leads, email=group.prospect.email, prospect_id=uuid, linked_id=linked)


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
    text = _select(turn, groups, "Contact") + " WHERE Id IN {ids}"
    queries = [soql(text, ids=list(some)) for some in chunks(ids, IN_ONE_QUERY)]
    return [person for query in queries for person in _people("Contact", turn.client.query(query))]


def _people(name: str, rows: Iterable[dict[str, Any]]) -> list[Person]:
    return [Person(name, row["Id"], row) for row in rows]


def find_winner(turn: Turn, object_name: str, record_id: str) -> str:
    """The id of the record that a deleted one was merged into, "" where it was not (field MasterRecordId)."""
    text = soql("SELECT Id, MasterRecordId FROM {name:name} WHERE Id = {id}", name=object_name, id=record_id)
    rows = turn.client.get("queryAll/", {"q": text})["records"]
    return str(rows[0].get("MasterRecordId") or "") if rows else ""


def find_events(turn: Turn, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Events that we may have written without an external id: of the same persons and times as these creations.

    Only for orgs without our fields: person, start and title tell ours from others.
    """
    rows: list[dict[str, Any]] = []
    for some in chunks(steps, IN_ONE_QUERY):
        whos = {str(step.fields["WhoId"]) for step in some if step.fields.get("WhoId")}
        starts = {read_moment(step.fields["StartDateTime"]) for step in some}
        text = soql(
            "SELECT Id, Subject, WhoId, StartDateTime FROM Event WHERE StartDateTime IN {starts} "
            "AND (WhoId IN {whos} OR WhoId = null)",
            starts=sorted(starts),
            whos=sorted(whos) or [None],
        )
        (answer,) = turn.call([Subrequest("GET", query_path(text), "events")])
        rows += all_rows(turn.client, answer)
    return rows


def chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """The items, so many at a time."""
    return [items[start : start + size] for start in range(0, len(items), size)]
