"""The demo's company: its workspace file, a week of history, its people, and what its web site must know."""

from __future__ import annotations

import importlib
import importlib.util
import io
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import transaction
from django.utils import timezone
from ruamel.yaml import YAML

from routing.models import FormField, Host, Router, Workspace

WORKSPACE_FILE: Path = settings.BASE_DIR / "routing" / "demo" / "workspace.yaml"
HISTORY = "routing.demo.history"
ADMIN = "admin"


@dataclass(frozen=True)
class Company:
    """The workspace that the demo shows, and the router that its web site uses."""

    workspace: Workspace
    router: Router


def ensure_company(site: str) -> Company:
    """The demo's company; loaded when the database does not have it yet, never reset. `site` may use its forms."""
    written = YAML(typ="safe").load(WORKSPACE_FILE)
    slug, router_key = written["workspace"]["slug"], written["routers"][0]["key"]
    if not Workspace.objects.filter(slug=slug).exists():
        with transaction.atomic():  # a first start that was cut short is made whole by the next
            call_command("load_workspace", str(WORKSPACE_FILE), stdout=io.StringIO())
            write_history(Workspace.objects.get(slug=slug))
    workspace = Workspace.objects.get(slug=slug)
    if site not in workspace.allowed_origins:
        workspace.allowed_origins = [*workspace.allowed_origins, site]
        workspace.save(update_fields=["allowed_origins"])
    return Company(workspace, Router.objects.select_related("form").get(key=router_key))


def write_history(workspace: Workspace) -> None:
    """A week of submissions and meetings, so that no list is empty."""
    if importlib.util.find_spec(HISTORY):
        importlib.import_module(HISTORY).write_history(workspace, now=timezone.now())


def users_of_org(workspace: Workspace) -> list[dict[str, Any]]:
    """The hosts as users of the local org, in the shape that its `--users` file has."""
    hosts = Host.objects.filter(workspace=workspace).order_by("pk")
    return [_user(host.salesforce_user or host.email, host.name, host.active) for host in hosts]


def _user(address: str, name: str, active: bool) -> dict[str, Any]:
    first, _, last = name.rpartition(" ")
    return {"Email": address, "FirstName": first, "LastName": last, "IsActive": active}


def site_facts(company: Company, *, web: str) -> dict[str, Any]:
    """What the customer site is told: the company's name, where its form goes, and what the form asks."""
    questions = FormField.objects.filter(form=company.router.form).order_by("position", "pk")
    return {
        "company": company.workspace.name,
        "distro": web,
        "router": company.router.key,
        "fields": [
            {"key": one.key, "label": one.label or one.key, "type": one.type, "required": one.required}
            | {"options": one.options}
            for one in questions
        ],
    }


def ensure_admin(folder: Path) -> str:
    """The superuser `admin`; the login to print. The password is made once and kept in `folder`."""
    file = folder / "demo-admin-password"
    user, is_new = get_user_model().objects.get_or_create(
        username=ADMIN, defaults={"is_staff": True, "is_superuser": True, "email": "admin@demo.example"}
    )
    password = file.read_text().strip() if file.exists() else ""
    if is_new or not password:
        password = password or secrets.token_urlsafe(9)
        file.touch(mode=0o600)
        file.write_text(password + "\n")
        user.set_password(password)
        user.save()
    return password


def has_password(password: str) -> bool:
    """Whether the superuser still has the password that the demo made."""
    return get_user_model().objects.get(username=ADMIN).check_password(password)


def ensure_api_key(company: Company, folder: Path) -> str | None:
    """A key for the JSON API, made once and kept in `folder`; None as long as there is no such command."""
    if "create_api_key" not in get_commands():
        return None
    file = folder / f"demo-api-key-{company.workspace.pk}"
    if not file.exists():
        printed = io.StringIO()
        call_command("create_api_key", company.workspace.slug, "demo", stdout=printed)
        file.touch(mode=0o600)
        file.write_text(printed.getvalue())
    return file.read_text().strip()
