"""The workspace file's keys with their kinds, defaults and columns: reading, loading and dumping all go by these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from routing import models
from routing.core.fields import FIELD_TYPES
from routing.core.values import NINE_TO_FIVE, WEEKDAYS
from routing.models.form import validate_field_key

from . import texts
from .kinds import ABSENT, BAD, Check, Choice, Maybe, Several, Switch, Text, Whole
from .records import Key, Listing, Record, column
from .router_shape import A_ROUTER, API_NAME, FIRST_OWNERSHIP_RULES, HOST
from .special import Version
from .texts import matching, validated

__all__ = ["FIRST_OWNERSHIP_RULES", "SECTIONS", "WHOLE_FILE", "Section"]

MINUTES = Whole(0, 1440, 5)
ZONE = Text(64, texts.zone)


def _span_list(spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [f"{models.clock(start)}-{models.clock(end)}" for start, end in spans]


def _whole_days(read: dict[str, Any], path: str, check: Check) -> None:
    first, last = read["from"], read["to"]
    if isinstance(first, str) and isinstance(last, str) and last < first:
        check.fault(
            f"{path}.to", f"{last} lies before {first}; both days are included, so it is from or later"
        )


def _options(read: dict[str, Any], path: str, check: Check) -> None:
    if read["type"] is BAD or read["options"] is BAD:
        return
    takes = read["type"] in ("select", "multiselect")
    if takes and not read["options"]:
        check.fault(f"{path}.options", f"a {read['type']} field needs a list of options, such as [US, CA]")
    if read["options"] and not takes:
        check.fault(
            f"{path}.options", f"a {read['type']} field has no options; make it a select or leave them out"
        )
    if read["key"] == "email" and read["type"] != "email":
        check.fault(f"{path}.key", 'the key "email" means the e-mail field; choose another for this one')


def _one_email(read: list[Any], path: str, check: Check) -> None:
    whole = [one for one in read if isinstance(one, dict)]
    emails = [index for index, one in enumerate(read) if one in whole and one["type"] == "email"]
    if not emails and len(whole) == len(read) and not any(one["type"] is BAD for one in whole):
        check.fault(
            path, "a form needs exactly one field of type email, with required: true; this one has none"
        )
    for index in emails[1:]:
        check.fault(
            f"{path}[{index}].type", f"a form has exactly one email field, and {path}[{emails[0]}] is it"
        )
    if emails and read[emails[0]]["required"] is False:
        check.fault(
            f"{path}[{emails[0]}].required", "the e-mail field must be required; write required: true"
        )


WORKSPACE = Record(
    "workspace",
    (
        column("slug", Text(60, matching(r"[-a-zA-Z0-9_]+", "use letters, digits, hyphens and underscores"))),
        column("name", Text(120)),
        column("timezone", ZONE, "UTC"),
        column("allowed_origins", Several(Text(255, texts.origin), "origin"), []),
        column("rotation_reset", Choice(("monthly", "quarterly", "yearly", "never")), "monthly"),
        column("count_ownership_bookings", Switch(), False),
        column("extension_fields", Switch(), True),
        column("free_mail_domains", Several(Text(253, texts.domain), "domain"), []),
    ),
)
WORKING_HOURS = Record(
    "week",
    tuple(Key(name, Several(Text(11, texts.span), "span", in_order=False), []) for name in WEEKDAYS),
)
TIME_OFF = Record(
    "time off",
    (
        Key("from", Text(10, texts.day)),
        Key("to", Text(10, texts.day)),
        Key("reason", Maybe(Text(120), ""), None),
    ),
    also=_whole_days,
)
TIMES_OFF = Listing(TIME_OFF)
A_HOST = Record(
    "host",
    (
        column("email", Text(254, texts.email)),
        column("name", Text(120)),
        column("timezone", Maybe(ZONE, ""), None),
        Key("working_hours", WORKING_HOURS, dict(zip(WEEKDAYS, map(_span_list, NINE_TO_FIVE), strict=True))),
        Key("time_off", TIMES_OFF, []),
        column("active", Switch(), True),
        column("meeting_url", Maybe(Text(255, texts.web_address), ""), None),
        column("salesforce_user", Maybe(Text(255), ""), None),
    ),
)
MEMBER = Record("member", (column("host", HOST), column("weight", Whole(0, 100), 1)))
A_TEAM = Record(
    "team", (column("name", Text(120)), Key("members", Listing(MEMBER, "host", in_order=True), []))
)
A_MEETING_TYPE = Record(
    "meeting type",
    (
        column("name", Text(120)),
        column("title", Text(255), models.DEFAULT_TITLE),
        column("duration", Whole(5, 1440, 5), 30),
        column("slot_interval", Whole(5, 1440, 5), 30),
        column("buffer_before", MINUTES, 0),
        column("buffer_after", MINUTES, 0),
        column("minimum_notice", Whole(0, 527040), 60),
        column("horizon_days", Whole(1, 366), 14),
        column("daily_limit", Maybe(Whole(1, 32767)), None),
        column("location", Text(255), "Remote"),
        column("complete_after", Maybe(Whole(0, 527040)), 60),
    ),
)
CRM_FIELDS = Record("mapping", (Key("Lead", API_NAME, ABSENT), Key("Contact", API_NAME, ABSENT)))
FIELD = Record(
    "field",
    (
        column("key", Text(40, validated(validate_field_key))),
        column("label", Maybe(Text(200), ""), None),
        column("type", Choice(FIELD_TYPES), "text"),
        column("required", Switch(), False),
        column("options", Several(Text(255), "option"), []),
        Key("salesforce", CRM_FIELDS, {}, column="crm_fields"),
        column("overwrite", Choice(("if_blank", "always", "on_create")), "if_blank"),
    ),
    also=_options,
)
A_FORM = Record(
    "form",
    (column("name", Text(120)), Key("fields", Listing(FIELD, "key", in_order=True, also=_one_email))),
)


@dataclass(frozen=True)
class Section:
    """One list of the file: its things are archived, never deleted."""

    name: str
    model: type[Model]
    record: Record
    identity: str = "name"

    @property
    def listing(self) -> Listing:
        """The section as a kind."""
        return Listing(self.record, self.identity)


# In the order in which rows are written: what is referred to comes first.
SECTIONS = (
    Section("hosts", models.Host, A_HOST, "email"),
    Section("teams", models.Team, A_TEAM),
    Section("meeting_types", models.MeetingType, A_MEETING_TYPE),
    Section("forms", models.Form, A_FORM),
    Section("routers", models.Router, A_ROUTER, "key"),
)
WHOLE_FILE = Record(
    "file",
    (
        Key("version", Version()),
        Key("workspace", WORKSPACE),
        *(Key(section.name, section.listing, []) for section in SECTIONS),
    ),
)
