"""The visitor's look-up: everything that a router's rules must know, in one call and within one deadline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_sync.core.accounts import choose_account
from crm_sync.core.matching import read_moment
from crm_sync.core.shapes import Shapes
from crm_sync.models import SalesforceConnection
from crm_sync.salesforce.client import Answer, SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.soql import NAME, soql
from routing.core.free_mail import domain_of
from routing.core.records import KnownOwner, KnownRecord, Lookup, LookupKey, LookupNeed, RecordObject

from .describing import describe_soon, shapes_by_object
from .users import SANDBOX_ENDING

OBJECTS: dict[RecordObject, str] = {"contact": "Contact", "lead": "Lead", "account": "Account"}
OWNER_PARTS = ("Email", "Username", "Name", "IsActive")
MOST_EXACT, MOST_OF_DOMAIN = 50, 200
QUEUE = "00G"
WEBSITES = "websites"
COLLEAGUES = "contact_domain"


@dataclass(frozen=True)
class Asked:
    """One query's object, and the fields and owner fields to read of it and of its Account."""

    object: RecordObject
    fields: frozenset[str] = frozenset()
    owner_fields: frozenset[str] = frozenset()
    account_fields: frozenset[str] = frozenset()
    account_owner_fields: frozenset[str] = frozenset()
    with_account: bool = False

    def joined(self, other: Asked) -> Asked:
        return Asked(
            self.object,
            self.fields | other.fields,
            self.owner_fields | other.owner_fields,
            self.account_fields | other.account_fields,
            self.account_owner_fields | other.account_owner_fields,
            self.with_account or other.with_account,
        )


@dataclass(frozen=True)
class Looked:
    """What came of it; `nobody` when neither a Contact nor a Lead, converted or not, has the address."""

    lookups: Mapping[LookupKey, Lookup]
    nobody: bool


def look_up_prospect(
    connection: SalesforceConnection,
    email: str,
    needs: Collection[LookupNeed],
    seconds: float,
    *,
    simulated: bool = False,
) -> Looked:
    """Ask one connected org. Raises SalesforceFault when there was no answer within `seconds`.

    A refused field shows that the org changed and has it described anew, but for a simulated look-up.
    """
    client = SalesforceClient(connection, seconds=seconds)
    search = Search(connection, email, needs)
    answers = client.queries(search.texts())
    refused = [answer.fault.code for answer in answers.values() if answer.fault]
    if not simulated and any(code.startswith("INVALID_FIELD") for code in refused):
        describe_soon(connection)
    return search.read(answers)


class Search:
    """The queries for one prospect, and how their answers are read."""

    def __init__(self, connection: SalesforceConnection, email: str, needs: Collection[LookupNeed]) -> None:
        self.email, self.domain = email, domain_of(email) or ""
        self.needs = needs
        self.sandbox = connection.is_sandbox
        self.shapes = shapes_by_object(connection)
        self.asked = self._asked()

    def _asked(self) -> dict[str, Asked]:
        """The queries by name. The two by e-mail always go along: they tell the sync that nobody is known."""
        asked = {"contact_exact": Asked("contact"), "lead_exact": Asked("lead")}
        for need in self.needs:
            one = Asked(
                need.object, need.fields, need.owner_fields, need.account_fields, need.account_owner_fields
            )
            one = one.joined(Asked(need.object, with_account=need.object == "contact"))
            if need.object == "account":
                _join(asked, WEBSITES, one)
                of_contact = Asked(
                    "contact",
                    account_fields=need.fields,
                    account_owner_fields=need.owner_fields,
                    with_account=True,
                )
                _join(asked, COLLEAGUES, of_contact)
            else:
                _join(asked, f"{need.object}_{need.match}", one)
        return asked

    def texts(self) -> dict[str, str]:
        """The queries, ready to send; five at most."""
        return {name: self._text(name, one) for name, one in self.asked.items()}

    def _text(self, name: str, one: Asked) -> str:
        begin = ["SELECT", ", ".join(self._columns(one)), "FROM", OBJECTS[one.object], "WHERE"]
        most = MOST_EXACT if name.endswith("exact") else MOST_OF_DOMAIN
        where = {
            WEBSITES: "Website LIKE '%{domain:like}%'",
            "lead_domain": "Email LIKE '%@{domain:like}' AND IsConverted = false",
            COLLEAGUES: "Email LIKE '%@{domain:like}'",
        }.get(name, "Email = {email}")
        text = " ".join([*begin, where, "ORDER BY LastModifiedDate DESC LIMIT", str(most)])
        return soql(text, email=self.email, domain=self.domain)

    def _columns(self, one: Asked) -> list[str]:
        columns = ["Id", "LastModifiedDate"]
        columns += {"lead": ["Email", "IsConverted"], "contact": ["Email"]}.get(
            one.object, ["Website", "CreatedDate"]
        )
        columns += self._named(OBJECTS[one.object], one.fields, one.owner_fields)
        if one.with_account:
            account = ["Id", "LastModifiedDate", "CreatedDate"]
            account += self._named("Account", one.account_fields, one.account_owner_fields)
            columns += ["AccountId", *(f"Account.{name}" for name in account)]
        return list({name.lower(): name for name in columns}.values())

    def _named(self, object_name: str, fields: Iterable[str], owner_fields: Iterable[str]) -> list[str]:
        shapes = self.shapes.get(object_name)
        names = [name for name in sorted(fields) if _is_known(shapes, name)]
        for name in sorted(owner_fields):
            if _is_known(shapes, name):
                names += [name, *(f"{_relation(shapes, name)}.{part}" for part in OWNER_PARTS)]
        return names

    # --- reading --------------------------------------------------------------------------------------------

    def read(self, answers: Mapping[str, Answer]) -> Looked:
        lookups = {(need.object, need.match): self._lookup(need, answers) for need in self.needs}
        people = [answers["contact_exact"], answers["lead_exact"]]
        nobody = all(answer.fault is None and not answer.rows for answer in people)
        return Looked(lookups, nobody)

    def _lookup(self, need: LookupNeed, answers: Mapping[str, Answer]) -> Lookup:
        try:
            if need.object == "account":
                chosen = choose_account(answers[WEBSITES].rows, answers[COLLEAGUES].rows, self.domain)
                return Lookup(
                    (self._record("account", chosen, need.fields, need.owner_fields),) if chosen else ()
                )
            rows = [row for row in answers[f"{need.object}_{need.match}"].rows if not row.get("IsConverted")]
        except SalesforceFault as fault:
            return Lookup(failed=clause_of(fault))
        return Lookup(tuple(self._person(need, row) for row in rows))

    def _person(self, need: LookupNeed, row: dict[str, Any]) -> KnownRecord:
        account = row.get("Account")
        known = (
            self._record("account", account, need.account_fields, need.account_owner_fields)
            if account
            else None
        )
        return self._record(need.object, row, need.fields, need.owner_fields, known)

    def _record(
        self,
        kind: RecordObject,
        row: Mapping[str, Any],
        fields: Iterable[str],
        owner_fields: Iterable[str],
        account: KnownRecord | None = None,
    ) -> KnownRecord:
        values = {key.lower(): value for key, value in row.items()}
        shapes = self.shapes.get(OBJECTS[kind])
        owners = {
            name: self._owner(str(values[name.lower()]), values.get(_relation(shapes, name).lower()) or {})
            for name in owner_fields
            if values.get(name.lower())
        }
        return KnownRecord(
            kind,
            row["Id"],
            str(values.get("email") or ""),
            read_moment(row["LastModifiedDate"]),
            owners,
            {name: values[name.lower()] for name in fields if name.lower() in values},
            account,
        )

    def _owner(self, owner_id: str, row: Mapping[str, Any]) -> KnownOwner:
        email = str(row.get("Email") or "")
        return KnownOwner(
            owner_id,
            email.removesuffix(SANDBOX_ENDING) if self.sandbox else email,
            str(row.get("Username") or ""),
            str(row.get("Name") or ""),
            bool(row.get("IsActive", True)),
            not owner_id.startswith(QUEUE),
        )


def _join(asked: dict[str, Asked], name: str, one: Asked) -> None:
    asked[name] = asked[name].joined(one) if name in asked else one


def _is_known(shapes: Shapes | None, name: str) -> bool:
    """Whether a query may hold the name: in an org that was never described, anything that is a name."""
    return bool(NAME.fullmatch(name)) and (shapes is None or name.lower() in shapes)


def _relation(shapes: Shapes | None, name: str) -> str:
    """The relationship of a reference field: `OwnerId` is Owner's, `Csm__c` is Csm__r's."""
    shape = shapes.get(name.lower()) if shapes else None
    if shape and shape.relationship:
        return shape.relationship
    return f"{name[:-3]}__r" if name.lower().endswith("__c") else name.removesuffix("Id")


def clause_of(fault: SalesforceFault) -> str:
    """Why a look-up failed, as a clause for the trace."""
    if fault.is_transport or fault.code == "NOT_CONNECTED":
        return fault.message
    if fault.code in ("invalid_grant", "INVALID_SESSION_ID"):
        return "Salesforce needs reconnecting"
    return f"Salesforce refused the search ({fault.code})"
