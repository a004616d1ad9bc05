"""Control: records read in full, and edited as a colleague or an automation of the customer would."""

from __future__ import annotations

from typing import Any

from . import conversion, records
from .access import Access
from .ids import to18
from .org import Org
from .records import Options
from .schema import SObject
from .seed import ADMIN_USER, insert
from .soql import Source, run_soql
from .store import Row
from .values import read_value, show


def table_of(org: Org, name: str) -> SObject:
    found = org.schema.get(name)
    if found is None:
        raise ValueError(f"there is no object {name}")
    return found


def user_of(org: Org, name: str | None) -> Row:
    found = org.user_named(name or ADMIN_USER)
    if found is None:
        raise ValueError(f"there is no user {name or ADMIN_USER}")
    return found


def row_of(org: Org, record_id: str) -> Row:
    found = org.store.find(to18(record_id) or "")
    if found is None:
        raise ValueError(f"there is no record {record_id}")
    return found


def shown(row: Row) -> dict[str, Any]:
    return {name: show(value) for name, value in row.items()}


def show_all(org: Org, name: str, *, query: dict[str, str], body: Any) -> Any:
    table = table_of(org, name)
    deleted = query.pop("deleted", "") == "true"
    found = []
    for row in org.store.tables[table.name].values():
        fits = all(str(show(row.get(key))).lower() == value.lower() for key, value in query.items())
        if fits and (deleted or not row["IsDeleted"]):
            found.append(shown(row))
    return {"count": len(found), "records": found}


def show_one(org: Org, name: str, record_id: str, *, query: dict[str, str], body: Any) -> Any:
    return shown(row_of(org, record_id))


def read_raw(table: SObject, values: dict[str, Any]) -> Row:
    """API values to stored ones without asking any rule of the save."""
    found = {}
    for name, value in values.items():
        field = table.get(name)
        if field is None:
            raise ValueError(f"{table.name} has no field {name}")
        found[field.name] = read_value(field, value)
    return found


def add(org: Org, name: str, *, query: dict[str, str], body: Any) -> Any:
    table = table_of(org, name)
    user = user_of(org, body.get("as"))
    if body.get("raw"):
        values = {"OwnerId": user["Id"]} if table.get("OwnerId") else {}
        made = insert(org, table.name, values | read_raw(table, body["values"]), by=user["Id"], fixed=False)
    else:
        made = records.create(Access(org, user["Id"]), table, body["values"], Options())
    return shown(row_of(org, made))


def change(org: Org, name: str, record_id: str, *, query: dict[str, str], body: Any) -> Any:
    table = table_of(org, name)
    user = user_of(org, body.get("as"))
    row = row_of(org, record_id)
    if body.get("raw"):
        now = org.now()
        stamps = {"LastModifiedDate": now, "LastModifiedById": user["Id"], "SystemModstamp": now}
        new = {**row, **stamps, **read_raw(table, body["values"])}
        org.store.put(table, new, by=user["Id"], at=now, call=0, action="update")
    else:
        records.update(Access(org, user["Id"]), table, row["Id"], body["values"], Options())
    return shown(row_of(org, record_id))


def remove(org: Org, name: str, record_id: str, *, query: dict[str, str], body: Any) -> Any:
    user = user_of(org, query.get("as"))
    records.delete(Access(org, user["Id"]), table_of(org, name), record_id, Options())
    return {"deleted": record_id}


def query(org: Org, *, query: dict[str, str], body: Any) -> Any:
    """SOQL over every field and every record that is not in the bin."""
    source = Source(
        schema=org.schema,
        rows=lambda table: list(org.store.live(table.name)),
        find=org.store.find,
        readable=lambda *_: True,
        may_query=lambda _: True,
        now=org.now,
        url=lambda table, record_id: f"/services/data/v66.0/sobjects/{table}/{record_id}",
    )
    found = run_soql(source, body["q"])
    return {"totalSize": found.total, "records": found.records}


def convert(org: Org, *, query: dict[str, str], body: Any) -> Any:
    by = user_of(org, body.get("as"))["Id"]
    contact, account = body.get("contact"), body.get("account")
    return conversion.convert(org, row_of(org, body["lead"]), by, contact_id=contact, account_id=account)


def merge(org: Org, *, query: dict[str, str], body: Any) -> Any:
    by = user_of(org, body.get("as"))["Id"]
    losers = [row_of(org, one) for one in body["losers"]]
    return conversion.merge(org, row_of(org, body["master"]), losers, by)
