"""What Salesforce would hear of a submission and of the meeting booked upon it, neither of which is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from crm_sync.core.matching import Person
from crm_sync.core.owner import QUEUE, OwnerFacts, choose_owner, known_beforehand
from crm_sync.core.plan import plan_event, plan_person
from crm_sync.core.steps import PERSON, Step
from crm_sync.models import RecordLink, RunKind, SalesforceConnection, SyncRun
from routing.crm import Foreseen, KnownPerson, PlannedWrite
from routing.models import Meeting, Prospect, Submission, UpdateOwner

from .accounts import choose_account_for
from .look import look_for
from .policy import owner_policy
from .reading import Reading
from .reads import owner_query
from .snapshots import Group, prospect_wanted
from .users import SANDBOX_ENDING, user_of

ON_SUBMISSION, ON_BOOKING = "on submission", "on booking"


def foresee(connection: SalesforceConnection, submission: Submission, meeting: Meeting | None) -> Foreseen:
    """Look as a drain looks, and plan as it plans. Raises SalesforceFault.

    An id that does not exist yet (of a record to be created, of a prospect who is not saved) is None, as a
    write's own and among its fields. A record to be created is taken to belong to the connected user then.
    """
    reading = Reading.start(connection)
    group = _group(submission, meeting)
    person = look_for(reading, [group])[group.prospect.pk]
    owner = _read_owner(reading, person) if person else {}
    ahead = Ahead(reading, submission, meeting, group, person, owner)
    planned = tuple(_write(group.prospect, when, step) for when, step in ahead.steps())
    return Foreseen(_known(connection, person, owner) if person else None, planned)


def _group(submission: Submission, meeting: Meeting | None) -> Group:
    """The runs that there would be; with the link to the prospect's record, where there is one already."""
    prospect = submission.prospect
    assert prospect
    runs = [SyncRun(kind=RunKind.PERSON, prospect=prospect, submission=submission)]
    if meeting:
        runs.append(SyncRun(kind=RunKind.MEETING, prospect=prospect, submission=submission, meeting=meeting))
    link = RecordLink.objects.filter(prospect=prospect).first() if prospect.pk else None
    # The meeting is the prospect's latest: like it, `latest_meeting` has no id.
    return Group(prospect, runs, link)


def _read_owner(reading: Reading, person: Person) -> dict[str, Any]:
    (answer,) = reading.call([owner_query(person.object, [person.id])])
    return next(iter(answer.rows), {})


def _known(connection: SalesforceConnection, person: Person, owner: dict[str, Any]) -> KnownPerson:
    email = str((owner.get("Owner") or {}).get("Email") or "")
    if str(owner.get("OwnerId") or "").startswith(QUEUE):
        email = ""
    return KnownPerson(
        person.object, person.id, email.removesuffix(SANDBOX_ENDING) if connection.is_sandbox else email
    )


def _write(prospect: Prospect, when: str, step: Step) -> PlannedWrite:
    """A step as it is shown: what only stands for an id is None."""
    unknown = {PERSON, ACCOUNT, *([] if prospect.pk else [str(prospect.uuid)])}
    fields = {name: None if value in unknown else value for name, value in step.fields.items()}
    record_id = step.record_id if step.record_id not in ("", PERSON) else None
    return PlannedWrite(when, "update" if step.record_id else "create", step.object, record_id, fields)


ACCOUNT = "@{account.id}"  # stands for the id of an Account that would be created


@dataclass
class Ahead:
    """The steps to come for a submission; `person` is whom the look found, `owner` the row of who owns them."""

    reading: Reading
    submission: Submission
    meeting: Meeting | None
    group: Group
    person: Person | None
    owner: dict[str, Any]

    def steps(self) -> Iterator[tuple[str, Step]]:
        """In the order in which they would be sent, with the moment of each."""
        submitted = list(self._on_submission())
        yield from ((ON_SUBMISSION, step) for step in submitted)
        if self.meeting is None:
            return
        known = self.person and Person(self.person.object, self.person.id, was_read=False)
        if known is None and submitted:
            known = Person(submitted[-1].object, PERSON, was_read=False)
        yield from ((ON_BOOKING, step) for step in self._on_booking(known))
        owned = self._owner_step(self.meeting, known) if known else None
        if owned:
            yield f"{self.submission.router.owner_delay} s after booking", owned

    def _part(self, kind: RunKind) -> Group:
        """The group as it is when only its runs of that kind are due."""
        return replace(self.group, runs=self.group.of_kind(kind))

    def _on_submission(self) -> Iterator[Step]:
        wanted = prospect_wanted(self._part(RunKind.PERSON), self.submission.workspace)
        creator = None if self.person else wanted.creator
        account: Step | None = None
        if creator and creator.create_as == "Contact":
            found, account = choose_account_for(self.reading.client, wanted, creator)
            wanted = replace(wanted, account_id=found)
        step = plan_person(wanted, self.person, self.reading.org).step
        if account:
            yield account
        if step:
            yield step.with_field("AccountId", ACCOUNT) if account else step

    def _on_booking(self, person: Person | None) -> Iterator[Step]:
        wanted = prospect_wanted(self._part(RunKind.MEETING), self.submission.workspace, self.reading.users)
        steps = [plan_person(wanted, person, self.reading.org).step]
        steps += [
            plan_event(one, wanted, person.id if person else "", self.reading.org).step
            for one in wanted.meetings
        ]
        return filter(None, steps)

    def _owner_step(self, meeting: Meeting, person: Person) -> Step | None:
        policy = owner_policy(self.submission)
        user, why = user_of(meeting.host, self.reading.users.get(meeting.host_id))
        choice = known_beforehand(policy, person.object, user, why)
        choice = choice or choose_owner(policy, user, self._owner_facts(person))
        if policy == UpdateOwner.NEVER or not choice.write:
            return None
        return Step(person.object, {"OwnerId": user}, record_id=person.id)

    def _owner_facts(self, person: Person) -> OwnerFacts:
        connected = self.reading.connection.user_id
        owner = self.owner.get("Owner") or {}
        return OwnerFacts(
            object=person.object,
            owner_id=str(self.owner.get("OwnerId") or connected),
            owner_active=bool(owner.get("IsActive", True)),
            owner_name=str(owner.get("Name") or ""),
            connected_user=connected,
        )
