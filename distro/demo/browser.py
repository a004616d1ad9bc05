"""Just enough of a browser to click through forms: what a person does at the first start, done for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

SECONDS = 30


@dataclass
class Form:
    """A form of a page: where it goes and what it sends; `buttons` are names and values to choose from."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class FormReader(HTMLParser):
    """Collects a page's forms with the values that an untouched form would send."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.forms, self.select = url, list[Form](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(urljoin(self.url, given.get("action", ""))))
        elif self.forms:
            self.read_input(tag, given, self.forms[-1])

    def read_input(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in given or self.select not in form.fields):
            form.fields[self.select] = value
        elif tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "input" and name:
            is_choice = given.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in given:
                form.fields[name] = value


class Browser:
    """A session with cookies that shows one page after another."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept"] = "text/html"
        self.page = requests.Response()

    def open(self, url: str) -> None:
        """Follow a link."""
        self.page = self.session.get(url, timeout=SECONDS)

    def form_with(self, name: str) -> Form:
        """The form of this page that has a field or button called `name`. LookupError where there is none."""
        reader = FormReader(self.page.url)
        reader.feed(self.page.text)
        for form in reader.forms:
            if name in form.fields or name in dict(form.buttons):
                return form
        raise LookupError(f"{self.page.url} (status {self.page.status_code}) has no form with {name}")

    def submit(self, form: Form, **values: str) -> None:
        """Send the form with these values, as from the page it is on, and follow to where that leads."""
        headers = {"Referer": self.page.url}
        self.page = self.session.post(form.action, form.fields | values, headers=headers, timeout=SECONDS)
