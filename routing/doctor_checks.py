"""What is wrong with a workspace's hosts, teams, routers and mail before its first visitor finds out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import available_timezones

from django.db.models import Count, Min, Q
from django.utils import timezone

from distro.doctor import Finding, fine, mend, number_of, warn, workspace_check

from .core.values import DistributionRule, OwnershipRule, RouterValues, Target
from .models import Host, Mail, MailState, Role, Router, Workspace
from .snapshots import router_values

MAIL_LATE = timedelta(minutes=15)
LEAD_ELSEWHERE = "Make somebody active there, or lead it elsewhere."


@workspace_check("members")
def members(workspace: Workspace) -> Iterator[Finding]:
    owners = workspace.members.filter(role=Role.OWNER, user__is_active=True).exclude(user__email="").count()
    if owners:
        yield fine(f"{number_of(owners, 'owner')} would be told when Salesforce needs reconnecting.")
    else:
        yield warn(
            "It has no owner with an e-mail address, so nobody is told when Salesforce needs reconnecting.",
            f"Run manage.py add_member {workspace.slug} EMAIL owner.",
        )


@workspace_check("time zones")
def time_zones(workspace: Workspace) -> Iterator[Finding]:
    known = available_timezones()
    remedy = "Choose one such as Europe/Berlin in the admin, or install the time zones it is in."
    hosts = Host.objects.filter(workspace=workspace, archived_at=None).exclude(timezone="")
    named = [("The workspace", workspace.timezone), *((host.email, host.timezone) for host in hosts)]
    strange = [(who, zone) for who, zone in named if zone not in known]
    for who, zone in strange:
        yield mend(
            f'{who} is in "{zone}", which is no time zone here: no time of theirs can be worked out.', remedy
        )
    if not strange:
        yield fine(
            f"{workspace.timezone}, and those of {number_of(len(named) - 1, 'host')} who have their own."
        )


@workspace_check("hosts")
def hosts(workspace: Workspace) -> Iterator[Finding]:
    active = Host.objects.filter(workspace=workspace, active=True, archived_at=None)
    idle = active.filter(working_hours=None)
    for host in idle.order_by("email"):
        yield warn(f"{host.email} has no working hours, so nobody can book them.", "Add some in the admin.")
    count = active.count()
    if not count:
        yield warn(
            "No host is active, so nobody can be booked.", "Add hosts in the admin or the workspace file."
        )
    elif not idle:
        yield fine(f"{number_of(count, 'active host')}, all with working hours.")


@workspace_check("routers")
def routers(workspace: Workspace) -> Iterator[Finding]:
    """Broken rules, and places where a visitor is led to nobody. A rule left so is passed over, never an error."""
    published = Router.objects.filter(workspace=workspace, active=True, archived_at=None).order_by("key")
    sound = 0
    for router in published.select_related("workspace", "form"):
        faults = list(_faults(router_values(router)))
        yield from faults
        sound += not faults
    if not published:
        yield warn("No router is published, so there is no form to fill in.", "Make one active in the admin.")
    elif sound:
        yield fine(f"{number_of(sound, 'published router')} with nothing to mend.")


def _faults(router: RouterValues) -> Iterator[Finding]:
    rules: tuple[OwnershipRule | DistributionRule, ...] = (
        *router.ownership_rules,
        *router.distribution_rules,
    )
    for rule in rules:
        if rule.broken:
            text = f'Rule "{rule.name}" of {router.key} is broken and never matches ({rule.broken}).'
            yield mend(text, "Correct its conditions in the admin, or remove it.")
    for choice in router.distribution_rules:
        if nobody := _nobody(router, choice.target):
            text = f'Rule "{choice.name}" of {router.key} leads to {nobody}, so it is passed over.'
            yield warn(text, LEAD_ELSEWHERE)
    if nobody := _nobody(router, router.default):
        yield mend(f"The default of {router.key} leads to {nobody}: no times are offered.", LEAD_ELSEWHERE)


def _nobody(router: RouterValues, target: Target) -> str:
    """The host or team that a target names, if nobody there takes meetings; else ""."""
    if target.kind == "host":
        host = router.hosts[target.value]
        return "" if host.active else f"{host.email}, who is not active"
    if target.kind == "team":
        team = router.teams[target.value]
        if not any(router.hosts[member.host].active for member in team.members):
            return f'the team "{team.name}", in which nobody is active'
    return ""


@workspace_check("mail")
def mail(workspace: Workspace) -> Iterator[Finding]:
    late = Q(created_at__lt=timezone.now() - MAIL_LATE)
    waiting = Mail.objects.filter(workspace=workspace, state=MailState.WAITING).order_by()
    stuck = waiting.filter(late).aggregate(Count("pk"), since=Min("created_at"))
    if stuck["since"]:
        why = waiting.filter(late).exclude(last_error="").values_list("last_error", flat=True).first()
        yield mend(
            f"{number_of(stuck['pk__count'], 'mail')} not sent, the oldest since {stuck['since']:%Y-%m-%d %H:%M} UTC. "
            f"{why or 'No worker has tried yet.'}",
            "Check EMAIL_URL and the mail server; it is tried again by itself.",
        )
    else:
        yield fine("None waits that should have been sent.")
