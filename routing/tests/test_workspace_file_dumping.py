"""Dumping a workspace: what is printed loads as a no-op, and reads well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.demo import WORKSPACE_FILE
from routing.models import Workspace
from routing.tests.random_files import files, tricky
from routing.tests.workspace_files import ACME_FILE, acme
from routing.workspace_file import compare, dump, load, read_file, read_text
from routing.workspace_file.emitting import emit

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    | tricky,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(categories=["L", "N", "P", "Z"])), inner)
    ),
)


@given(values)
def test_whatever_is_written_is_read_back(value: Any) -> None:
    assert read_text(emit({"a": value, "b": [value]})) == {"a": value, "b": [value]}


@pytest.mark.django_db
@pytest.mark.parametrize("file", [ACME_FILE, WORKSPACE_FILE], ids=["acme", "demo"])
def test_a_dump_loads_as_a_no_op_and_dumps_the_same(file: Any) -> None:
    load(read_file(str(file)))
    workspace = Workspace.objects.get()
    written = dump(workspace)
    assert load(read_text(written)) == []
    assert dump(workspace) == written


@pytest.mark.django_db
def test_a_dump_makes_the_same_workspace_where_there_was_none() -> None:
    load(acme())
    written = dump(Workspace.objects.get())
    renamed = read_text(written.replace("acme-demo", "other-demo").replace("slug: acme", "slug: other"))
    load(renamed)
    other = dump(Workspace.objects.get(slug="other"))
    assert other.replace("other-demo", "acme-demo").replace("slug: other", "slug: acme") == written


@pytest.mark.django_db
def test_a_dump_leaves_out_defaults_and_archived_things() -> None:
    load(acme())
    load({"version": 1, "workspace": {"slug": "acme", "name": "Acme Inc."}})
    assert dump(Workspace.objects.get()) == (
        "version: 1\nworkspace:\n  slug: acme\n  name: Acme Inc.\n"
        "hosts: []\nteams: []\nmeeting_types: []\nforms: []\nrouters: []\n"
    )


@pytest.mark.django_db
def test_a_dump_reads_well() -> None:
    load(acme())
    written = dump(Workspace.objects.get())
    assert (
        "  - name: West\n    members: [{host: ann@acme.example, weight: 2}, {host: bob@acme.example}]\n"
        in written
    )
    assert '        set_fields: {Lead: {Rating: Hot, LeadSource: "{utm.source}"}}\n' in written
    assert max(map(len, written.splitlines())) <= 120


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(files())
def test_random_files_load_dump_and_load_unchanged(raw: dict[str, Any]) -> None:
    load(raw)
    assert compare(raw) == []
    workspace = Workspace.objects.get(slug="acme")
    written = dump(workspace)
    assert compare(read_text(written)) == []
    assert dump(workspace) == written
