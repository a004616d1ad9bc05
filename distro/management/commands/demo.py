"""Runs everything on this machine: web, customer site, Salesforce-compatible org, worker, embedded Redis."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from distro.children import die_with_parent
from distro.demo import company as companies
from distro.demo import connecting
from distro.demo.addresses import Addresses, choose, port_of
from distro.demo.tree import Fallen, Tree, stop_on_signals
from distro.embedded_redis import redis_command


class Command(BaseCommand):
    help = "Run a whole Distro with a believable company on this machine, until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("DISTRO_DEMO_OF_MAKE"):
            die_with_parent()
        stop_on_signals()
        self.folder: Path = settings.VAR_DIR
        self.addresses = choose(settings.ENV_FILE, self.folder)
        tree = Tree(settings.BASE_DIR, self.folder / "log")
        try:
            self.run(tree)
        except Fallen as fault:
            self.stderr.write(str(fault))
            sys.exit(1)
        finally:
            tree.stop()

    def run(self, tree: Tree) -> None:
        """Prepare, start, connect, tell, and stay."""
        self.stdout.write("Starting. The first time takes some seconds more.")
        if self.addresses.redis_port:
            tree.start("redis", redis_command(self.addresses.redis_port, self.folder / "redis"))
        call_command("migrate", verbosity=0)
        company = companies.ensure_company(self.addresses.site)
        password = companies.ensure_admin(self.folder)
        self.start_programs(tree, company)
        if self.addresses.org:
            self.connect(company, password)
        self.tell(company, password)
        tree.watch()

    def start_programs(self, tree: Tree, company: companies.Company) -> None:
        """Start the servers and the worker; return when the servers listen."""
        (self.folder / "mail").mkdir(exist_ok=True)
        servers = {"web": (self.addresses.web, web_command(self.addresses))}
        facts = companies.site_facts(company, web=self.addresses.web) | {"mail": str(self.folder / "mail")}
        site_file = write_json(self.folder / "demo-site.json", facts)
        site_port = str(port_of(self.addresses.site))
        servers["site"] = (self.addresses.site, [*python("distro.demo.site"), site_port, str(site_file)])
        if self.addresses.org:
            users = write_json(self.folder / "demo-org-users.json", companies.users_of_org(company.workspace))
            servers["org"] = (self.addresses.org, org_command(self.addresses.org, company, users))
        for name, (_, command) in reversed(servers.items()):
            tree.start(name, command)
        tree.start("worker", [sys.executable, str(settings.BASE_DIR / "manage.py"), "rqworker"])
        for name, (url, _) in servers.items():
            tree.wait_for_port(name, port_of(url))

    def connect(self, company: companies.Company, password: str) -> None:
        """The local org is new at every start, so the connection is made anew at every start."""
        try:
            connecting.connect(company, self.addresses, password)
        except connecting.NotConnected as fault:
            card = f"{self.addresses.web}/integrations/?workspace={company.workspace.slug}"
            self.stderr.write(
                f"The workspace could not be connected to the local org: {fault}. Do it at {card}"
            )

    def tell(self, company: companies.Company, password: str) -> None:
        """A line for each door: name, address, login."""
        web, site = self.addresses.web, self.addresses.site
        is_ours = companies.has_password(password)
        login = f"{companies.ADMIN} / {password if is_ours else '(the password that you set)'}"
        lines = [("admin", f"{web}/admin/", login)]
        lines.append(("form", f"{web}/r/{company.router.key}/", "no login"))
        lines.append(("site", f"{site}/", "no login"))
        org_login = (
            "no login; empty again at every start" if self.addresses.org else "your own; not started here"
        )
        lines.append(("org", f"{self.addresses.org or settings.SALESFORCE_LOGIN_URL}/", org_login))
        lines.append(("mail", f"{site}/mail/", "no login"))
        key = companies.ensure_api_key(company, self.folder)
        if key:
            lines.append(("api", f"{web}/api/v1/docs", key))
        for name, url, login in lines:
            self.stdout.write(f"{name:<6} {url:<46} {login}")
        self.stdout.write("Ctrl-C stops all of it.")
        self.stdout.flush()


def python(module: str) -> list[str]:
    """The command of one of our modules."""
    return [sys.executable, "-m", module]


def web_command(addresses: Addresses) -> list[str]:
    """gunicorn, small: one process, some threads."""
    bind = f"127.0.0.1:{port_of(addresses.web)}"
    options = ["--threads", "8", "--graceful-timeout", "3", "--no-control-socket"]
    return [*python("gunicorn"), "distro.wsgi", "--bind", bind, *options]


def org_command(url: str, company: companies.Company, users: Path) -> list[str]:
    """The local org with the company's hosts as its users."""
    name = f"{company.workspace.name} (local org)"
    return [*python("crm_sync.sandbox"), "--port", str(port_of(url)), "--name", name, "--users", str(users)]


def write_json(file: Path, content: Any) -> Path:
    """Write and give back `file`."""
    file.write_text(json.dumps(content, indent=1))
    return file
