"""The demo company's own web site, on an origin of its own: its form, Distro's in the page, the call; and sent mail.

`python -m distro.demo.site PORT FACTS.json`; the facts are those of `distro.demo.company.site_facts` and `mail`.
"""

from __future__ import annotations

import json
import re
import sys
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from distro.demo.mails import Mail, read_mails

PAGES = Path(__file__).parent / "pages"
INPUTS = {"email": "email", "phone": "tel", "url": "url", "number": "number", "date": "date"}
ADDRESS = re.compile(r"https?://[^\s<>&]+")
FILES = {"site.css": "text/css", "site.js": "text/javascript"}
Lead = list[tuple[str, str]]


def create_site(facts: dict[str, Any]) -> Starlette:
    """The site as an ASGI application."""
    mails = Path(facts["mail"])
    questions = "\n".join(question(one) for one in facts["fields"])
    leads: list[Lead] = []

    def plain(name: str) -> Route:
        return Route(f"/{name}/", lambda request: page(f"{name}.html", facts))

    def home(request: Request) -> Response:
        return page("home.html", facts, questions=questions)

    async def hear(request: Request) -> Response:
        form = await request.form()
        leads.insert(0, [(name, str(text)) for name, text in form.multi_items()])
        return RedirectResponse("/thanks/", 303)

    def lead_list(request: Request) -> Response:
        shown = "\n".join(map(lead_item, leads))
        return page("leads.html", facts, leads=shown or "<p>No lead yet. Send a form, and it is here.</p>")

    def mail_list(request: Request) -> Response:
        shown = "\n".join(mail_item(one) for one in read_mails(mails))
        return page("mail.html", facts, mails=shown or "<p>No mail yet. Book a meeting, and it is here.</p>")

    def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            return HTMLResponse("There is nothing here.", 404)
        return FileResponse(PAGES / name, media_type=FILES[name])

    routes = [
        Route("/", home),
        Route("/thanks/", hear, methods=["POST"]),
        Route("/leads/", hear, methods=["POST"]),
        Route("/leads/", lead_list),
        *map(plain, ("thanks", "inline", "call")),
        Route("/mail/", mail_list),
        Route("/static/{name}", static),
    ]
    return Starlette(routes=routes)


def page(name: str, facts: dict[str, Any], **parts: str) -> HTMLResponse:
    """A page of the folder `pages` with its placeholders filled; the parts are HTML already."""
    template = Template((PAGES / name).read_text())
    common = {key: escape(facts[key]) for key in ("company", "distro", "router")}
    headers = {"Content-Security-Policy": policy(facts["distro"])}
    return HTMLResponse(template.substitute(common, **parts), headers=headers)


def policy(distro: str) -> str:
    """As strict as a site's policy gets; what Distro needs of it is a script and a frame."""
    return (
        f"default-src 'none'; script-src 'self' {distro}; frame-src {distro}; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'"
    )


def question(field: dict[str, Any]) -> str:
    """One question of the form, as HTML."""
    key, kind = escape(field["key"]), field["type"]
    if kind == "hidden":
        return f'<input type="hidden" name="{key}" value="">'
    star = "" if field["required"] else ' <span class="optional">optional</span>'
    label = escape(field["label"])
    must = " required" if field["required"] else ""
    if kind == "multiselect":
        return f'<fieldset data-field="{key}"><legend>{label}{star}</legend>{choices(field)}</fieldset>'
    if kind == "checkbox":
        return f'<label class="choice" data-field="{key}"><input type="checkbox" name="{key}"{must}> {label}</label>'
    return f'<label data-field="{key}"><span>{label}{star}</span>{control(field, must)}</label>'


def choices(field: dict[str, Any]) -> str:
    """The check boxes of a question with several answers."""
    key = escape(field["key"])
    options = map(escape, field["options"])
    box = f'<input type="checkbox" name="{key}" data-many'
    return "".join(f'<label class="choice">{box} value="{one}"> {one}</label>' for one in options)


def control(field: dict[str, Any], must: str) -> str:
    """The control of a question with one answer."""
    key, kind = escape(field["key"]), field["type"]
    if kind == "textarea":
        return f'<textarea name="{key}" rows="3"{must}></textarea>'
    if kind == "select":
        options = "".join(f"<option>{escape(one)}</option>" for one in field["options"])
        return f'<select name="{key}"{must}><option value="">Please choose</option>{options}</select>'
    return f'<input type="{INPUTS.get(kind, "text")}" name="{key}"{must}>'


def mail_item(mail: Mail) -> str:
    """One mail, folded up."""
    attached = "".join(f"<li>{escape(one)}</li>" for one in mail.attachments)
    files = f'<ul class="attached">{attached}</ul>' if attached else ""
    return (
        f'<details class="mail"><summary><b>{escape(mail.subject)}</b>'
        f"<span>to {escape(mail.to)}</span><time>{escape(mail.date)}</time></summary>"
        f"<pre>{linked(mail.text)}</pre>{files}</details>"
    )


def lead_item(lead: Lead) -> str:
    """One lead: what was sent, in its order."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in lead if text)
    return f'<dl class="lead">{rows}</dl>'


def linked(text: str) -> str:
    """The text as HTML, its web addresses as links."""
    return ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', escape(text))


def main(port: int, facts_file: Path) -> None:
    """Serve until SIGTERM."""
    site = create_site(json.loads(facts_file.read_text()))
    uvicorn.run(site, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
