"""Connects the demo's workspace to the local org the way a person does: through that org's OAuth."""

from __future__ import annotations

import requests
from django.conf import settings

from crm_sync.models import ConnectionState, SalesforceConnection
from distro.demo.addresses import Addresses
from distro.demo.browser import Browser
from distro.demo.company import ADMIN, Company


class NotConnected(Exception):
    """The clicks did not lead to a connection; the text says where they ended."""


def connect(company: Company, addresses: Addresses, password: str) -> None:
    """Make Distro known to the org, sign in, press Connect, press Allow. Raises NotConnected."""
    assert addresses.org
    try:
        register_app(addresses.org)
        click_through(company, addresses, password)
    except (requests.RequestException, LookupError) as fault:
        raise NotConnected(str(fault)) from fault
    if not is_connected(company, addresses.org):
        raise NotConnected("the org was asked, but the workspace is not connected to it")


def register_app(org: str) -> None:
    """What an administrator does in Setup: an External Client App with our id, secret and callback."""
    app = {"client_id": settings.SALESFORCE_CLIENT_ID, "client_secret": settings.SALESFORCE_CLIENT_SECRET}
    answer = requests.post(f"{org}/__sandbox/apps", json=app | {"name": "Distro (demo)"}, timeout=10)
    answer.raise_for_status()


def click_through(company: Company, addresses: Addresses, password: str) -> None:
    """Sign in, the card, Continue to Salesforce, Allow, and back."""
    browser = Browser()
    card = f"{addresses.web}/integrations/?workspace={company.workspace.slug}"
    browser.open(f"{addresses.web}/accounts/login/")
    browser.submit(browser.form_with("login"), login=ADMIN, password=password)
    browser.open(card)
    browser.submit(browser.form_with("host"), host="production")
    browser.submit(browser.form_with("ticket"), answer="allow")


def is_connected(company: Company, org: str) -> bool:
    """Whether the workspace's connection stands, and leads to `org`."""
    standing = SalesforceConnection.objects.filter(workspace=company.workspace, instance_url=org)
    return standing.filter(state=ConnectionState.CONNECTED).exists()
