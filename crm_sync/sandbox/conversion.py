"""What people do to Leads and Contacts in the meantime: conversion and merging, with the activities following."""

from __future__ import annotations

from typing import Any

from .org import Org
from .seed import insert
from .store import Row

SHARED = ("FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "LeadSource")


def write(org: Org, row: Row, changes: dict[str, Any], by: str, action: str = "update") -> None:
    now = org.now()
    stamps = {"LastModifiedDate": now, "LastModifiedById": by, "SystemModstamp": now}
    table = org.schema.of_id(row["Id"])
    assert table is not None
    org.store.put(table, {**row, **stamps, **changes}, by=by, at=now, call=0, action=action)


def move_activities(org: Org, old: str, new: str, by: str, account: str | None) -> None:
    for table in ("Event", "Task"):
        for row in org.store.live(table):
            if row["WhoId"] == old:
                write(org, row, {"WhoId": new, **({"AccountId": account} if table == "Event" else {})}, by)


def convert(
    org: Org, lead: Row, by: str, *, contact_id: str | None = None, account_id: str | None = None
) -> dict[str, str]:
    """Makes (or takes) Account and Contact, marks the Lead converted; custom fields of the same name go along."""
    if lead["IsConverted"]:
        raise ValueError("this Lead is converted already")
    owner = lead["OwnerId"] if lead["OwnerId"].startswith("005") else by
    known = org.store.find(contact_id) if contact_id else None
    account = account_id or (known or {}).get("AccountId")
    account = account or insert(
        org, "Account", {"Name": lead["Company"], "OwnerId": owner}, by=by, fixed=False
    )
    if contact_id is None:
        custom = [one.name for one in org.schema["Contact"] if one.custom and one.name in lead]
        values = {name: lead[name] for name in (*SHARED, *custom)}
        extra = {"AccountId": account, "OwnerId": owner}
        contact_id = insert(org, "Contact", {**values, **extra}, by=by, fixed=False)
    links = {"ConvertedContactId": contact_id, "ConvertedAccountId": account}
    state = {"IsConverted": True, "ConvertedDate": org.now().date(), "Status": "Closed - Converted"}
    write(org, lead, {**state, **links}, by)
    move_activities(org, lead["Id"], contact_id, by, account)
    return {"lead": lead["Id"], "contact": contact_id, "account": account}


def merge(org: Org, master: Row, losers: list[Row], by: str) -> dict[str, Any]:
    """The losers go to the bin and point to the winner; blanks of the winner are filled from them."""
    changes: dict[str, Any] = {}
    for loser in losers:
        if loser["Id"][:3] != master["Id"][:3]:
            raise ValueError("only records of one object can be merged")
        changes |= {
            name: value for name, value in loser.items() if master[name] is None and name not in changes
        }
        write(org, loser, {"IsDeleted": True, "MasterRecordId": master["Id"]}, by, "delete")
        move_activities(org, loser["Id"], master["Id"], by, master.get("AccountId"))
    changes.pop("MasterRecordId", None)
    write(org, master, changes, by)
    return {"master": master["Id"], "losers": [one["Id"] for one in losers]}
