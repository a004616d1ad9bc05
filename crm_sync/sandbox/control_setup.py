"""Control: users, rules, fields, apps, tokens, settings, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from . import customfields
from .control_records import shown, user_of
from .customizing import AssignmentRule, Automation, DuplicateRule, Predicate, Rules, ValidationRule
from .limits import usage
from .org import CLIENT_ID, SETTINGS, ConnectedApp, Org
from .seed import add_user, follow_profile, insert

PLAIN_SETTINGS = (*SETTINGS, "quota_used")


def state(org: Org, *, query: dict[str, str], body: Any) -> Any:
    counts = {one.name: org.store.count(one.name) for one in org.schema}
    return {
        "organization_id": org.id, "name": org.name, "instance_url": org.base_url, "client_id": CLIENT_ID,
        "approve": org.approve, "records": counts, "limits": usage(org), "calls": org.calls.count,
        "writes": len(org.store.writes), "custom_fields": [one["FullName"] for one in org.custom_fields.values()],
    }  # fmt: skip


def users(org: Org, *, query: dict[str, str], body: Any) -> Any:
    return {"users": [shown(one) for one in org.store.live("User")]}


def new_user(org: Org, *, query: dict[str, str], body: Any) -> Any:
    entries = body if isinstance(body, list) else [body]
    made = [add_user(org, one) for one in entries]
    return {"users": [shown(org.user(one)) for one in made]}


def change_user(org: Org, name: str, *, query: dict[str, str], body: Any) -> Any:
    user = user_of(org, name)
    values = dict(body)
    if "Profile" in values:
        wanted = values.pop("Profile")
        values["ProfileId"] = next(p["Id"] for p in org.store.live("Profile") if p["Name"] == wanted)
    unknown = [key for key in values if key not in user]
    if unknown:
        raise ValueError(f"User has no field {', '.join(unknown)}")
    table = org.schema["User"]
    org.store.put(table, {**user, **values}, by=user["Id"], at=org.now(), call=0, action="update")
    follow_profile(org, user["Id"])
    return shown(org.user(user["Id"]))


def predicates(given: Any) -> tuple[Predicate, ...]:
    return tuple(Predicate(**one) for one in given or ())


def validation(org: Org, given: dict[str, Any]) -> None:
    org.rules.validation.append(ValidationRule(**{**given, "when": predicates(given.get("when"))}))


def duplicate(org: Org, given: dict[str, Any]) -> None:
    lists: dict[str, Any] = {key: tuple(given[key]) for key in ("fields", "against") if key in given}
    values: dict[str, Any] = {"name": f"Standard_{given.get('sobject')}_Duplicate_Rule", **given}
    values.update(lists)
    org.rules.duplicate.append(DuplicateRule(**values))


def assignment(org: Org, given: dict[str, Any]) -> None:
    queue = next((g["Id"] for g in org.store.live("Group") if given["owner"] in (g["Name"], g["Id"])), None)
    owner = queue or user_of(org, given["owner"])["Id"]
    org.rules.assignment.append(AssignmentRule(owner, predicates(given.get("when"))))


def automation(org: Org, given: dict[str, Any]) -> None:
    by = user_of(org, given.get("by") or "automation@acme.example")["Id"]
    changes = dict(given["set"])
    if "@" in str(changes.get("OwnerId", "")):
        changes["OwnerId"] = user_of(org, changes["OwnerId"])["Id"]
    wait = float(given.get("after_seconds", 0))
    org.rules.automation.append(
        Automation(given["sobject"], changes, by, wait, predicates(given.get("when")))
    )


def closed_calendar(org: Org, given: dict[str, Any]) -> None:
    org.rules.closed_calendars.add(user_of(org, given["user"])["Id"])


KINDS: dict[str, Callable[[Org, dict[str, Any]], None]] = {
    "validation": validation, "duplicate": duplicate, "assignment": assignment, "automation": automation,
    "closed_calendar": closed_calendar,
}  # fmt: skip


def new_rule(org: Org, *, query: dict[str, str], body: Any) -> Any:
    given = dict(body)
    kind = given.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f'"kind" is one of {", ".join(KINDS)}')
    KINDS[kind](org, given)
    return rules(org, query=query, body=body)


def rules(org: Org, *, query: dict[str, str], body: Any) -> Any:
    lists = ("validation", "duplicate", "assignment", "automation")
    found: dict[str, Any] = {}
    for name in lists:
        found[name] = [asdict(one) for one in getattr(org.rules, name)]
    return found | {"closed_calendars": sorted(org.rules.closed_calendars)}


def clear_rules(org: Org, *, query: dict[str, str], body: Any) -> Any:
    org.rules = Rules()
    return rules(org, query=query, body=body)


def field_access(org: Org, *, query: dict[str, str], body: Any) -> Any:
    profile = next(p["Id"] for p in org.store.live("Profile") if p["Name"] == body["profile"])
    org.rules.field_access[profile, body["field"].lower()] = (
        bool(body["read"]),
        bool(body.get("edit", False)),
    )
    org.schema.touch("*", org.moment().timestamp())
    return body


def granted_sets(org: Org, names: Iterable[str]) -> list[str]:
    """Ids of the permission sets with these names or owned by the profiles with these names."""
    wanted = set(names)
    profiles = {one["Id"] for one in org.store.live("Profile") if one["Name"] in wanted}
    return [
        p["Id"] for p in org.store.live("PermissionSet") if p["Name"] in wanted or p["ProfileId"] in profiles
    ]


def new_field(org: Org, *, query: dict[str, str], body: Any) -> Any:
    """Defines a field as an administrator would; `grant` names profiles or permission sets that may edit it."""
    made = customfields.define(org, body["FullName"], body["Metadata"])
    table, _, name = body["FullName"].partition(".")
    for one in org.schema.named_tables(table):
        for parent in granted_sets(org, body.get("grant", ())):
            grant = {"ParentId": parent, "SobjectType": one.name, "Field": f"{one.name}.{name}"}
            insert(
                org,
                "FieldPermissions",
                {**grant, "PermissionsRead": True, "PermissionsEdit": True},
                fixed=False,
            )
    return {"id": made}


def drop_field(org: Org, name: str, *, query: dict[str, str], body: Any) -> Any:
    found = [key for key, one in org.custom_fields.items() if one["FullName"].lower() == name.lower()]
    if not found:
        raise ValueError(f"there is no custom field {name}")
    customfields.undefine(org, found[0])
    return {"deleted": name}


def new_app(org: Org, *, query: dict[str, str], body: Any) -> Any:
    values = {**body, "callbacks": tuple(body["callbacks"]) if body.get("callbacks") is not None else None}
    app = ConnectedApp(**values)
    org.apps[app.client_id] = app
    return asdict(app)


def expire_tokens(org: Org, *, query: dict[str, str], body: Any) -> Any:
    return {"expired": org.tokens.expire_sessions()}


def revoke_refresh(org: Org, *, query: dict[str, str], body: Any) -> Any:
    """Revokes every grant, or those of one user."""
    user = user_of(org, body["user"])["Id"] if body.get("user") else None
    grants = {id(one): one for one in org.tokens.refresh.values() if user in (None, one.user_id)}
    for one in grants.values():
        org.tokens.revoke_grant(one)
    return {"revoked": len(grants)}


def settings(org: Org, *, query: dict[str, str], body: Any) -> Any:
    known = (*PLAIN_SETTINGS, "api_disabled", "field_delay_seconds")
    unknown = [name for name in body if name not in known]
    if unknown:
        raise ValueError(f"there is no setting {', '.join(unknown)}; there are {', '.join(known)}")
    for name in PLAIN_SETTINGS:
        setattr(org, name, body.get(name, getattr(org, name)))
    org.rules.api_disabled = body.get("api_disabled", org.rules.api_disabled)
    org.field_delay_seconds = float(body.get("field_delay_seconds", org.field_delay_seconds))
    return {name: getattr(org, name) for name in PLAIN_SETTINGS}


def clock(org: Org, *, query: dict[str, str], body: Any) -> Any:
    org.clock_shift += timedelta(seconds=float(body["advance"]))
    org.settle()
    return {"now": org.now().isoformat()}


def reset(org: Org, *, query: dict[str, str], body: Any) -> Any:
    org.start_over()
    return state(org, query=query, body=body)
