"""`simulate` as an operator runs it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from distro.testing.factories import make_distribution_rule, make_host, make_router, make_team, make_workspace
from routing.models import Router
from routing.tests.untouched import tables

pytestmark = pytest.mark.django_db
ANSWERS = {"email": "pat@initech.example", "last_name": "Lee", "employees": 40}


def run(tmp_path: Path, router: str, answers: Any, *options: str) -> tuple[int, str, list[str]]:
    """Exit status, standard output, and the lines of standard error."""
    file = tmp_path / "answers.json"
    file.write_bytes(answers if isinstance(answers, bytes) else json.dumps(answers).encode())
    out, err = StringIO(), StringIO()
    try:
        call_command("simulate", router, "--answers", str(file), *options, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue().splitlines()
    return 0, out.getvalue(), err.getvalue().splitlines()


def make_known_router() -> Router:
    workspace = make_workspace(timezone="Europe/Berlin")
    ann = make_host(workspace, name="Ann", email="ann@example.test")
    router = make_router(workspace, key="inbound", default_team=make_team(workspace, [ann]))
    when = {"field": "employees", "op": "in", "value": [1000, 2000]}
    make_distribution_rule(router, name="Enterprise", when=when, assign_message="Call us.")
    return router


def test_json_is_for_programs(tmp_path: Path) -> None:
    make_known_router()
    before = tables()
    status, out, err = run(tmp_path, "inbound", {"answers": ANSWERS}, "--json")
    story = json.loads(out)
    assert (status, err) == (0, [])
    assert list(story) == [
        "outcome",
        "redirect_url",
        "message",
        "rule",
        "trace",
        "candidates",
        "next_host",
        "why_next",
        "standing",
        "first_slots",
        "person",
        "planned",
    ]
    assert (story["next_host"], len(story["first_slots"])) == ("ann@example.test", 5)
    assert tables() == before


def test_the_story_is_for_people(tmp_path: Path) -> None:
    make_known_router()
    status, out, _ = run(tmp_path, "inbound", ANSWERS)
    assert status == 0
    told, times = out.split("\nFirst times (Europe/Berlin)\n")
    assert told == (
        "The prospect is offered times.\n"
        "Decided by the router's default.\n"
        "\n"
        "Rules\n"
        "  no  Enterprise (distribution): employees is 40, but the rule wants it to be one of 1000, 2000\n"
        "        fails: employees in 1000, 2000; it is 40\n"
        "  yes Default: no rule before it matched\n"
        "\n"
        "Who\n"
        "  Candidates: ann@example.test\n"
        "  Ann is the only one to choose from.\n"
        "  host              weight  turns  shortfall\n"
        "  ann@example.test  1       0      0\n"
    )
    lines = times.splitlines()
    assert lines[0].split() == ["day", "from", "to"]
    assert len(lines[1:6]) == 5 and lines[6:] == [
        "",
        "Salesforce",
        "  Salesforce is not connected: what would be found and written there is not known.",
    ]


def test_somebody_turned_away_is_told_in_two_lines(tmp_path: Path) -> None:
    make_known_router()
    out = run(tmp_path, "inbound", ANSWERS | {"employees": 1000})[1]
    assert out.splitlines()[:2] == [
        "The prospect is shown a message: Call us.",
        'Decided by the distribution rule "Enterprise".',
    ]
    assert "First times" not in out and "Who" not in out.splitlines()


def test_an_unknown_router_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    assert run(tmp_path, "outbound", ANSWERS) == (
        1,
        "",
        ['There is no router "outbound"; there are: none yet.'],
    )
    make_known_router()
    assert run(tmp_path, "outbound", ANSWERS)[2] == ['There is no router "outbound"; there are: inbound.']


def test_answers_that_do_not_fit_are_told_with_their_fields(tmp_path: Path) -> None:
    make_known_router()
    body: dict[str, Any] = {"answers": {"email": "nobody", "employees": "many"}}
    assert run(tmp_path, "inbound", body) == (
        1,
        "",
        [
            "email: This is not an e-mail address. It looks like name@company.com.",
            "last_name: Please fill this in.",
            "employees: This must be a number, such as 250 or 2.5.",
        ],
    )
    body = {"answers": ANSWERS, "timezone": "Mars/Base"}
    assert run(tmp_path, "inbound", body)[2] == [
        "timezone: This is no time zone. One looks like Europe/Berlin."
    ]


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b"\xff{}", b'{"employees": NaN}', b'{"x": "\\ud800"}', b""]
)
def test_an_unreadable_file_has_a_status_of_its_own(tmp_path: Path, content: bytes) -> None:
    make_known_router()
    status, out, (line,) = run(tmp_path, "inbound", content)
    assert (status, out) == (2, "")
    assert line == f"{tmp_path / 'answers.json'} cannot be read: it must be a JSON object in UTF-8."


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        call_command("simulate", "inbound", "--answers", "/nowhere/answers.json")
    assert stop.value.code == 2
    assert capsys.readouterr().err == "/nowhere/answers.json cannot be opened: No such file or directory.\n"
