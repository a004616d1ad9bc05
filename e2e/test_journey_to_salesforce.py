"""The main job over real parts: web server, RQ worker, Redis-compatible server and sandbox org, each a process.

Connect, submit, route, book, owner after the wait, cancel; the org's records are read at each station.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from distro.testing.waiting import wait_for
from e2e.outside import Org, all_done, free_times, post
from routing.models import Workspace

ANSWERS = {
    "email": "Pat.Kim@Newcomer.example",
    "first_name": "Pat",
    "last_name": "Kim",
    "company": "Newcomer Ltd",
    "employees": 120,
}


def the_one(records: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(records) == 1, records
    return records[0]


def test_from_form_to_salesforce(connected: Workspace, org: Org) -> None:
    org.ask("DELETE", "calls")

    submitted = post("/r/journey-demo/submissions", {"answers": ANSWERS, "timezone": "Europe/Berlin"})
    assert submitted["outcome"] == "book"
    wait_for(lambda: org.records("Lead", Email="pat.kim@newcomer.example"), "the Lead stands")
    lead = the_one(org.records("Lead", Email="pat.kim@newcomer.example"))
    assert (lead["FirstName"], lead["LastName"], lead["Company"]) == ("Pat", "Kim", "Newcomer Ltd")
    assert (lead["NumberOfEmployees"], lead["Distro_Router_Name__c"]) == (120, "Website demo")
    assert len(lead["Distro_Prospect_Id__c"]) == 36
    assert lead["Distro_Meeting_Status__c"] is None

    slot = free_times(submitted["booking_url"])[0]
    path = submitted["booking_url"].removeprefix(settings.BASE_URL)
    booked = post(f"{path}book", {"start": slot["start"], "timezone": "Europe/Berlin"})
    assert (booked["status"], booked["start"], booked["end"]) == ("Scheduled", slot["start"], slot["end"])
    wait_for(lambda: org.records("Event"), "the Event stands")
    event = the_one(org.records("Event"))
    host = the_one(org.records("User", Name=booked["host"]["name"]))
    assert (event["WhoId"], event["OwnerId"]) == (lead["Id"], host["Id"])
    assert (event["Subject"], event["Location"]) == ("Demo: Newcomer Ltd and Journey", "Remote")
    assert (event["ShowAs"], event["Distro_Meeting_Status__c"]) == ("Busy", "Scheduled")
    assert event["Distro_Meeting_Id__c"] == booked["meeting"]
    assert event["StartDateTime"].startswith(slot["start"].removesuffix("Z"))
    lead = the_one(org.records("Lead", Id=lead["Id"]))
    assert lead["Distro_Meeting_Type__c"] == "Demo"
    assert lead["Distro_Meeting_Status__c"] == "Scheduled"
    assert lead["OwnerId"] != host["Id"], "the owner changed before its time"

    wait_for(
        lambda: org.records("Lead", Id=lead["Id"])[0]["OwnerId"] == host["Id"], "the owner is set", seconds=20
    )
    wait_for(all_done, "every run is done")
    calls = org.calls()
    assert len(calls) <= 5, calls

    org.ask("DELETE", "calls")
    post(f"{booked['manage_url'].removeprefix(settings.BASE_URL)}cancel", {"reason": "No time"})
    wait_for(lambda: org.records("Event", ShowAs="Free"), "the Event is cancelled")
    wait_for(all_done, "every run is done")
    cancelled = the_one(org.records("Event"))
    assert (cancelled["Distro_Canceled__c"], cancelled["Distro_Meeting_Status__c"]) == (True, "Cancelled")
    assert (cancelled["Subject"], cancelled["StartDateTime"]) == (event["Subject"], event["StartDateTime"])
    lead = the_one(org.records("Lead", Id=lead["Id"]))
    assert lead["Distro_Meeting_Status__c"] == "Cancelled"
    assert len(org.calls()) == 1, org.calls()
