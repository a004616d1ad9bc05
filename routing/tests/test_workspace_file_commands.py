"""`load_workspace` and `dump_workspace` as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command, execute_from_command_line

from routing.models import Host, Workspace
from routing.tests.workspace_files import ACME_FILE

BROKEN = ACME_FILE.read_text().replace(
    "op: gte, value: 1000}\n            - any", "op: gtx, value: 1000}\n            - any"
)


def run(*arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit status and the lines of standard output and standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue().splitlines(), err.getvalue().splitlines()
    return 0, out.getvalue().splitlines(), err.getvalue().splitlines()


@pytest.mark.django_db
def test_loading_checking_and_dumping(tmp_path: Path) -> None:
    status, out, err = run("load_workspace", str(ACME_FILE), "--check")
    assert (status, out[0], out[-1], err) == (
        0,
        "created workspace acme",
        "10 created, 0 changed, 0 archived",
        [],
    )
    assert Workspace.objects.count() == 0
    assert run("load_workspace", str(ACME_FILE))[1] == out
    assert run("load_workspace", str(ACME_FILE)) == (0, ["nothing changed"], [])
    dumped = tmp_path / "dumped.yaml"
    dumped.write_text("\n".join(run("dump_workspace", "acme")[1]))
    assert run("load_workspace", str(dumped)) == (0, ["nothing changed"], [])


@pytest.mark.django_db
@pytest.mark.parametrize("check", [(), ("--check",)])
def test_a_bad_file_changes_nothing_and_names_its_faults(tmp_path: Path, check: tuple[str, ...]) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN.replace("duration: 60", "duration: 61"))
    assert run("load_workspace", str(file), *check) == (
        1,
        [],
        [
            "meeting_types[1].duration: 61 is no multiple of 5 minutes",
            'routers[0].distribution_rules[1].when.all[0].op: unknown operator "gtx"',
        ],
    )
    assert Host.objects.count() == 0


@pytest.mark.django_db
def test_an_unknown_slug_is_told_with_those_that_are_there() -> None:
    assert run("dump_workspace", "nobody") == (
        1,
        [],
        ['There is no workspace "nobody"; there are: none yet.'],
    )
    run("load_workspace", str(ACME_FILE))
    assert run("dump_workspace", "acne") == (1, [], ['There is no workspace "acne"; there are: acme.'])


@pytest.mark.django_db
def test_faults_stand_alone_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN)
    with pytest.raises(SystemExit) as stop:
        execute_from_command_line(["manage.py", "load_workspace", str(file)])
    fault = 'routers[0].distribution_rules[1].when.all[0].op: unknown operator "gtx"\n'
    assert (stop.value.code, *capsys.readouterr()) == (1, "", fault)


def test_an_unreadable_file_ends_the_real_command_with_status_2(tmp_path: Path) -> None:
    file = tmp_path / "unreadable.yaml"
    file.write_text("version: 1\nversion: 1\n")
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "load_workspace", str(file)]
    done = subprocess.run(manage, env=dict(os.environ), capture_output=True, text=True, check=False)
    sentence = f'{file}, line 2, column 1: the key "version" stands twice in one mapping.\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
