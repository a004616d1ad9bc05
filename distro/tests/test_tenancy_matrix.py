"""Two tenants with everything each, and every address that the admin has: nothing of the one is shown to, offered to
or changed by the other. The tests read the admin's own registry, so a model registered later is tested too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

import lxml.html
import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ForeignKey, Model
from django.forms import ModelChoiceField
from django.http import HttpResponse
from django.test import Client

from distro.admin_cells import OpeningFilter
from distro.admin_site import SuperuserOnly
from distro.tenancy import TenantAdmin
from distro.tenant_rows import path_of
from distro.testing import factories
from routing.models import Role, Workspace

pytestmark = pytest.mark.django_db
REGISTRY = dict(admin.site._registry)
TENANT = {model: one for model, one in REGISTRY.items() if isinstance(one, TenantAdmin)}
INLINES = {inline.model for one in TENANT.values() for inline in one.inlines}
LABELS = sorted(model._meta.label for model in TENANT)
BY_LABEL = {model._meta.label: model for model in REGISTRY}
# Every name that the other tenant's rows are given begins so.
FOREIGN = re.compile(r"777\d{4}")
ABSENT = 999_999_999
PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
SITE_ADDRESSES = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "switch_workspace",
    "app_list",
}


@dataclass
class Tenant:
    workspace: Workspace
    owner: User
    rows: dict[type[Model], Model]


def build(first_number: int) -> Tenant:
    """A workspace with one row, at least, of every model that the admin shows."""
    factories.NUMBERS = count(first_number)
    workspace = factories.make_workspace()
    owner = factories.make_member(workspace, Role.OWNER).user
    # In the order of the table, in which what may exist once only comes before what would make another.
    wanted = [model for model in factories.FACTORIES if model in TENANT or model in INLINES]
    rows = {model: factories.FACTORIES[model](workspace) for model in wanted}
    return Tenant(workspace, owner, rows)


@pytest.fixture(scope="module")
def tenants(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Tenant, Tenant]]:
    numbers = factories.NUMBERS
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(1), build(7_770_000)
        transaction.set_rollback(True)
    factories.NUMBERS = numbers


@pytest.fixture
def ours(tenants: tuple[Tenant, Tenant]) -> Tenant:
    return tenants[0]


@pytest.fixture
def theirs(tenants: tuple[Tenant, Tenant]) -> Tenant:
    return tenants[1]


@pytest.fixture
def client(ours: Tenant) -> Client:
    client = Client()
    client.force_login(ours.owner)
    return client


def address(model: type[Model], tail: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{tail}"


def page(response: HttpResponse, hidden: str = "") -> str:
    """What the visitor reads, with what they asked for themselves taken out."""
    text = response.content.decode() + response.headers.get("Location", "")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(rf"\b{hidden}\b", "ID", text) if hidden else text


def everything(tenant: Tenant) -> dict[str, list[Any]]:
    """All of a tenant's rows as the database has them."""
    return {
        model._meta.label: list(
            model._default_manager.filter(**{path_of(model): tenant.workspace.pk}).order_by("pk").values()
        )
        for model in {*TENANT, *INLINES}
    }


def row_addresses(model: type[Model], pk: object) -> list[str]:
    """Every address of a model's admin that is about one row."""
    found = []
    for pattern in TENANT[model].get_urls():
        route = str(pattern.pattern)
        names = PLACEHOLDER.findall(route)
        if names and names != ["object_id"]:
            pytest.fail(
                f"{model.__name__} has the address {route}: teach this test what to put in for {names}."
            )
        if names:
            found.append(address(model, PLACEHOLDER.sub(str(pk), route)))
    return found


def list_addresses(model: type[Model]) -> list[str]:
    patterns = [str(pattern.pattern) for pattern in TENANT[model].get_urls()]
    return [address(model, route) for route in patterns if "<" not in route]


def whole_list(model: type[Model]) -> dict[str, str]:
    """The query that has a list show all of its rows, whatever it opens on."""
    filters = [one for one in TENANT[model].get_list_filter(None) if isinstance(one, type)]
    return {one.parameter_name: "all" for one in filters if issubclass(one, OpeningFilter)}


def references(response: HttpResponse) -> dict[str, type[Model]]:
    """The inputs of a page, inlines included, that name another row, and the model of it."""
    context = response.context_data
    forms = [context["adminform"].form]
    for one in context["inline_admin_formsets"]:
        forms += [*one.formset.forms, one.formset.empty_form]
    return {
        form.add_prefix(name): field.queryset.model
        for form in forms
        for name, field in form.fields.items()
        if isinstance(field, ModelChoiceField)
    }


def values_of(response: HttpResponse) -> dict[str, Any]:
    """What a browser would post if somebody pressed Save and had changed nothing."""
    forms = [
        one
        for one in lxml.html.fromstring(response.content).forms
        if (one.get("id") or "").endswith("_form") and one.get("id") != "logout-form"
    ]
    values: dict[str, Any] = {}
    for name, value in forms[0].form_values():
        # Browsers leave out the line break that HTML puts first in a text area.
        values.setdefault(name, []).append(value.removeprefix("\n"))
    return values


def test_every_registered_model_is_either_apart_or_for_superusers():
    for model, model_admin in REGISTRY.items():
        assert isinstance(model_admin, (TenantAdmin, SuperuserOnly)), model
    for model in {*TENANT, *INLINES}:
        assert hasattr(model, "workspace_path"), f"{model.__name__} is in the admin and has no workspace_path"
        assert model in factories.FACTORIES, (
            f"{model.__name__} is in the admin: give it a factory, in FACTORIES"
        )


def test_the_site_has_no_address_that_these_tests_do_not_know():
    prefixes = {model._meta.app_label for model in REGISTRY}
    names = {getattr(one, "name", None) for one in admin.site.get_urls()}
    names -= {name for name in names if name and name.split("_")[0] in {p.split("_")[0] for p in prefixes}}
    assert names - {None} == SITE_ADDRESSES


@pytest.mark.parametrize("label", LABELS)
def test_lists_show_nothing_foreign(client, theirs, label):
    model = BY_LABEL[label]
    for where in list_addresses(model):
        for query in (
            {},
            whole_list(model) | {"all": ""},
            {"_popup": "1", "_to_field": "id"},
            {"_facets": "True"},
        ):
            response = client.get(where, query, follow=True)
            assert response.status_code in (200, 403), (where, query)
            assert not FOREIGN.search(page(response)), (where, query)


@pytest.mark.parametrize("label", LABELS)
def test_our_rows_are_shown_with_nothing_foreign_beside_them(client, ours, label):
    """Pages, histories and the list of what would be deleted along with a row; and the row really is there."""
    model = BY_LABEL[label]
    pk = ours.rows[model].pk
    for where in row_addresses(model, pk):
        response = client.get(where)
        assert response.status_code in (200, 301, 302, 403, 405), where
        assert not FOREIGN.search(page(response)), where
    assert client.get(address(model, f"{pk}/change/")).status_code == 200
    everybody = client.get(address(model), whole_list(model))
    assert everybody.context_data["cl"].result_count > 0


@pytest.mark.parametrize("label", LABELS)
def test_a_foreign_row_is_answered_as_one_that_does_not_exist(client, theirs, label):
    model = BY_LABEL[label]
    pk = theirs.rows[model].pk
    before = everything(theirs)
    for foreign, absent in zip(row_addresses(model, pk), row_addresses(model, ABSENT), strict=True):
        for send in (client.get, lambda to: client.post(to, {"post": "yes", "name": "stolen", "_save": "1"})):
            answers = []
            for where, key in ((foreign, str(pk)), (absent, str(ABSENT))):
                response = send(where)
                client.get(
                    "/admin/password_change/"
                )  # takes the message that the redirect left, which names the id
                answers.append((response.status_code, page(response, key)))
            assert answers[0] == answers[1], foreign
            assert answers[0][0] in (301, 302, 403, 404, 405), foreign
    assert everything(theirs) == before


@pytest.mark.parametrize("label", LABELS)
def test_filters_and_search_find_nothing_foreign(client, theirs, label):
    model = BY_LABEL[label]
    opening = client.get(address(model))
    for spec in opening.context_data["cl"].filter_specs:
        related = getattr(getattr(spec, "field", None), "related_model", None)
        for parameter in spec.expected_parameters():
            for value in (theirs.rows[related].pk,) if related in theirs.rows else ("1",):
                response = client.get(address(model), {parameter: value}, follow=True)
                assert not FOREIGN.search(page(response).replace(str(value), "")), (parameter, value)
    for term in ("777", "host777", "lead777", theirs.workspace.slug):
        response = client.get(address(model), whole_list(model) | {"q": term})
        assert not FOREIGN.search(page(response).replace(term, "")), term
        if TENANT[model].search_fields:
            assert response.context_data["cl"].result_count == 0, term


@pytest.mark.parametrize("label", LABELS)
def test_actions_do_nothing_to_foreign_rows(client, theirs, label):
    model = BY_LABEL[label]
    before = everything(theirs)
    choices = client.get(address(model), whole_list(model)).context_data["action_form"]
    names = [name for name, _ in choices.fields["action"].choices if name] if choices else []
    for name in names:
        for query in ("", f"?{urlencode(whole_list(model))}"):
            for across in ("0", "1"):
                sent = {"action": name, "_selected_action": [theirs.rows[model].pk], "select_across": across}
                response = client.post(address(model, query), sent | {"post": "yes"}, follow=True)
                assert not FOREIGN.search(page(response)), name
    assert everything(theirs) == before


@pytest.mark.parametrize("label", LABELS)
def test_no_reference_can_be_set_to_a_foreign_row(client, ours, theirs, label):
    model = BY_LABEL[label]
    where = address(model, f"{ours.rows[model].pk}/change/")
    opened = client.get(where)
    if not opened.context_data["has_change_permission"]:
        assert client.post(where, {"name": "changed"}).status_code == 403
        return
    values = values_of(opened)
    with transaction.atomic():
        assert client.post(where, values).status_code == 302, "nothing changed, and yet it cannot be saved"
        transaction.set_rollback(True)
    before = everything(theirs)
    for name, related in references(opened).items():
        if "__prefix__" in name or related not in theirs.rows:
            continue
        own = everything(ours)
        response = client.post(where, {**values, name: theirs.rows[related].pk})
        assert response.status_code == 200, name
        assert not FOREIGN.search(page(response)), name
        assert response.context_data["errors"], name
        assert everything(ours) == own, name
    assert everything(theirs) == before


@pytest.mark.parametrize("label", LABELS)
def test_inlines_take_no_foreign_id_nor_parent(client, ours, theirs, label):
    model = BY_LABEL[label]
    where = address(model, f"{ours.rows[model].pk}/change/")
    opened = client.get(where)
    before = everything(theirs)
    for one in opened.context_data["inline_admin_formsets"]:
        formset = one.formset
        inline = formset.model
        if not opened.context_data["has_change_permission"] or inline not in theirs.rows:
            continue
        foreign = theirs.rows[inline]
        values = values_of(opened)
        assert formset.initial_forms, (
            f"{label} has no {inline.__name__} to test with: let its factory make one"
        )
        stolen = {f"{formset.prefix}-0-id": foreign.pk}
        moved = {f"{formset.prefix}-0-{formset.fk.name}": getattr(foreign, formset.fk.attname)}
        for forged in (stolen, moved, stolen | {f"{formset.prefix}-0-DELETE": "on"}):
            client.post(where, {**values, **forged})
            assert everything(theirs) == before, (inline, forged)


@pytest.mark.parametrize("label", LABELS)
def test_nothing_can_be_added_to_a_foreign_workspace(client, ours, theirs, label):
    """The workspace is the session's: a post that names another is not believed."""
    model = BY_LABEL[label]
    before = everything(theirs)
    opened = client.get(address(model, "add/"))
    if opened.status_code == 403:
        return
    values = values_of(opened)
    values |= {"workspace": [theirs.workspace.pk], "workspace_id": [theirs.workspace.pk], "name": ["forged"]}
    client.post(address(model, "add/"), values)
    for name, related in references(opened).items():
        if related in theirs.rows and "__prefix__" not in name:
            response = client.post(address(model, "add/"), {**values, name: theirs.rows[related].pk})
            assert response.status_code == 200, name
            assert not FOREIGN.search(page(response)), name
    assert everything(theirs) == before


def test_autocomplete_offers_nothing_foreign(client, theirs):
    asked = 0
    for model in {*TENANT, *INLINES}:
        for field in model._meta.fields:
            if not isinstance(field, ForeignKey):
                continue
            sent = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
            }
            for term in ("", "777", "host777"):
                response = client.get("/admin/autocomplete/", sent | {"term": term})
                assert response.status_code in (200, 403, 404), sent
                assert not FOREIGN.search(page(response)), sent
                asked += response.status_code == 200
    assert asked > 20


def test_first_page_and_frame_of_every_page_tell_nothing_foreign(client, theirs):
    for where in ("/admin/", "/admin/password_change/", "/admin/routing/", "/admin/crm_sync/"):
        response = client.get(where)
        assert response.status_code == 200
        assert not FOREIGN.search(page(response)), where


@pytest.mark.parametrize("label", sorted(model._meta.label for model in REGISTRY if model not in TENANT))
def test_what_is_not_kept_apart_exists_for_superusers_alone(client, label):
    model_admin = REGISTRY[BY_LABEL[label]]
    for pattern in model_admin.get_urls():
        route = PLACEHOLDER.sub("1", re.sub(r"\(\?P<\w+>[^)]*\)\??|[\^$?]", "", str(pattern.pattern)))
        response = client.get(address(model_admin.model, route))
        assert response.status_code == 404, route
