"""Whom each owner run wants as the owner, who it is now, and whether that is to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.core.owner import OwnerChoice, choose_owner, known_beforehand
from crm_sync.core.steps import Step
from crm_sync.models import RecordLink, SyncRun
from routing.models import Meeting

from . import links, rechecks
from .log import log_fact
from .look import chunks, find_winner
from .parts import IN_ONE_COLLECTION
from .policy import owner_policy
from .reads import owner_query
from .snapshots import Group
from .turn import HEAVY, Turn, all_rows
from .users import fresh_mappings, user_of

KEEP_ASSIGNED = {"Sforce-Auto-Assign": "FALSE"}
GONE = "The record is gone from Salesforce, with its owner"


@dataclass
class Wish:
    """An owner run with the record whose owner is meant and the Salesforce user who is wanted, "" for none."""

    turn: Turn
    group: Group
    run: SyncRun
    link: RecordLink
    policy: str
    user: str
    why: str
    row: dict[str, Any] | None = None

    def leave(self, note: str = "") -> None:
        """Settle the run with the owner as it is."""
        leave(self.turn, self.run, note)

    def known(self) -> OwnerChoice | None:
        return known_beforehand(self.policy, self.link.object, self.user, self.why)

    @property
    def step(self) -> Step:
        fields = {"OwnerId": self.user}
        return Step(
            self.link.object,
            fields,
            record_id=self.link.record_id,
            headers=KEEP_ASSIGNED,
            runs=(self.run.pk,),
        )


def leave(turn: Turn, run: SyncRun, note: str) -> None:
    """Settle a run; at a later look, what it said before stands too."""
    run.notes += [note] if note else []
    turn.journal.finish(run)


def wishes_of(turn: Turn, pairs: Sequence[tuple[Group, SyncRun]]) -> list[Wish]:
    meetings: list[Meeting] = [run.meeting for _, run in pairs if run.meeting]
    hosts = [meeting.host for meeting in meetings]
    turn.ensure_users(hosts)
    mappings = fresh_mappings(hosts)
    wishes = []
    for (group, run), meeting in zip(pairs, meetings, strict=True):
        user, why = user_of(meeting.host, mappings.get(meeting.host_id))
        assert group.link
        wishes.append(Wish(turn, group, run, group.link, owner_policy(meeting.submission), user, why))
    return wishes


def still_open(wishes: Iterable[Wish]) -> list[Wish]:
    """Those for which the record must be read; the others are settled."""
    left = []
    for wish in wishes:
        known = wish.known()
        if known:
            wish.leave(known.note)
        else:
            left.append(wish)
    return left


def read_owners(turn: Turn, wishes: Sequence[Wish]) -> None:
    """Give each the row of its record; a converted Lead is followed to its Contact, a merged record to its winner."""
    by_object = {
        wish.link.object: [one for one in wishes if one.link.object == wish.link.object] for wish in wishes
    }
    parts = [
        owner_query(name, [wish.link.record_id for wish in some], f"owner_{name}_{number}")
        for name, several in by_object.items()
        for number, some in enumerate(chunks(several, IN_ONE_COLLECTION))
    ]
    rows: dict[str, dict[str, Any]] = {}
    for call in chunks(parts, HEAVY):
        for answer in turn.call(call):
            rows |= {str(row["Id"])[:15]: row for row in all_rows(turn.client, answer)}
    for wish in wishes:
        wish.row = rows.get(wish.link.record_id[:15])
        contact = wish.row.get("ConvertedContactId") if wish.row and wish.row.get("IsConverted") else None
        winner = "" if wish.row else find_winner(turn, wish.link.object, wish.link.record_id)
        if contact or winner:
            links.move_link(
                turn, wish.link, "Contact" if contact else wish.link.object, str(contact or winner)
            )
            read_owners(turn, [wish])
        elif wish.row:
            fields = {"OwnerId": wish.row["OwnerId"]}
            log_fact(turn.journal, [wish.run], "read", wish.link.object, wish.link.record_id, fields)


def decides_to_write(wish: Wish) -> bool:
    """Whether to write; if not, the run is settled."""
    if wish.run.pk not in wish.turn.journal.in_hand:
        return False
    if wish.row is None:
        wish.leave(GONE)
        return False
    # It may have been converted meanwhile, which makes it another object.
    choice = wish.known() or choose_owner(
        wish.policy, wish.user, links.owner_facts(wish.turn, wish.link, wish.row)
    )
    kept_by = wish.run.memo.get(links.KEPT_BY)
    if choice.write and kept_by:
        choice = OwnerChoice(False, f"{kept_by} changed the owner in Salesforce meanwhile, and that stands")
    again = rechecks.is_recheck(wish.run)
    if choice.write and again:
        owner = str((wish.row.get("Owner") or {}).get("Name") or "somebody else")
        wish.run.notes.append(rechecks.UNSTUCK.format(owner=owner))
    elif not choice.write:
        links.see_owner(wish.turn, wish.link, str(wish.row["OwnerId"]))
        wish.run.notes += [choice.note] if choice.note else []
        stays = again and not choice.note
        wish.turn.journal.finish(
            wish.run, rechecks.next_check(wish.turn.journal, wish.run) if stays else None
        )
    return choice.write
