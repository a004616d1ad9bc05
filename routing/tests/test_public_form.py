"""GET /r/KEY/: the hosted form."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
import time_machine
from django.test import Client

from distro.testing.factories import make_router
from routing.models import FieldType, FormField, Router, Submission

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html", "Origin": "http://testserver"}


class Inputs(HTMLParser):
    """The inputs of a page as (name, type, value)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea"):
            self.found.append((given["name"] or "", given.get("type") or tag, given.get("value") or ""))


@pytest.fixture
def router() -> Router:
    return make_router()


def inputs(client: Client, path: str) -> list[tuple[str, str, str]]:
    return Inputs(client.get(path).content.decode()).found


def test_every_type_of_field_has_its_input(client: Client, router: Router) -> None:
    router.form.fields.exclude(type=FieldType.EMAIL).delete()
    for kind in set(FieldType.values) - {"email"}:
        options = ["A", "B"] if "select" in kind else []
        FormField.objects.create(form=router.form, key=kind, type=kind, options=options)
    found = {(name, kind) for name, kind, _ in inputs(client, f"/r/{router.key}/")}
    assert found >= {
        ("email", "email"), ("text", "text"), ("textarea", "textarea"), ("phone", "tel"), ("url", "url"),
        ("number", "text"), ("date", "date"), ("select", "select"), ("multiselect", "checkbox"),
        ("checkbox", "checkbox"), ("hidden", "hidden"),
    }  # fmt: skip


def test_the_address_fills_the_form_in(client: Client, router: Router) -> None:
    FormField.objects.create(form=router.form, key="plan", type=FieldType.HIDDEN)
    found = inputs(client, f'/r/{router.key}/?email=a%40b.example&plan=pro&utm_source="ad"&nothing=x')
    assert ("email", "email", "a@b.example") in found
    assert ("plan", "hidden", "pro") in found
    assert ("utm_source", "hidden", '"ad"') in found
    assert "nothing" not in {name for name, *_ in found}


def test_what_the_page_carries_comes_back_whole(client: Client, router: Router) -> None:
    with time_machine.travel("2026-12-01T10:00:00Z", tick=False) as clock:
        post = {name: value for name, _, value in inputs(client, f"/r/{router.key}/?utm_source=ad")}
        clock.shift(2)
        post |= {"email": "a@b.example", "last_name": "x"}
        answer = client.post(f"/r/{router.key}/submissions", post, headers=BROWSER)
    submission = Submission.objects.get()
    assert answer.status_code == 303
    assert submission.utm == {"source": "ad"}
    assert submission.source_url == f"http://testserver/r/{router.key}/?utm_source=ad"


def test_a_form_sent_too_quickly_can_be_sent_again_as_it_is_shown(client: Client, router: Router) -> None:
    path = f"/r/{router.key}/submissions"
    with time_machine.travel("2026-12-01T10:00:00Z", tick=False) as clock:
        post = {name: value for name, _, value in inputs(client, f"/r/{router.key}/")}
        refused = client.post(path, post | {"email": "a@b.example", "last_name": "x"}, headers=BROWSER)
        assert (refused.status_code, "That was very quick" in refused.content.decode()) == (422, True)
        clock.shift(1)
        again = {name: value for name, _, value in Inputs(refused.content.decode()).found}
        assert client.post(path, again, headers=BROWSER).status_code == 303


def test_the_form_asks_only_a_few_things_of_the_database(
    client: Client, router: Router, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(3):
        client.get(f"/r/{router.key}/")
