"""Conditions: read from the workspace file, checked against a form, and tried on facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from routing.core.facts import UTM_KEYS, Fact, Facts, is_context_field
from routing.core.fields import AnswerValue, FieldType, FormField
from routing.core.operators import OPERATORS, Value, operators_for, value_fault

MAX_DEPTH = 100
RECORD_FIELD = re.compile(r"(contact|lead|account)\.([A-Za-z][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class Condition:
    """One comparison. `value` is a scalar, a tuple of scalars, or None where the operator takes none."""

    field: str
    op: str
    value: Value = None

    @cached_property
    def test(self) -> Callable[[Facts], bool]:
        """The comparison, made ready once; an operator that is not in the table never holds."""
        if self.op not in OPERATORS:
            return lambda facts: False
        field, holds = self.field, OPERATORS[self.op].make(self.value)
        return lambda facts: holds(facts[field], facts)


@dataclass(frozen=True)
class AllOf:
    """Holds when every part does, and so without any."""

    parts: tuple[Tree, ...] = ()

    @cached_property
    def test(self) -> Callable[[Facts], bool]:
        tests = tuple(part.test for part in self.parts)

        def holds(facts: Facts) -> bool:
            for test in tests:  # noqa: SIM110 - a generator costs more than the comparisons
                if not test(facts):
                    return False
            return True

        return holds


@dataclass(frozen=True)
class AnyOf:
    """Holds when one part does, and so never without any."""

    parts: tuple[Tree, ...] = ()

    @cached_property
    def test(self) -> Callable[[Facts], bool]:
        tests = tuple(part.test for part in self.parts)
        return lambda facts: any(test(facts) for test in tests)


Tree: TypeAlias = Condition | AllOf | AnyOf
GROUPS: dict[str, type[AllOf] | type[AnyOf]] = {"all": AllOf, "any": AnyOf}


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """How one condition went. `known` is False when its record could not be looked up."""

    field: str
    op: str
    value: Value
    actual: AnswerValue
    holds: bool
    known: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file, and where: path `when.all[1].op`, text `unknown operator "gtx"`."""

    path: str
    text: str


def parse_conditions(when: Mapping[str, Any] | None) -> Tree | None:
    """The tree of a `when` that `condition_faults` finds nothing wrong with; None and {} mean always."""
    if not when:
        return None
    return _parse(when)


def _parse(when: Mapping[str, Any]) -> Tree:
    for name, group in GROUPS.items():
        if name in when:
            return group(tuple(_parse(part) for part in when[name]))
    return Condition(when["field"], when["op"], _frozen(when.get("value")))


def _frozen(value: Any) -> Value:
    return tuple(value) if isinstance(value, (list, tuple)) else value


def conditions_json(tree: Tree | None) -> dict[str, Any] | None:
    """The `when` that a tree was parsed from; None for always."""
    if tree is None:
        return None
    if isinstance(tree, Condition):
        value = list(tree.value) if isinstance(tree.value, tuple) else tree.value
        bare = {"field": tree.field, "op": tree.op}
        return bare if value is None else {**bare, "value": value}
    name = "all" if isinstance(tree, AllOf) else "any"
    return {name: [conditions_json(part) for part in tree.parts]}


def flat(tree: Tree | None) -> list[Condition]:
    """A tree's conditions, in the file's order."""
    if tree is None:
        return []
    if isinstance(tree, Condition):
        return [tree]
    return [condition for part in tree.parts for condition in flat(part)]


def evaluate(tree: Tree | None, facts: Facts) -> tuple[bool, tuple[ConditionResult, ...]]:
    """Whether the tree holds, and how each of its conditions went, flat, in the file's order."""
    results = tuple(_result(condition, facts) for condition in flat(tree))
    return tree is None or tree.test(facts), results


def _result(condition: Condition, facts: Facts) -> ConditionResult:
    fact: Fact = facts[condition.field]
    return ConditionResult(
        condition.field, condition.op, condition.value, fact.actual, condition.test(facts), fact.known
    )


def condition_faults(when: Any, fields: Sequence[FormField], path: str = "when") -> list[Fault]:
    """Everything wrong with a `when`, given the form's fields; none of it for None, which means always."""
    if when is None:
        return []
    return _faults(when, {field.key: field.type for field in fields}, path, 1)


def _faults(when: Any, types: Mapping[str, FieldType], path: str, depth: int) -> list[Fault]:
    if not isinstance(when, Mapping):
        return [Fault(path, "a condition is {field, op, value}, {all: [...]} or {any: [...]}")]
    if depth > MAX_DEPTH:
        return [Fault(path, f"conditions nest at most {MAX_DEPTH} levels deep")]
    names = [name for name in GROUPS if name in when]
    allowed = {names[0]} if names else {"field", "op", "value"}
    faults = [Fault(f"{path}.{key}", _stray(key, allowed)) for key in when if key not in allowed]
    if names:
        return faults + _group_faults(when[names[0]], types, f"{path}.{names[0]}", depth)
    return faults + _condition_faults(when, types, path)


def _stray(key: object, allowed: set[str]) -> str:
    return f'unknown key "{key}"; beside {" and ".join(sorted(allowed))} nothing else can stand here'


def _group_faults(parts: Any, types: Mapping[str, FieldType], path: str, depth: int) -> list[Fault]:
    if not isinstance(parts, (list, tuple)):
        return [Fault(path, "must be a list of conditions")]
    if not parts and path.endswith(".any"):
        return [Fault(path, "an empty list never holds; name at least one condition")]
    return [
        fault
        for index, part in enumerate(parts)
        for fault in _faults(part, types, f"{path}[{index}]", depth + 1)
    ]


def _condition_faults(when: Mapping[str, Any], types: Mapping[str, FieldType], path: str) -> list[Fault]:
    absent = [key for key in ("field", "op") if key not in when]
    if absent:
        return [Fault(f"{path}.{key}", f"a condition needs {key}") for key in absent]
    field, op, value = when["field"], when["op"], _frozen(when.get("value"))
    faults = [] if has_field(field, types) else [Fault(f"{path}.field", _no_field(field))]
    if not isinstance(op, str) or op not in OPERATORS:
        return [*faults, Fault(f"{path}.op", f'unknown operator "{op}"')]
    return faults or _operator_faults(op, value, field_type_of(field, types), path)


def has_field(field: object, types: Mapping[str, FieldType]) -> bool:
    """Whether conditions can ask for a field: a form's own, one of the submission's, or any of the CRM."""
    if not isinstance(field, str):
        return False
    ours = field in types or field in ("email", "email.domain") or is_context_field(field)
    return ours or RECORD_FIELD.fullmatch(field) is not None


def field_type_of(field: str, types: Mapping[str, FieldType]) -> FieldType | None:
    """The type of a field that `has_field` knows; None for one of the CRM, whose type only the org knows."""
    if field == "email":
        return "email"
    if field in types:
        return types[field]
    return None if RECORD_FIELD.fullmatch(field) else "text"


def _no_field(field: object) -> str:
    if isinstance(field, str) and field.startswith("utm."):
        return f'unknown field "{field}"; of utm there are {", ".join(UTM_KEYS)}'
    return f'the form has no field "{field}"'


def _operator_faults(op: str, value: Value, field_type: FieldType | None, path: str) -> list[Fault]:
    if field_type is not None and field_type not in OPERATORS[op].fits:
        fitting = ", ".join(operators_for(field_type))
        return [Fault(f"{path}.op", f"{op} does not fit a {field_type} field; use {fitting}")]
    members = value if isinstance(value, tuple) else (value,)
    if not all(member is None or isinstance(member, (str, int, float, bool)) for member in members):
        return [Fault(f"{path}.value", "must be text, a number, true or false, or a list of these")]
    text = value_fault(op, value, field_type)
    return [Fault(f"{path}.value", text)] if text else []
