"""A workspace connected to an org that runs in this process over real HTTP, and the hands of a worker."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from crm_sync.models import ObjectDescription, RecordLink, SalesforceConnection, SyncRun
from crm_sync.port import SalesforceCrm
from crm_sync.salesforce.provision import provision
from crm_sync.sandbox import control_records
from crm_sync.sandbox.calls import CallEntry
from crm_sync.sandbox.faults import Fault
from crm_sync.sandbox.org import CLIENT_ID, CLIENT_SECRET, Org
from crm_sync.sandbox.serving import RunningOrg
from crm_sync.tests.walk import PLAIN_FILES, Walker
from distro.due.jobs import run_due
from distro.due.models import DueWork
from distro.testing.factories import (
    make_host,
    make_meeting,
    make_member,
    make_prospect,
    make_router,
    make_submission,
)
from routing.core.records import LookupNeed
from routing.models import Host, Meeting, Prospect, Role, Router, Status, Submission, Workspace

INTEGRATION = "integration@acme.example"
ANN, BOB, SAM = "ann@acme.example", "bob@acme.example", "sam@acme.example"
EMAIL = "pat@initrode.example"
EVERYTHING = {"update_owner": "true"}
NEEDS = [LookupNeed("contact", "exact"), LookupNeed("lead", "exact")]


class Told:
    """What tests of the sync do: submit, book, change, let time pass, and read the org."""

    def __init__(self, org: Org, workspace: Workspace) -> None:
        self.org, self.workspace = org, workspace
        DueWork.objects.all().delete()
        self.crm = SalesforceCrm()
        self.ann: Host = make_host(workspace, name="Ann Archer", email=ANN, working=False)
        self.router: Router = make_router(workspace, default_host=self.ann, name="Inbound", **EVERYTHING)
        self.forget_calls()

    @property
    def connection(self) -> SalesforceConnection:
        return SalesforceConnection.objects.select_related("workspace").get(workspace=self.workspace)

    # --- our side -------------------------------------------------------------------------------------------

    def prospect(self, email: str = EMAIL) -> Prospect:
        found = Prospect.objects.filter(workspace=self.workspace, email=email).first()
        return found or make_prospect(self.workspace, email=email)

    def submit(
        self, email: str = EMAIL, *, looked: bool = False, router: Router | None = None, **values: Any
    ) -> Submission:
        """A routed submission; with `looked` after the visitor's look-up."""
        answers = {"email": email, "first_name": "Pat", "last_name": "Lee", "company": "Initrode"}
        answers |= values.pop("answers", {})
        memo = self.crm.look_up(self.workspace, email, NEEDS, 2.0).memo if looked else {}
        values = {"answers": answers, "prospect": self.prospect(email)} | values
        submission = make_submission(router or self.router, **values)
        with transaction.atomic():
            self.crm.submission_routed(submission, memo)
        return submission

    def book(self, submission: Submission, host: Host | None = None, **values: Any) -> Meeting:
        meeting = make_meeting(submission, host or self.ann, **values)
        self.tell(meeting)
        return meeting

    def tell(self, meeting: Meeting, **changes: Any) -> None:
        """Change a meeting as an action does, and tell the port."""
        for name, value in changes.items():
            setattr(meeting, name, value)
        with transaction.atomic():
            meeting.save()
            self.crm.meeting_changed(meeting)

    def cancel(self, meeting: Meeting) -> None:
        self.tell(meeting, status=Status.CANCELLED)

    def move(self, meeting: Meeting, days: int = 1) -> None:
        later = timedelta(days=days)
        self.tell(meeting, status=Status.RESCHEDULED, start=meeting.start + later, end=meeting.end + later)

    def work(self) -> None:
        """A worker's turn: everything that is due."""
        run_due()

    def wait(self) -> None:
        """Let the time pass that runs wait for, and work."""
        now = timezone.now()
        SyncRun.objects.filter(state="waiting").update(due_at=now)
        SalesforceConnection.objects.update(resting_until=None)
        DueWork.objects.filter(kind="crm.drain", token="").update(due_at=now)
        if not DueWork.objects.filter(kind="crm.drain").exists():
            DueWork.objects.create(kind="crm.drain", key=str(self.connection.pk), due_at=now)
        self.work()

    def runs(self) -> dict[str, str]:
        """{kind: state} of the runs, in order; with several of a kind the last."""
        return {run.kind: run.state for run in SyncRun.objects.order_by("pk")}

    def run(self, kind: str) -> SyncRun:
        return SyncRun.objects.filter(kind=kind).latest("pk")

    def steps(self, kind: str) -> list[tuple[str, str, str]]:
        """(action, object, state) of the steps of the last run of a kind."""
        return [(one.action, one.object, one.state) for one in self.run(kind).steps.all()]

    def link(self, prospect: Prospect | None = None) -> RecordLink:
        return RecordLink.objects.get(prospect=prospect or self.prospect())

    # --- the org's side -------------------------------------------------------------------------------------

    def records(self, name: str, **values: str) -> list[dict[str, Any]]:
        found = control_records.show_all(self.org, name, query=dict(values), body=None)
        return list(found["records"])

    def record(self, name: str, email: str = EMAIL) -> dict[str, Any]:
        (found,) = self.records(name, Email=email)
        return found

    @property
    def event(self) -> dict[str, Any]:
        (found,) = self.records("Event")
        return found

    def add(self, name: str, by: str = SAM, **values: Any) -> str:
        """A record that stands there from before, added by a colleague."""
        body = {"as": by, "values": values, "raw": True}
        return str(control_records.add(self.org, name, query={}, body=body)["Id"])

    def change(self, name: str, record_id: str, by: str = SAM, **values: Any) -> None:
        """What somebody does to a record meanwhile."""
        body = {"as": by, "values": values, "raw": True}
        control_records.change(self.org, name, record_id, query={}, body=body)

    def user(self, name: str) -> str:
        found = self.org.user_named(name)
        assert found
        return str(found["Id"])

    def fault(self, **values: Any) -> Fault:
        fault = Fault(**values)
        self.org.faults.append(fault)
        return fault

    def forget_calls(self) -> None:
        self.org.calls.clear()

    def calls(self) -> list[CallEntry]:
        """The API calls since `forget_calls`, token requests left aside."""
        return [one for one in self.org.calls.entries if "/services/data/" in one.path]


def connect(org: Org, *, provisioned: bool = True, **workspace: Any) -> Told:
    """A new workspace that goes through the org's own OAuth and has its fields set up."""
    org.approve_as = INTEGRATION
    walker = Walker()
    for name, value in workspace.items():
        setattr(walker.workspace, name, value)
    walker.workspace.save()
    walker.connect()
    if provisioned:
        provision(SalesforceConnection.objects.select_related("workspace").get(workspace=walker.workspace))
    return Told(org, walker.workspace)


@dataclass
class Kept:
    """A connected, provisioned org and our rows about it, as they were before the first test touched them."""

    org: dict[str, Any]
    rows: list[Model]

    @classmethod
    def of(cls, told: Told) -> Kept:
        rows = [told.connection, *ObjectDescription.objects.filter(connection=told.connection)]
        return cls(copied(told.org, vars(told.org)), rows)

    def restore(self, org: Org) -> Workspace:
        vars(org).update(copied(org, self.org))
        workspace = make_member(role=Role.OWNER).workspace
        connection, *descriptions = copy.deepcopy(self.rows)
        for row in (connection, *descriptions):
            row.pk, row._state.adding = None, True
        connection.workspace, connection.connected_by = workspace, None  # type: ignore[attr-defined]
        connection.save()
        for description in descriptions:
            description.connection = connection  # type: ignore[attr-defined]
            description.save()
        return workspace


def copied(org: Org, state: dict[str, Any]) -> dict[str, Any]:
    """A copy of an org's whole state; the org itself and its lock stay what they are."""
    return copy.deepcopy(state, {id(org): org, id(org.lock): org.lock})


KEPT: dict[int, Kept] = {}


@pytest.fixture(scope="session")
def sync_org() -> Iterator[Org]:
    """One org for all these tests; `told` gives each the same beginning."""
    with RunningOrg() as running:
        yield running


@pytest.fixture(name="told")
def told_workspace(sync_org: Org, settings: Any, db: None) -> Told:
    """A workspace with one host, Ann, connected to an org that has Distro's fields."""
    settings.SALESFORCE_LOGIN_URL = sync_org.base_url
    settings.SALESFORCE_CLIENT_ID, settings.SALESFORCE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_FILES}}
    if id(sync_org) in KEPT:
        return Told(sync_org, KEPT[id(sync_org)].restore(sync_org))
    told = connect(sync_org)
    KEPT[id(sync_org)] = Kept.of(told)
    return told
