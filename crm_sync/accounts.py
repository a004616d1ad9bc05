"""The Account under which a new Contact goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_sync.core.accounts import choose_account
from crm_sync.core.steps import Step
from crm_sync.core.wanted import ProspectWanted, SubmissionWanted
from crm_sync.models import SyncRun
from crm_sync.salesforce.client import SalesforceClient, Subrequest
from crm_sync.salesforce.soql import query_path, soql

from .log import log_step
from .turn import Turn

WEBSITES = "SELECT Id, Website, CreatedDate FROM Account WHERE Website LIKE '%{domain:like}%' LIMIT 200"
COLLEAGUES = (
    "SELECT Id, AccountId, Account.Id, Account.CreatedDate FROM Contact "
    "WHERE Email LIKE '%@{domain:like}' AND AccountId != null LIMIT 2000"
)


def account_for(
    turn: Turn, wanted: ProspectWanted, creator: SubmissionWanted, runs: Mapping[int, SyncRun]
) -> str:
    """The Account of the prospect's domain, else the router's default, else a new one where it may; "" for none.

    Costs a call, and another for a new Account. That has the domain as its Website, so that it is found again by an
    attempt that comes later. Raises SalesforceFault.
    """
    found, step = choose_account_for(turn.client, wanted, creator)
    if step is None:
        return found
    logged = log_step(turn.journal, runs, step)
    turn.journal.flush()
    (answer,) = turn.client.composite([Subrequest("POST", "sobjects/Account", "account", step.fields)])
    if answer.fault:
        logged.refused(answer.fault)
        raise answer.fault
    account = str(answer.body["id"])
    logged.done(account)
    return account


def choose_account_for(
    client: SalesforceClient, wanted: ProspectWanted, creator: SubmissionWanted
) -> tuple[str, Step | None]:
    """The id of an Account that is there ("" for none), or the step that creates one. Raises SalesforceFault."""
    domain = "" if wanted.free_mail else wanted.email.rpartition("@")[2]
    found = _of_domain(client, domain) if domain else None
    if found:
        return str(found["Id"]), None
    policy = creator.new_record
    if policy.default_account or not policy.create_account or not domain:
        return policy.default_account, None
    fields = {"Name": wanted.company or domain, "Website": domain}
    return "", Step("Account", fields, runs=tuple(one.run for one in wanted.submissions))


def _of_domain(client: SalesforceClient, domain: str) -> Mapping[str, Any] | None:
    queries = {"websites": WEBSITES, "colleagues": COLLEAGUES}
    parts = [Subrequest("GET", query_path(soql(text, domain=domain)), name) for name, text in queries.items()]
    websites, colleagues = client.composite(parts)
    return choose_account(websites.rows, colleagues.rows, domain)
