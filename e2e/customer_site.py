"""A customer's web site on an origin of its own: pages as a test writes them, and what it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Site</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><body>{body}</body></html>"""
FIELDS = """<label>E-mail <input type="email" name="email" required></label>
<label>Last name <input name="last_name"></label> <label>Company <input name="company"></label>"""


@dataclass
class Site:
    """`pages` maps a path to the body of its page, `files` to a script; `received` are the posts: path and fields."""

    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    received: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    policy: str = ""
    url: str = ""


class Web(ThreadingHTTPServer):
    def handle_error(self, *whom: object) -> None:
        """A visitor who left before the answer was there."""


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """The site, running; `url` is its origin. Every post is answered with a page that says thanks."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path in site.files:
                return self.send("text/javascript", site.files[path])
            return self.send("text/html", PAGE.format(body=site.pages.get(path, "Nothing here")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            site.received.append((self.path, parse_qsl(body, keep_blank_values=True)))
            self.send("text/html", PAGE.format(body="<h1>Thanks from the site</h1>"))

        def send(self, kind: str, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            if site.policy:
                self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *line: object) -> None:
            """Nobody reads along."""

    with Web(("127.0.0.1", 0), Answers) as web:
        Thread(target=web.serve_forever, daemon=True).start()
        site.url = f"http://127.0.0.1:{web.server_port}"
        yield site
        web.shutdown()


def marked_form(distro: str, router: str, more: str = "", attributes: str = "") -> str:
    """A page with a form of its own, marked for Distro, that leaves the page for /lead."""
    return (
        f'<h1>Contact</h1><form method="post" action="/lead" data-distro="{router}" {attributes}>{FIELDS} {more}'
        '<button name="from" value="footer">Send</button></form><p><a href="/elsewhere">Elsewhere</a></p>'
        f'<script src="{distro}/embed.js" data-router="{router}" async></script>'
    )
