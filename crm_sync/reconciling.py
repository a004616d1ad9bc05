"""Reading back what was written to an org, comparing it with our tables, and having the sync write what differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from crm_sync.core import schema
from crm_sync.core.draft import Draft
from crm_sync.core.fields import write_meeting
from crm_sync.core.matching import Person, read_moment, same_id
from crm_sync.core.plan import OrgValues, plan_event
from crm_sync.core.shapes import Value, is_blank
from crm_sync.core.wanted import MeetingWanted, ProspectWanted
from crm_sync.models import RecordLink, RunKind, RunState, SalesforceConnection, SyncRun
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.soql import checked_name, soql
from distro.due import schedule

from .describing import org_values
from .look import chunks
from .memo import REPAIRS
from .snapshots import Group, group_runs, load_runs, prospect_wanted

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Expected:
    """A record with the fields that it should have by our tables; `record_id` is "" for one that is not linked."""

    run: int
    object: str
    record_id: str
    name: str
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is otherwise in Salesforce; with no field a record that is not there."""

    expected: Expected
    field: str = ""
    found: Any = None

    @property
    def text(self) -> str:
        one = self.expected
        if not self.field:
            return f"{one.object} of {one.name}: not in Salesforce, as far as Distro knows"
        here, there = (one.fields[self.field], self.found)
        return f"{one.object} {one.record_id} of {one.name}: {self.field} is {there!r} in Salesforce, {here!r} here"


def runs_since(connection: SalesforceConnection, since: datetime) -> list[int]:
    """The ids of the settled runs about submissions and meetings of that time."""
    rows = SyncRun.objects.filter(workspace=connection.workspace_id, state=RunState.DONE)
    of_meetings = Q(kind=RunKind.MEETING) & (Q(meeting__created_at__gte=since) | Q(meeting__start__gte=since))
    of_persons = Q(kind=RunKind.PERSON, submission__created_at__gte=since)
    return list(rows.filter(of_meetings | of_persons).order_by("pk").values_list("pk", flat=True))


def differences(connection: SalesforceConnection, run_ids: Sequence[int]) -> list[Difference]:
    """What Salesforce has otherwise than these runs wrote it: 200 records to a query. Raises SalesforceFault.

    Compared are Distro's own fields and an Event's times, owner and availability, never the answers, which people
    may have corrected since. A record that somebody deleted is no difference: it stays deleted.
    """
    client, org = SalesforceClient(connection), org_values(connection)
    expected = [one for group in group_runs(load_runs(run_ids)) for one in _expected(group, connection, org)]
    found = _read(client, expected)
    differing: list[Difference] = []
    for one in expected:
        row = found.get(one.record_id[:15])
        if not one.record_id:
            differing.append(Difference(one))
        elif row:
            names = [name for name, value in one.fields.items() if not _is_same(value, row.get(name))]
            differing += [Difference(one, name, row.get(name)) for name in names]
    return differing


def _expected(group: Group, connection: SalesforceConnection, org: OrgValues) -> list[Expected]:
    wanted = prospect_wanted(group, connection.workspace)
    left_out = {name for run in group.runs for name in run.left_out}
    records = [_event(one, wanted, group, org) for one in wanted.meetings]
    person = _person(wanted, group, org)
    records += [person] if person else []
    return [_without(one, left_out) for one in records]


def _event(meeting: MeetingWanted, wanted: ProspectWanted, group: Group, org: OrgValues) -> Expected:
    person = group.link.record_id if group.link else ""
    step = plan_event(meeting, wanted, person, org).step
    assert step
    owner = {"OwnerId": meeting.host_user} if meeting.host_user else {}
    return Expected(meeting.run, schema.EVENT, meeting.event_id, wanted.email, {**step.fields, **owner})


def _person(wanted: ProspectWanted, group: Group, org: OrgValues) -> Expected | None:
    """The six fields of the meeting booked last, or for somebody who never booked the router's name."""
    link = group.link
    if link is None:
        return None
    draft = Draft(
        link.object, org.shapes.get(link.object), Person(link.object, link.record_id, was_read=False)
    )
    latest = next((one for one in wanted.meetings if one.is_latest), None)
    if latest:
        write_meeting(draft, latest)
    elif group.latest_meeting is None:
        draft.put(schema.ROUTER_NAME, group.last_router)
    runs = [latest.run] if latest else [one.run for one in wanted.submissions]
    return Expected(runs[-1], link.object, link.record_id, wanted.email, draft.fields) if runs else None


def _without(one: Expected, left_out: Iterable[str]) -> Expected:
    fields = {name: value for name, value in one.fields.items() if f"{one.object}.{name}" not in left_out}
    return Expected(one.run, one.object, one.record_id, one.name, fields)


def _read(client: SalesforceClient, expected: Sequence[Expected]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for name in sorted({one.object for one in expected}):
        linked = [one for one in expected if one.object == name and one.record_id]
        for some in chunks(linked, AT_ONCE):
            fields = sorted({field for one in some for field in one.fields} | {"Id"})
            select = ", ".join(checked_name(field) for field in fields)
            text = " ".join(["SELECT", select, "FROM {name:name} WHERE Id IN {ids}"])
            found = client.query(soql(text, name=name, ids=[one.record_id for one in some]))
            rows |= {str(row["Id"])[:15]: row for row in found}
    return rows


def _is_same(here: Value, there: Any) -> bool:
    """Whether two values are one, however Salesforce writes it: times, ids of 15 characters, blanks."""
    if isinstance(here, bool):
        return here == bool(there)
    if is_blank(here) or is_blank(there):
        return is_blank(here) and is_blank(there)
    if str(here).endswith("Z") and read_moment(here) == read_moment(there) and read_moment(here).year > 1:
        return True
    return str(here).strip() == str(there).strip() or same_id(str(here), str(there))


def repair(connection: SalesforceConnection, found: Iterable[Difference]) -> list[int]:
    """Have the sync write these runs again: their ids. Answers are left alone."""
    runs = sorted({one.expected.run for one in found})
    events = {one.expected.record_id for one in found if one.field == "OwnerId"}
    with transaction.atomic():
        RecordLink.objects.filter(workspace=connection.workspace_id, record_id__in=events).update(owner_id="")
        for run in SyncRun.objects.filter(pk__in=runs, kind=RunKind.PERSON):
            SyncRun.objects.filter(pk=run.pk).update(memo={**run.memo, REPAIRS: True})
        waiting = {"state": RunState.WAITING, "due_at": timezone.now(), "attempts": 0}
        SyncRun.objects.filter(pk__in=runs).update(wanted=F("wanted") + 1, **waiting)
        schedule("crm.drain", connection.pk)
    return runs
