"""The one mail that tells a workspace's owners that Salesforce needs them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string

from crm_sync.core.outcomes import OUTCOMES, UNKNOWN
from crm_sync.models import SalesforceConnection
from distro.due import schedule
from routing.models import Mail, Member, Role

KIND = "salesforce_broken"


def tell_owners(connection: SalesforceConnection) -> None:
    """Write to every owner, in the transaction in which the connection breaks."""
    workspace = connection.workspace
    owners = Member.objects.filter(workspace=workspace, role=Role.OWNER).exclude(user__email="")
    code = connection.last_error.partition(":")[0]
    context = {
        "workspace": workspace,
        "connection": connection,
        "remedy": OUTCOMES.get(code, UNKNOWN).remedy,
        "card_url": f"{settings.BASE_URL}/integrations/?{urlencode({'workspace': workspace.slug})}",
    }
    for address in owners.order_by("pk").values_list("user__email", flat=True):
        mail = Mail.objects.create(
            workspace=workspace,
            kind=KIND,
            to=address,
            subject=f"{workspace.name}: Salesforce needs your attention"[:255],
            text=render_to_string(f"mail/{KIND}.txt", context),
        )
        schedule("routing.mail", mail.pk)
