"""The published entry: form, rules, default, meeting type, and what the CRM is to hear."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from .form import Form
from .meeting_type import MeetingType
from .people import Host, Team
from .workspace import Workspace

validate_router_key = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{1,59}$",
    "A router's key is 2 to 60 small letters, digits and hyphens, and does not begin with a hyphen.",
)


class Rotation(models.TextChoices):
    FLEXIBLE = "flexible", "Everybody's free times, the fairest free host gets it"
    STRICT = "strict", "The next host's times alone"


class Fairness(models.TextChoices):
    TEAM = "team", "Counted over all routers of the team"
    ROUTER = "router", "Counted for this router alone"


class CreateAs(models.TextChoices):
    LEAD = "lead", "Lead"
    CONTACT = "contact", "Contact"


class UpdateOwner(models.TextChoices):
    ALWAYS = "true", "Always"
    NEVER = "false", "Never"
    LEADS = "leads", "Leads only"
    UNOWNED = "unowned", "Only where a queue, an inactive user or the connected user owns it"


class Duplicates(models.TextChoices):
    CREATE = "create", "Create all the same"
    REVIEW = "review", "Let a person decide"


def one_target(prefix: str) -> Q:
    """The condition that exactly one of host, team, message and redirect is set."""
    names = [f"{prefix}host", f"{prefix}team", f"{prefix}message", f"{prefix}redirect"]
    empty = {
        name: Q(**{f"{name}__isnull": True}) if name.endswith(("host", "team")) else Q(**{name: ""})
        for name in names
    }
    any_of = Q()
    for chosen in names:
        this = ~empty[chosen] if not chosen.endswith(("host", "team")) else Q(**{f"{chosen}__isnull": False})
        for other in names:
            if other != chosen:
                this &= empty[other]
        any_of |= this
    return any_of


class Router(models.Model):
    """One public entry. `key` is in its address and so unique over all workspaces."""

    workspace_path = "workspace"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="routers")
    key = models.CharField(max_length=60, unique=True, validators=[validate_router_key])
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="routers")
    meeting_type = models.ForeignKey(MeetingType, models.PROTECT, related_name="routers")
    rotation = models.CharField(max_length=10, choices=Rotation.choices, default=Rotation.FLEXIBLE)
    fairness = models.CharField(max_length=10, choices=Fairness.choices, default=Fairness.TEAM)

    default_host = models.ForeignKey(Host, models.PROTECT, null=True, blank=True, related_name="+")
    default_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    default_message = models.TextField(max_length=1000, blank=True)
    default_redirect = models.URLField(max_length=500, blank=True)

    create_record = models.BooleanField("create a record when nobody is found", default=True)
    create_as = models.CharField(max_length=10, choices=CreateAs.choices, default=CreateAs.LEAD)
    update_record = models.BooleanField("write the answers to the record", default=True)
    update_owner = models.CharField(
        "make the host the owner", max_length=10, choices=UpdateOwner.choices, default=UpdateOwner.LEADS
    )
    owner_delay = models.PositiveIntegerField(
        default=30, validators=[MaxValueValidator(86400)], help_text="Seconds after the booking."
    )
    duplicates = models.CharField(
        "when a duplicate rule alerts", max_length=10, choices=Duplicates.choices, default=Duplicates.CREATE
    )
    assignment_rules = models.BooleanField("let Salesforce's assignment rules run on new Leads", default=True)
    default_account = models.CharField(max_length=18, blank=True, help_text="The id of an Account, 001…")
    create_account = models.BooleanField("create an Account for a new Contact", default=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=one_target("default_"), name="router_one_default"),
            models.CheckConstraint(condition=Q(rotation__in=Rotation.values), name="router_rotation_known"),
        ]

    def __str__(self) -> str:
        return self.name


class RuleBase(models.Model):
    """What both kinds of rule share. `when` is the conditions as the workspace file writes them, or null."""

    workspace_path = "router__workspace"

    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=120)
    when = models.JSONField("conditions", null=True, blank=True, help_text="Empty: always.")
    meeting_type = models.ForeignKey(
        MeetingType, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the router's."
    )
    update_owner = models.CharField(
        max_length=10, choices=UpdateOwner.choices, blank=True, help_text="Empty: the router's."
    )
    create_record = models.BooleanField(null=True, blank=True, help_text="Unknown: the router's.")
    set_fields = models.JSONField(
        default=dict,
        blank=True,
        help_text='Such as {"Lead": {"Rating": "Hot", "LeadSource": "{utm.source}"}}.',
    )

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class CrmObject(models.TextChoices):
    CONTACT = "contact", "Contact"
    LEAD = "lead", "Lead"
    ACCOUNT = "account", "Account"


class Match(models.TextChoices):
    EXACT = "exact", "same e-mail"
    DOMAIN = "domain", "same e-mail domain"


class OwnershipRule(RuleBase):
    """Sends the prospect to the host who owns their record."""

    router = models.ForeignKey(Router, models.CASCADE, related_name="ownership_rules")
    object = models.CharField(max_length=10, choices=CrmObject.choices)
    match = models.CharField(max_length=10, choices=Match.choices, default=Match.EXACT)
    owner_field = models.CharField(max_length=80, default="OwnerId")

    class Meta(RuleBase.Meta):
        constraints = [models.UniqueConstraint(fields=["router", "name"], name="ownership_rule_name_once")]


class DistributionRule(RuleBase):
    """Sends the prospect to a host or a team, or turns them away with a message or a redirect."""

    router = models.ForeignKey(Router, models.CASCADE, related_name="distribution_rules")
    assign_host = models.ForeignKey(Host, models.PROTECT, null=True, blank=True, related_name="+")
    assign_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    assign_message = models.TextField("message", max_length=1000, blank=True)
    assign_redirect = models.URLField("redirect", max_length=500, blank=True)

    class Meta(RuleBase.Meta):
        constraints = [
            models.UniqueConstraint(fields=["router", "name"], name="distribution_rule_name_once"),
            models.CheckConstraint(condition=one_target("assign_"), name="distribution_rule_one_target"),
        ]
