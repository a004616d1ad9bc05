"""The faults of a router that its form decides: conditions, titles and the values that rules write."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from routing.core.conditions import condition_faults, conditions_json, parse_conditions
from routing.core.facts import UTM_KEYS
from routing.core.fields import FIELD_TYPES, FormField
from routing.core.titles import placeholders, unknown_placeholders
from routing.models import DEFAULT_TITLE

from .kinds import BAD, Check
from .records import join
from .texts import suggestion

RULES = ("ownership_rules", "distribution_rules")
ALWAYS_THERE = (*(f"utm.{key}" for key in UTM_KEYS), "source_url", "router", "host")
# A form's name -> its fields.
Forms = dict[str, list[FormField]]


def check_routers(read: dict[str, Any], raw: dict[str, Any], taken: Collection[str], check: Check) -> None:
    """Note what is wrong between routers, forms and meeting types; `taken` are other workspaces' keys."""
    forms = _forms(raw.get("forms"))
    for path, router in _whole("routers", read["routers"]):
        if router["key"] in taken:
            check.fault(f"{path}.key", "is taken by another workspace; choose another key")
        fields = None if router["form"] is BAD else forms.get(router["form"], [])
        for where, rule in _rules(path, router):
            _check_conditions(rule, where, fields, check)
            _check_values(rule, where, fields, check)
    _check_titles(read, forms, check)


def make_conditions_regular(read: dict[str, Any]) -> None:
    """Give the conditions of a file without faults the form in which they are kept."""
    for path, router in _whole("routers", read["routers"]):
        for _, rule in _rules(path, router):
            rule["when"] = conditions_json(parse_conditions(rule["when"]))


def _whole(path: str, listed: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, dict):
            yield f"{path}[{index}]", one


def _rules(path: str, router: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in RULES:
        yield from _whole(f"{path}.{name}", router[name])


def _forms(raw: Any) -> Forms:
    """The forms as far as they can be read: a field with a fault of its own brings no second one here."""
    return {
        str(form["name"]).strip(): [_field(field) for _, field in _whole("", form.get("fields"))]
        for _, form in _whole("", raw)
        if "name" in form
    }


def _field(raw: dict[str, Any]) -> FormField:
    kind = raw.get("type")
    return FormField(str(raw.get("key")).strip(), kind if kind in FIELD_TYPES else "text")


def _check_conditions(rule: dict[str, Any], path: str, fields: list[FormField] | None, check: Check) -> None:
    if rule["when"] is BAD:
        return
    for fault in condition_faults(rule["when"], fields or [], f"{path}.when"):
        if fields is not None or not fault.path.endswith(".field"):
            check.faults.append(fault)


def _check_values(rule: dict[str, Any], path: str, fields: list[FormField] | None, check: Check) -> None:
    if rule["set_fields"] is BAD or fields is None:
        return
    known = [*(field.key for field in fields), *ALWAYS_THERE]
    for name, values in rule["set_fields"].items():
        for field, value in values.items() if isinstance(values, dict) else ():
            for key in placeholders(value) if isinstance(value, str) else ():
                if key not in known:
                    hint = (
                        suggestion(key, known) or "; use a form key, utm.source, source_url, router or host"
                    )
                    check.fault(
                        join(f"{path}.set_fields.{name}", field), f"unknown placeholder {{{key}}}{hint}"
                    )


def _check_titles(read: dict[str, Any], forms: Forms, check: Check) -> None:
    users = _users(read)
    for path, meeting_type in _whole("meeting_types", read["meeting_types"]):
        title = meeting_type["title"]
        if title in (BAD, DEFAULT_TITLE) or meeting_type["name"] not in users:
            continue
        keys = {field.key for form in users[meeting_type["name"]] for field in forms.get(form, [])}
        for key in unknown_placeholders(title, keys):
            hint = suggestion(key, keys) or "; use a key of the form, host, meeting_type or router"
            check.fault(f"{path}.title", f"no form of a router using this meeting type has {{{key}}}{hint}")


def _users(read: dict[str, Any]) -> dict[str, set[str]]:
    """Meeting type -> the forms of the routers that use it, by themselves or in a rule."""
    users: dict[str, set[str]] = {}
    for path, router in _whole("routers", read["routers"]):
        used = [router["meeting_type"], *(rule["meeting_type"] for _, rule in _rules(path, router))]
        for name in used:
            if isinstance(name, str) and router["form"] is not BAD:
                users.setdefault(name, set()).add(router["form"])
    return users
