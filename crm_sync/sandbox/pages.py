"""Pages for a person who wants to look: lists, a record with its history, the calls, the authorise page."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from . import oauth
from .ids import to18
from .org import Org
from .schema import Field, SObject
from .store import Row
from .values import show

STYLE = Path(__file__).with_name("sandbox.css")
POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
LISTS: dict[str, tuple[str, ...]] = {
    "Lead": ("Name", "Company", "Email", "Status", "OwnerId", "CreatedDate"),
    "Contact": ("Name", "AccountId", "Email", "Title", "OwnerId", "CreatedDate"),
    "Account": ("Name", "Website", "Industry", "OwnerId", "CreatedDate"),
    "Event": ("Subject", "WhoId", "StartDateTime", "EndDateTime", "OwnerId", "CreatedDate"),
}
RECORD = re.compile(r"/(?:lightning/r/(?:\w+/)?)?([A-Za-z0-9]{15,18})(?:/view)?/?")
LIST = re.compile(r"/lightning/o/(\w+)(?:/list|/home)?/?")
SHOWN = 50
SYSTEM = {"IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}


def page(org: Org, title: str, content: str, status: int = 200) -> HTMLResponse:
    links = "".join(f'<a href="/lightning/o/{name}/list">{org.schema[name].plural}</a>' for name in LISTS)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · {escape(org.name)}</title><link rel="stylesheet" href="/sandbox.css"></head>'
        f'<body><header><a class="org" href="/">{escape(org.name)}</a><nav>{links}<a href="/calls">API calls</a></nav>'
        f"</header><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(text, status, headers | {"Referrer-Policy": "no-referrer"})


def cell(org: Org, value: Any) -> str:
    """A value for a person; ids as links that carry the other record's name."""
    if isinstance(value, str) and (target := org.store.find(value)):
        table = org.schema.of_id(value)
        name = target.get(table.name_field) if table else None
        return f'<a href="/{value}">{escape(str(name or value))}</a>'
    if value is None:
        return '<span class="none">–</span>'
    if isinstance(value, dict):
        return escape(", ".join(str(one) for one in value.values() if one))
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(show(value))
    return escape(text.replace("T", " ").replace(".000+0000", " UTC") if hasattr(value, "hour") else text)


def table_of(org: Org, table: SObject, names: tuple[str, ...], rows: list[Row]) -> str:
    if not rows:
        return '<p class="none">Nothing here yet.</p>'
    labels = [table.fields[name.lower()].label.removesuffix(" ID") for name in names]
    heads = "".join(f"<th scope=col>{escape(label)}</th>" for label in labels)
    lines = []
    for row in rows:
        first, *rest = names
        link = (
            f'<a href="/lightning/r/{table.name}/{row["Id"]}/view">{escape(str(row[first] or row["Id"]))}</a>'
        )
        cells = "".join(f"<td>{cell(org, row[name])}</td>" for name in rest)
        lines.append(f"<tr><td>{link}</td>{cells}</tr>")
    body = "".join(lines)
    return scrolling(heads, body)


def scrolling(heads: str, body: str) -> str:
    """A table that scrolls sideways by itself on a narrow screen."""
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>'


def newest(org: Org, table: SObject, most: int | None = SHOWN) -> list[Row]:
    return list(reversed(list(org.store.live(table.name))))[:most]


def home(org: Org) -> Response:
    parts = []
    for name, columns in LISTS.items():
        table = org.schema[name]
        count = sum(1 for _ in org.store.live(name))
        parts.append(f"<section><h2>{table.plural} <small>{count}</small></h2>")
        parts.append(table_of(org, table, columns, newest(org, table, 10)) + "</section>")
    about = f"<p>Organization {org.id} · {org.quota_used} of {org.daily_limit} API requests today</p>"
    return page(org, "Records", about + "".join(parts))


def object_list(org: Org, name: str) -> Response:
    table = org.schema.get(name)
    if table is None:
        return page(org, "Not found", f"<p>This org has no object {escape(name)}.</p>", 404)
    columns = LISTS.get(table.name) or (table.name_field, "CreatedDate")
    return page(org, table.plural, table_of(org, table, columns, newest(org, table, 500)))


def record_page(org: Org, record_id: str) -> Response:
    row = org.store.find(to18(record_id) or "")
    table = org.schema.of_id(record_id)
    if row is None or table is None:
        return page(org, "Not found", f"<p>There is no record {escape(record_id)} in this org.</p>", 404)
    state = '<p class="flag">In the recycle bin</p>' if row["IsDeleted"] else ""
    title = str(row.get(table.name_field) or row["Id"])
    history = f"<h2>History</h2>{history_of(org, row)}"
    content = f"<p>{table.label} · {row['Id']}</p>{state}{fields_of(org, table, row)}{meetings_of(org, row)}{history}"
    return page(org, title, content)


def fields_of(org: Org, table: SObject, row: Row) -> str:
    """Filled fields, the org's own first and the system's last; blank ones folded away."""

    def lines(fields: list[Field]) -> str:
        cells = (
            f"<div><dt>{escape(one.label)} <code>{one.name}</code></dt><dd>{cell(org, row.get(one.name))}</dd></div>"
            for one in fields
        )
        return f"<dl>{''.join(cells)}</dl>"

    shown = [one for one in table if one.name != "Id"]
    filled = [one for one in shown if row.get(one.name) is not None]
    filled.sort(key=lambda one: (one.name in SYSTEM, not one.custom))
    blank = [one for one in shown if row.get(one.name) is None]
    return f"{lines(filled)}<details><summary>{len(blank)} blank fields</summary>{lines(blank)}</details>"


def meetings_of(org: Org, row: Row) -> str:
    table = org.schema["Event"]
    found = [one for one in newest(org, table, None) if one["WhoId"] == row["Id"]]
    return f"<h2>Events</h2>{table_of(org, table, LISTS['Event'], found)}" if found else ""


def history_of(org: Org, row: Row) -> str:
    """Every write of a record since the last reset of the log, newest first."""
    entries = []
    for one in reversed([w for w in org.store.writes if w.id == row["Id"]]):
        fields = "".join(
            f"<li><code>{name}</code> {cell(org, old)} → {cell(org, new)}</li>"
            for name, (old, new) in one.fields.items()
            if new is not None or old is not None
        )
        who = f"{cell(org, one.by)}{f', call {one.call}' if one.call else ''}"
        entries.append(f"<li><p>{one.action} by {who}, {cell(org, one.at)}</p><ul>{fields}</ul></li>")
    return f'<ol class="history">{"".join(entries)}</ol>' if entries else '<p class="none">No writes yet.</p>'


def calls_page(org: Org) -> Response:
    lines = []
    for one in list(reversed(org.calls.entries))[:200]:
        inner = "".join(f"<li>{escape(sub)}</li>" for sub in one.subrequests)
        inner = f"<ul>{inner}</ul>" if inner else ""
        cells = (
            one.at.strftime("%H:%M:%S"),
            one.user or "–",
            one.status if one.status is not None else "…",
            one.fault or "",
        )
        cols = "".join(f"<td>{escape(str(value))}</td>" for value in cells)
        path = escape(one.path if "oauth" not in one.path else one.path.split("?")[0])
        lines.append(f"<tr><td>{one.number}</td>{cols}<td>{one.method} <code>{path}</code>{inner}</td></tr>")
    heads = "".join(
        f"<th scope=col>{name}</th>" for name in ("No.", "Time (UTC)", "User", "Status", "Fault", "Call")
    )
    body = "".join(lines)
    return page(org, "API calls", f"<p>{org.calls.count} since the last reset.</p>{scrolling(heads, body)}")


def authorize_page(org: Org, ask: oauth.Ask, ticket: str) -> Response:
    """Who asks, for what, and as whom to allow it."""
    chosen = (ask.login_hint or org.approve_as).lower()
    people = [one for one in org.store.live("User") if one["IsActive"] and one["UserType"] == "Standard"]
    options = "".join(
        f'<option value="{one["Id"]}"{" selected" if chosen in (one["Username"].lower(), one["Email"]) else ""}>'
        f"{escape(one['Name'])} ({escape(one['Username'])}), {cell_text(org, one['ProfileId'])}</option>"
        for one in people
    )
    scopes = "".join(
        f"<li>{escape(text)}</li>" for text in dict.fromkeys(oauth.SCOPES[one] for one in ask.scopes)
    )
    content = (
        '<form class="card" method="post" action="/services/oauth2/authorize">'
        f"<p><strong>{escape(ask.app.name)}</strong> asks for access to this org. It could:</p><ul>{scopes}</ul>"
        f'<input type="hidden" name="ticket" value="{ticket}">'
        f'<label for="user">Connect as</label><select id="user" name="user">{options}</select>'
        '<p class="buttons"><button name="answer" value="deny">Deny</button>'
        '<button class="main" name="answer" value="allow">Allow</button></p></form>'
    )
    return page(org, "Allow access?", content)


def cell_text(org: Org, record_id: str) -> str:
    return escape(str((org.store.find(record_id) or {}).get("Name", "")))


def oauth_error(org: Org, fault: oauth.OAuthFault) -> Response:
    """Faults of the app itself stay on Salesforce's page; the browser does not come back."""
    text = "<p>We can't authorize you because of an OAuth error.</p>"
    text += f"<p><code>{escape(fault.error)}</code>: {escape(fault.description)}</p>"
    return page(org, "OAuth error", text, fault.status)


def answer(org: Org, request: Request) -> Response:
    """A page for this path; 404 in words for anything else."""
    path = request.url.path
    if request.method not in ("GET", "HEAD"):
        return PlainTextResponse("This page can only be read.", 405, {"Allow": "GET, HEAD"})
    if path == "/sandbox.css":
        return FileResponse(STYLE, media_type="text/css")
    if path in ("/", "/calls"):
        return home(org) if path == "/" else calls_page(org)
    if found := LIST.fullmatch(path):
        return object_list(org, found[1])
    if found := RECORD.fullmatch(path):
        return record_page(org, found[1])
    return page(
        org, "Not found", "<p>The local org has no such page. Setup pages exist in real orgs only.</p>", 404
    )
