"""The org as a process: quick start, port file, users of one's own, stop at once; its pages for people."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from crm_sync.sandbox.__main__ import main
from crm_sync.sandbox.tests.wire import Wire, lead

ROOT = Path(__file__).parents[3]


def test_it_starts_within_a_second_or_so_and_stops_at_once(tmp_path: Path) -> None:
    port_file, users = tmp_path / "port", tmp_path / "users.json"
    users.write_text(json.dumps([{"FirstName": "Uma", "LastName": "Own", "Email": "uma@own.example"}]))
    command = [
        sys.executable,
        "-m",
        "crm_sync.sandbox",
        "--port",
        "0",
        "--port-file",
        str(port_file),
        "--approve",
    ]
    running = subprocess.Popen([*command, "--users", str(users)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        base = f"http://127.0.0.1:{port_file.read_text().strip()}"
        wire = Wire(base, "uma@own.example")
        assert wire.tokens["instance_url"] == base
        assert wire.query("SELECT Id FROM User WHERE Email = 'ann@acme.example'") == []
        started = time.monotonic()
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(5)
    assert time.monotonic() - started < 2


def test_a_taken_port_is_told(dana: Wire) -> None:
    command = [sys.executable, "-m", "crm_sync.sandbox", "--port", dana.base.rsplit(":", 1)[1]]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The sandbox org cannot start: ")


def test_a_file_of_users_that_is_none_is_told(tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    for text in (
        '{"Email": "x"}',
        "[1]",
        "[",
        '[{"Email": "a@b.example"}]',
        '[{"Email": "a@b.example", "LastName": "X", "Nope": 1}]',
    ):
        users.write_text(text)
        assert main(["--port", "0", "--users", str(users)]) == 1


def test_pages_show_records_and_their_history(dana: Wire) -> None:
    made = dana.make("Lead", lead(LastName="<b>Bold</b>"))
    dana.send("PATCH", f"/sobjects/Lead/{made}", {"Title": "Countess"})
    home = requests.get(dana.base + "/", timeout=5)
    assert (home.status_code, "&lt;b&gt;Bold&lt;/b&gt;" in home.text, "<b>Bold" in home.text) == (
        200,
        True,
        False,
    )
    assert "default-src 'none'" in home.headers["Content-Security-Policy"]
    record = requests.get(f"{dana.base}/lightning/r/Lead/{made}/view", timeout=5)
    assert "update by" in record.text
    assert "Countess" in record.text
    for path in ("/lightning/o/Event/list", "/calls", f"/{made}", "/sandbox.css"):
        assert requests.get(dana.base + path, timeout=5).status_code == 200
    assert requests.get(dana.base + "/lightning/setup/x", timeout=5).status_code == 404


def test_the_control_address_is_closed_to_other_sites(dana: Wire) -> None:
    headers = {"Origin": "https://evil.example"}
    assert requests.post(f"{dana.base}/__sandbox/reset", headers=headers, timeout=5).status_code == 404


def test_reset_brings_the_beginning_back(dana: Wire) -> None:
    dana.make("Lead", lead())
    dana.control("POST", "settings", {"daily_limit": 50, "approve": False})
    state = dana.control("POST", "reset")
    assert (state["limits"]["DailyApiRequests"]["Max"], state["approve"]) == (15000, True)
    assert (state["records"]["Lead"], state["calls"], state["writes"]) == (3, 0, 0)
    assert dana.send("GET", "/limits").status_code == 401


def test_versions_need_no_session_and_go_from_old_to_new(dana: Wire) -> None:
    found = requests.get(f"{dana.base}/services/data/", timeout=5).json()
    assert found[0] == {"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"}
    assert [one["label"] for one in found if one["version"] == "42.0"] == ["Spring ’18"]
    assert found[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}


def test_global_describe_lists_objects_with_rights(dana: Wire, sam: Wire) -> None:
    found = {one["name"]: one for one in sam.get("/sobjects/")["sobjects"]}
    assert (found["Lead"]["keyPrefix"], found["Lead"]["createable"]) == ("00Q", True)
    assert found["PermissionSet"]["createable"] is False
    basic = dana.get("/sobjects/Contact/")
    assert set(basic) == {"objectDescribe", "recentItems"}


def test_limits_and_the_organization(dana: Wire) -> None:
    found = dana.get("/limits")["DailyApiRequests"]
    assert found["Max"] == 15000
    soql = "SELECT Name, IsSandbox, OrganizationType, NamespacePrefix, TrialExpirationDate FROM Organization"
    [org] = dana.query(soql)
    assert (org["OrganizationType"], org["IsSandbox"], org["NamespacePrefix"]) == (
        "Developer Edition",
        False,
        None,
    )
