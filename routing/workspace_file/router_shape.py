"""A router's keys in the workspace file, with its rules and what they lead to."""

from __future__ import annotations

from typing import Any

from routing.models.router import validate_router_key

from . import texts
from .kinds import ABSENT, Check, Choice, Maybe, Ref, Switch, Text, Whole
from .records import Key, Listing, Record, column
from .special import Conditions, Default, FieldValues
from .texts import validated

HOST = Ref("hosts", "host", "email")
TEAM = Ref("teams", "team")
MEETING_TYPE = Ref("meeting_types", "meeting type")
FORM = Ref("forms", "form")
UPDATE_OWNER = Choice((True, False, "leads", "unowned"))
API_NAME = Text(80, texts.api_name)


def _assigned(read: dict[str, Any], path: str, check: Check) -> None:
    said = [name for name in ("assign", "disqualify") if name in read]
    if len(said) != 1:
        wrong = "assign and disqualify exclude each other" if said else "it leads nowhere"
        check.fault(path, f"{wrong}; a rule has exactly one of assign and disqualify")


SET_FIELDS = Record("mapping", (Key("Lead", FieldValues(), ABSENT), Key("Contact", FieldValues(), ABSENT)))
EFFECTS = (
    column("meeting_type", Maybe(MEETING_TYPE), None),
    column("update_owner", Maybe(UPDATE_OWNER, ""), None),
    column("create_record", Maybe(Switch()), None),
    column("set_fields", SET_FIELDS, {}),
)
OWNERSHIP_RULE = Record(
    "rule",
    (
        column("name", Text(120)),
        column("object", Choice(("contact", "lead", "account"))),
        column("match", Choice(("exact", "domain")), "exact"),
        column("owner_field", API_NAME, "OwnerId"),
        column("when", Conditions(), None),
        *EFFECTS,
    ),
)
ASSIGN = Record("target", (Key("host", HOST, ABSENT), Key("team", TEAM, ABSENT)), one_of=True)
MESSAGE = Text(1000, lines=True)
REDIRECT = Text(500, texts.web_address)
DISQUALIFY = Record(
    "target", (Key("message", MESSAGE, ABSENT), Key("redirect", REDIRECT, ABSENT)), one_of=True
)
DISTRIBUTION_RULE = Record(
    "rule",
    (
        column("name", Text(120)),
        column("when", Conditions(), None),
        Key("assign", ASSIGN, ABSENT),
        Key("disqualify", DISQUALIFY, ABSENT),
        *EFFECTS,
    ),
    also=_assigned,
)
DEFAULT = Default("default", (Key("assign", ASSIGN, ABSENT), *ASSIGN.keys, *DISQUALIFY.keys), one_of=True)
SALESFORCE = Record(
    "block",
    (
        column("create_record", Switch(), True),
        column("create_as", Choice(("lead", "contact")), "lead"),
        column("update_record", Switch(), True),
        column("update_owner", UPDATE_OWNER, "leads"),
        column("owner_delay", Whole(0, 86400), 30),
        column("duplicates", Choice(("create", "review")), "create"),
        column("assignment_rules", Switch(), True),
        column("default_account", Maybe(Text(18, texts.account_id), ""), None),
        column("create_account", Switch(), False),
    ),
)


def _ownership(object_: str, match: str) -> dict[str, Any]:
    whole = {key.name: key.default for key in OWNERSHIP_RULE.keys}
    return {**whole, "name": f"{object_.title()} owner", "object": object_, "match": match}


FIRST_OWNERSHIP_RULES = [
    _ownership("contact", "exact"),
    _ownership("lead", "exact"),
    _ownership("account", "domain"),
]
A_ROUTER = Record(
    "router",
    (
        column("key", Text(60, validated(validate_router_key))),
        column("name", Text(120)),
        column("active", Switch(), True),
        column("form", FORM),
        column("meeting_type", MEETING_TYPE),
        column("rotation", Choice(("flexible", "strict")), "flexible"),
        column("fairness", Choice(("team", "router")), "team"),
        Key("salesforce", SALESFORCE, {key.name: key.default for key in SALESFORCE.keys}),
        Key("ownership_rules", Listing(OWNERSHIP_RULE, "name", in_order=True), FIRST_OWNERSHIP_RULES),
        Key("distribution_rules", Listing(DISTRIBUTION_RULE, "name", in_order=True), []),
        Key("default", DEFAULT),
    ),
)
