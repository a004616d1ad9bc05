"""A simulation told to a person: what happens and why, who is next, the first times, and what is written where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from ..core.rotation import standing_json
from ..core.titles import as_text
from ..core.values import TraceEntry
from .running import Simulation

OUTCOMES = {
    "book": "The prospect is offered times.",
    "message": "The prospect is shown a message: {message}",
    "redirect": "The prospect is sent on to {redirect_url}",
}
NOBODY = "Nobody has a free time: the booking page offers to leave a message instead."


def tell(told: Simulation, timezone: str) -> str:
    """The story as plain text; times on the clock of `timezone`."""
    parts = [
        _outcome(told),
        ["Rules", *(line for entry in told.trace for line in _entry(entry))],
        _who(told),
        _times(told, timezone),
        _crm(told),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _outcome(told: Simulation) -> list[str]:
    decision = told.decision
    text = OUTCOMES[decision.outcome].format(message=decision.message, redirect_url=decision.redirect_url)
    return [text, f"Decided by {_rule(decision.rule.kind, decision.rule.name)}."]


def _rule(kind: str, name: str | None) -> str:
    return "the router's default" if name is None else f'the {kind} rule "{name}"'


def _entry(entry: TraceEntry) -> Iterator[str]:
    name = "Default" if entry.name is None else f"{entry.name} ({entry.kind})"
    yield f"  {'yes' if entry.matched else 'no ':3} {name}: {entry.why}"
    for one in entry.conditions:
        wanted = ", ".join(map(as_text, one.value)) if isinstance(one.value, tuple) else as_text(one.value)
        actual = as_text(one.actual) or "blank"
        asked = " ".join(filter(None, (one.field, one.op, wanted)))
        found = f"it is {actual}" if one.known else "it could not be looked up"
        yield f"        {'holds' if one.holds else 'fails'}: {asked}; {found}"


def _who(told: Simulation) -> list[str]:
    if told.decision.outcome != "book":
        return []
    emails = {key: host.email for key, host in told.hosts.items()}
    rows = [
        [str(row[name]) for name in ("host", "weight", "turns", "shortfall")]
        for row in standing_json(told.standing, emails)
    ]
    table = list(_table(["host", "weight", "turns", "shortfall"], rows)) if rows else []
    candidates = ", ".join(emails[key] for key in told.decision.candidates)
    lines = [f"  Candidates: {candidates}", f"  {told.why_next}"] if candidates else [f"  {NOBODY}"]
    return ["Who", *lines, *table]


def _times(told: Simulation, timezone: str) -> list[str]:
    zone = ZoneInfo(timezone)
    rows = [
        [f"{slot.start.astimezone(zone):%a %d %b %Y}", *(f"{at.astimezone(zone):%H:%M}" for at in span)]
        for slot in told.slots
        for span in [(slot.start, slot.end)]
    ]
    return [f"First times ({timezone})", *_table(["day", "from", "to"], rows)] if rows else []


def _crm(told: Simulation) -> list[str]:
    foreseen = told.foreseen
    if foreseen.failed:
        return ["Salesforce", f"  {foreseen.failed}: what would be found and written there is not known."]
    person = foreseen.person
    owner = f", owned by {person.owner}" if person and person.owner else ""
    found = f"  {person.object} {person.id}{owner}" if person else "  Nobody is known by this e-mail."
    lines = ["Salesforce", found]
    for write in foreseen.planned:
        lines.append(f"  {write.when}: {write.action} {write.object} {write.id or '(new)'}")
        values = [
            [name, "(known then)" if value is None else as_text(value)]
            for name, value in write.fields.items()
        ]
        lines += [f"  {line}" for line in _table([], values)]
    return lines if foreseen.planned else [*lines, "  Nothing is written."]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Columns side by side, each as wide as its widest cell."""
    lines = [list(row) for row in rows]
    lines = [list(heads), *lines] if heads else lines
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
