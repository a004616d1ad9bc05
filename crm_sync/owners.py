"""One attempt at an owner run: read who owns the record, decide, write, and read back."""

from __future__ import annotations

from typing import Any

from crm_sync.core.judging import judge
from crm_sync.core.matching import same_id
from crm_sync.core.outcomes import Verdict
from crm_sync.core.owner import OwnerChoice, choose_owner, known_beforehand
from crm_sync.core.steps import Step
from crm_sync.models import RecordLink, RunKind, RunState, SyncRun
from crm_sync.salesforce.client import Subrequest
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.soql import record_path
from routing.models import Meeting, Status

from . import links
from .log import log_done, log_fact, log_refused, log_steps
from .look import find_winner
from .parts import owner_query
from .policy import owner_policy
from .runs import begin, block, fail, finish
from .snapshots import Group
from .turn import Turn
from .users import fresh_mappings, user_of

KEEP_ASSIGNED = {"Sforce-Auto-Assign": "FALSE"}
OPEN = (RunState.WAITING, RunState.RUNNING, RunState.NEEDS_PERSON, RunState.NEEDS_RECONNECTING)


def settle_owner(turn: Turn, group: Group, run: SyncRun) -> None:
    """Make the host the owner where the router wants it. Raises SalesforceFault where a call failed as a whole."""
    note = _needless(run)
    link = RecordLink.objects.filter(prospect=group.prospect).first()
    if not note and _is_early(group, run, link):
        block(turn.claim, run)
        return
    begin(turn.claim, [run])
    if note or link is None:
        _leave(turn, run, note or "Salesforce has no record of this person, so there is no owner to change")
        return
    meeting: Meeting = run.meeting  # type: ignore[assignment]
    policy = owner_policy(meeting.submission)
    turn.ensure_users([meeting.host])
    user, why = user_of(meeting.host, fresh_mappings([meeting.host]).get(meeting.host_id))
    known = known_beforehand(policy, link.object, user, why)
    row = None if known else _read(turn, run, link)
    if row is None:
        _leave(turn, run, known.note if known else "The record is gone from Salesforce, with its owner")
        return
    choice = known_beforehand(policy, link.object, user, why)  # it may have been converted meanwhile
    choice = choice or choose_owner(policy, user, links.owner_facts(turn, link, row))
    kept_by = run.memo.get(links.KEPT_BY)
    if choice.write and kept_by:
        choice = OwnerChoice(False, f"{kept_by} changed the owner in Salesforce meanwhile, and that stands")
    if choice.write:
        _write(turn, run, link, user)
        return
    links.see_owner(turn, link, str(row["OwnerId"]))
    _leave(turn, run, choice.note)


def _leave(turn: Turn, run: SyncRun, note: str) -> None:
    """Settle the run with the owner as it is."""
    run.notes += [note] if note else []
    finish(turn.claim, run)


def _needless(run: SyncRun) -> str:
    """Why nothing is to be done any more, "" where there is."""
    meeting = run.meeting
    assert meeting
    if meeting.status == Status.CANCELLED:
        return "The meeting was cancelled before its owner was due, so the owner stays"
    later = SyncRun.objects.filter(
        prospect=run.prospect, kind=RunKind.OWNER, meeting__created_at__gt=meeting.created_at
    )
    if later.exclude(meeting__status=Status.CANCELLED).exists():
        return "A later booking decides about the owner"
    return ""


def _is_early(group: Group, run: SyncRun, link: RecordLink | None) -> bool:
    """Whether person and Event are still to come."""
    others = SyncRun.objects.filter(prospect=group.prospect, state__in=OPEN)
    if link is None and others.filter(kind=RunKind.PERSON).exists():
        return True
    return others.filter(kind=RunKind.MEETING, meeting=run.meeting).exists()


def _read(turn: Turn, run: SyncRun, link: RecordLink) -> dict[str, Any] | None:
    """The record's row with its owner; a converted Lead is followed to its Contact, a merged record to its winner."""
    (answer,) = turn.call([owner_query(link.object, link.record_id)])
    rows = answer.rows
    contact = rows[0].get("ConvertedContactId") if rows and rows[0].get("IsConverted") else None
    winner = "" if rows else find_winner(turn, link.object, link.record_id)
    if contact or winner:
        links.move_link(turn, link, "Contact" if contact else link.object, str(contact or winner))
        return _read(turn, run, link)
    if not rows:
        return None
    fields = {"OwnerId": rows[0]["OwnerId"]}
    log_fact(turn.claim, [run], "read", link.object, link.record_id, fields)
    return rows[0]


def _write(turn: Turn, run: SyncRun, link: RecordLink, user: str) -> None:
    step = Step(
        link.object, {"OwnerId": user}, record_id=link.record_id, headers=KEEP_ASSIGNED, runs=(run.pk,)
    )
    (logged,) = log_steps(turn.claim, {run.pk: run}, [step])
    path = record_path(step.object, step.record_id)
    try:
        written, read = turn.call(
            [
                Subrequest("PATCH", path, "write", step.fields, step.headers),
                Subrequest("GET", f"{path}?fields=OwnerId", "read_back"),
            ]
        )
    except SalesforceFault as fault:
        log_refused(turn.claim, logged, fault)
        raise
    if written.fault:
        log_refused(turn.claim, logged, written.fault)
        _fail(turn, run, step, written.fault)
        return
    log_done(turn.claim, logged, link.record_id)
    links.see_owner(turn, link, user)
    if read.fault is None:
        stands = str(read.body.get("OwnerId") or "")
        log_fact(turn.claim, [run], "read", link.object, link.record_id, {"OwnerId": stands})
        if not same_id(stands, user):
            run.notes.append(
                "Salesforce took the new owner, and something in the org changed it again at once"
            )
    finish(turn.claim, run)


def _fail(turn: Turn, run: SyncRun, step: Step, fault: SalesforceFault) -> None:
    judgement = judge(fault, step)
    kinds = (Verdict.TRY_AGAIN, Verdict.NEEDS_RECONNECTING)
    verdict = judgement.verdict if judgement.verdict in kinds else Verdict.NEEDS_PERSON
    fail(turn.claim, run, verdict, fault.code, fault.message, judgement.remedy)
