"""What keeps a workspace's Salesforce from being told, or from being told everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from crm_sync.card import NEEDED, RIGHTS, is_being_set_up
from crm_sync.core.shapes import Shapes
from crm_sync.describing import shapes_by_object
from crm_sync.models import ConnectionState, RunState, SalesforceConnection, SyncRun
from crm_sync.users import known_mappings, user_of
from distro.doctor import Finding, fine, mend, number_of, warn, workspace_check
from routing.models import Form, FormField, Host, Router, Workspace
from routing.models.router import DistributionRule, OwnershipRule

SECRETS = ("access_token", "refresh_token")  # which a lost key would make unreadable
BUDGET = 0.8
SHOWN = 5
# What Salesforce demands of a new record, and what it gets where no answer is written there.
LAST_NAME = {"LastName": "what stands before the @ of the e-mail address"}
STAND_INS = {"Contact": LAST_NAME, "Lead": LAST_NAME | {"Company": "the e-mail address's domain"}}


def connection_of(workspace: Workspace) -> SalesforceConnection | None:
    """The workspace's connection without its tokens, if it is in use."""
    rows = SalesforceConnection.objects.defer(*SECRETS).filter(workspace=workspace)
    return rows.exclude(state=ConnectionState.DISCONNECTED).first()


def card_of(workspace: Workspace) -> str:
    """Where a person mends a connection."""
    return f"{settings.BASE_URL}/integrations/?workspace={workspace.slug}"


@workspace_check("Salesforce")
def connection(workspace: Workspace) -> Iterator[Finding]:
    found = connection_of(workspace)
    if found is None:
        yield warn("It is not connected, so it is told nothing.", f"Connect it at {card_of(workspace)}.")
        return
    if found.state == ConnectionState.BROKEN:
        text = f"{found.org_name or found.org_id} needs reconnecting: {found.last_error or 'it refused us'}."
        yield mend(text, f"Connect it again at {card_of(workspace)}.")
    elif found.resting_until and found.resting_until > timezone.now():
        text = f"It is left alone until {found.resting_until:%H:%M} UTC after failures: {found.last_error}."
        yield warn(text, "Nothing is lost; see status.salesforce.com.")
    else:
        yield fine(f"Connected to {found.org_name or found.org_id} as {found.username}.")
    if not (settings.SALESFORCE_CLIENT_ID and settings.SALESFORCE_CLIENT_SECRET):
        yield mend(
            "SALESFORCE_CLIENT_ID or SALESFORCE_CLIENT_SECRET is not set: the session cannot be renewed.",
            "Set both, as they were when it was connected.",
        )
    if found.api_max and found.api_used > BUDGET * found.api_max:
        text = f"{found.api_used} of the org's {found.api_max} daily API calls are used."
        yield warn(
            text, "Find out what else calls the org, or ask Salesforce for more; at the limit work waits."
        )


@workspace_check("Salesforce fields")
def fields(workspace: Workspace) -> Iterator[Finding]:
    """Distro's own fields in the org, as the card shows them."""
    found = connection_of(workspace)
    if found is None:
        return
    if is_being_set_up(found):
        yield warn("They are being set up.", "Ask again in a minute; a worker must be running.")
        return
    wanting = [name for name, health in found.fields.items() if not all(_signs(health))]
    if wanting:
        yield mend(
            f"{number_of(len(wanting), 'field is', 'fields are')} missing or not usable: {_listed(sorted(wanting))}.",
            f"{card_of(workspace)} says for each what an administrator of the org must do.",
        )
    elif found.fields:
        yield fine(f"All {len(found.fields)} are there, readable and writable.")
    else:
        yield mend(f"They were not set up. {found.provision_note}", f"Check them at {card_of(workspace)}.")


def _signs(health: Mapping[str, object]) -> list[bool]:
    return [bool(health.get(sign)) for sign in ("exists", "type_right", "readable", "writable")]


@workspace_check("Salesforce rights")
def rights(workspace: Workspace) -> Iterator[Finding]:
    """What the connected user may do with each object."""
    found = connection_of(workspace)
    if found is None or not found.objects_rights:
        return
    lacking = [
        f"{RIGHTS[right]} {name}"
        for name, needed in NEEDED.items()
        for right in needed
        if not found.objects_rights.get(name, {}).get(right)
    ]
    if lacking:
        text = f"{found.username} may not: {_listed(lacking)}."
        yield mend(text, "An administrator of the org allows it, by profile or permission set.")
    else:
        yield fine(f"{found.username} may do what is needed.")


@workspace_check("runs")
def runs(workspace: Workspace) -> Iterator[Finding]:
    rows = SyncRun.objects.filter(workspace=workspace).order_by()
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    person, parked = (counts.get(one, 0) for one in (RunState.NEEDS_PERSON, RunState.NEEDS_RECONNECTING))
    where = f"{settings.BASE_URL}/admin/"
    if person:
        text = f"{number_of(person, 'run needs', 'runs need')} a person."
        yield mend(text, f"Each says why: open the runs at {where}, then Retry or Ignore.")
    if parked:
        text = f"{number_of(parked, 'run waits', 'runs wait')} for Salesforce to be connected again."
        yield mend(text, f"Connect it at {card_of(workspace)}; they go on by themselves.")
    if not person and not parked:
        yield fine("None needs a person.")


@workspace_check("Salesforce users")
def users(workspace: Workspace) -> Iterator[Finding]:
    """Active hosts who are no active user of the org, as far as they were looked up."""
    if connection_of(workspace) is None:
        return
    hosts = list(Host.objects.filter(workspace=workspace, active=True, archived_at=None).order_by("email"))
    known = known_mappings(hosts)
    unmatched = [
        why for host in hosts if host.pk in known for user, why in [user_of(host, known[host.pk])] if not user
    ]
    for why in unmatched[:SHOWN]:
        text = (
            f"{why[:1].upper()}{why[1:]}: their Events belong to the connected user, and they own no records."
        )
        yield warn(text, "Set the host's Salesforce user in the admin, or activate the user in the org.")
    if unmatched[SHOWN:]:
        yield warn(f"The same holds for {len(unmatched) - SHOWN} more.", "See the hosts in the admin.")
    if not unmatched:
        yield fine(
            f"Of {number_of(len(hosts), 'active host')} {len(known)} looked up so far, all active users."
        )


@workspace_check("Salesforce records")
def records(workspace: Workspace) -> Iterator[Finding]:
    """Routers that create records whose form does not ask for what Salesforce demands of a new one."""
    if connection_of(workspace) is None:
        return
    routers = Router.objects.filter(workspace=workspace, active=True, archived_at=None, create_record=True)
    poor = 0
    for router in routers.order_by("key").prefetch_related("form__fields"):
        name = router.get_create_as_display()
        asked = {field.crm_fields.get(name, "").lower() for field in router.form.fields.all()}
        for crm_field, stand_in in STAND_INS[name].items():
            if crm_field.lower() not in asked:
                poor += 1
                text = f"The form of {router.key} has no answer for {name}.{crm_field}: new records get {stand_in}."
                yield warn(text, f"Add a question that is written to {name}.{crm_field}.")
    if not poor:
        yield fine("Every form asks for what a new record needs.")


@workspace_check("Salesforce mappings")
def mappings(workspace: Workspace) -> Iterator[Finding]:
    """Fields that answers and rules are written to and that the org, as last described, does not let us write."""
    found = connection_of(workspace)
    shapes = shapes_by_object(found) if found else {}
    if not shapes:
        return
    strange = sorted({(name, where) for name, where in _written(workspace) if not _is_writable(name, shapes)})
    for name, where in strange:
        text = f"{where} is written to {name}, which the org does not have or does not let us write: it is left out."
        yield warn(text, "Correct the field's name, or have the connected user allowed to write it.")
    if not strange:
        yield fine("Every field that answers and rules are written to can be written.")


def _written(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """(Lead.Rating, what is written there) of every form and rule of a router that is in use."""
    forms = Form.objects.filter(workspace=workspace, routers__active=True, routers__archived_at=None)
    for field in FormField.objects.filter(form__in=forms).select_related("form"):
        for name, crm_field in field.crm_fields.items():
            yield f"{name}.{crm_field}", f'The answer "{field.key}" of the form "{field.form}"'
    for model in (OwnershipRule, DistributionRule):
        rules = model.objects.filter(
            router__workspace=workspace, router__active=True, router__archived_at=None
        )
        for rule in rules.select_related("router"):
            for name, values in rule.set_fields.items():
                for crm_field in values:
                    yield f"{name}.{crm_field}", f'A value of the rule "{rule}" of {rule.router.key}'


def _is_writable(full_name: str, shapes: Mapping[str, Shapes]) -> bool:
    """Whether it can be written on a new record or an old one; an object never described is taken to be fine."""
    name, _, crm_field = full_name.partition(".")
    shape = shapes[name].get(crm_field.lower()) if name in shapes else None
    return name not in shapes or (shape is not None and (shape.createable or shape.updateable))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if names[SHOWN:] else ""
    return ", ".join(names[:SHOWN]) + more
