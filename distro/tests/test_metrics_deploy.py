"""The files of `deploy/` and the page about them name only what exists."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from ruamel.yaml import YAML

from distro import env
from distro.testing.factories import make_connection

DEPLOY = Path(settings.BASE_DIR) / "deploy"
PAGE = Path(settings.BASE_DIR) / "docs" / "operating.md"
METRIC = re.compile(r"\bdistro_[a-z_]+\b")


def read_yaml(name: str) -> Any:
    return YAML(typ="safe").load((DEPLOY / name).read_text())


@pytest.mark.django_db
def test_alerts_and_page_name_metrics_that_are_measured() -> None:
    make_connection(api_used=1, api_max=2)
    measured = set(METRIC.findall(Client().get("/metrics").content.decode()))
    rules = read_yaml("prometheus-rules.yaml")["groups"][0]["rules"]
    for rule in rules:
        assert set(METRIC.findall(rule["expr"])) <= measured, rule
    assert set(METRIC.findall(PAGE.read_text())) == measured
    alerts = re.findall(r"^\| `(Distro\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert alerts == [rule["alert"] for rule in rules]


def test_the_example_of_settings_stops_at_what_must_be_filled_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = re.findall(r"^([A-Z_]+)=(.*)$", (DEPLOY / "distro.env.example").read_text(), re.MULTILINE)
    explained = (Path(settings.BASE_DIR) / "README.md").read_text()
    assert [name for name, _ in written if f"`{name}`" not in explained] == []
    for name, _ in written:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delitem(env.environ.Env.ENVIRON, name, raising=False)
    given = env.Settings(DEPLOY / "distro.env.example")
    assert given.read("BASE_URL", "", env.parse_public_url) == "https://meet.example.com"
    assert given.env.db_url("DATABASE_URL")["NAME"] == "distro"
    assert given.env.email_url("EMAIL_URL")["EMAIL_USE_TLS"] is True
    with pytest.raises(SystemExit):
        given.required("SECRET_KEY", unless=False, default="", remedy="fill it in")
    assert capsys.readouterr().err == "SECRET_KEY is not set: fill it in.\n"


def test_the_compose_file_waits_for_the_database_to_be_migrated() -> None:
    services = read_yaml("compose.yaml")["services"]
    assert set(services) == {"database", "redis", "migrate", "web", "worker"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["image"] == services["migrate"]["image"] == "distro"
        assert services[name]["env_file"] == "distro.env"
    assert services["worker"]["command"] == ["python", "manage.py", "rqworker"]
    build = services["migrate"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")


@pytest.mark.parametrize(
    ("unit", "program"),
    [
        ("distro-web.service", "gunicorn distro.wsgi "),
        ("distro-worker@.service", "python manage.py rqworker"),
    ],
)
def test_the_units_start_the_programs(unit: str, program: str) -> None:
    read = configparser.ConfigParser(interpolation=None, strict=True)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string((DEPLOY / unit).read_text())
    assert f"/opt/distro/.venv/bin/{program}" in f"{read['Service']['ExecStart']} "
    assert read["Service"]["Environment"] == "DISTRO_ENV_FILE=/etc/distro/distro.env"
    assert read["Service"]["RestartPreventExitStatus"] == "3"
