"""The operators of conditions, as a table: which fields each fits, what value it takes and when it holds."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from routing.core.facts import Comparable, Fact, Facts, Kind, fold, read_date, read_fact, read_number
from routing.core.fields import FIELD_TYPES, FieldType, Scalar
from routing.core.free_mail import domain_of, is_free_email

Value: TypeAlias = Scalar | tuple[Scalar, ...]
Test: TypeAlias = Callable[[Fact, Facts], bool]
Takes: TypeAlias = Literal["nothing", "one", "many", "range"]

EVERY: frozenset[FieldType] = frozenset(FIELD_TYPES)
AS_TEXT: frozenset[FieldType] = frozenset(
    one for one in FIELD_TYPES if one not in ("number", "date", "multiselect")
)
ORDERED: frozenset[FieldType] = frozenset(one for one in FIELD_TYPES if one != "multiselect")
PARTS: frozenset[FieldType] = frozenset(one for one in FIELD_TYPES if one not in ("number", "date"))


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if isinstance(value, tuple) else (value,)


def _per_kind(value: Value) -> dict[Kind, Comparable | None]:
    """What equality looks for in a field of each kind; a lone value is, for a multiselect, the set of one."""
    if isinstance(value, tuple):
        return {"set": read_fact([str(fold(member)) for member in value]).same}
    fact = read_fact(value)
    return {"text": fact.text, "number": fact.number, "date": fact.day, "set": frozenset({fold(value)})}


def _equals(value: Value) -> Test:
    wanted = _per_kind(value)
    return lambda fact, _: fact.same is not None and fact.same == wanted.get(fact.kind)


def _not_equals(value: Value) -> Test:
    wanted = _per_kind(value)

    def test(fact: Fact, _: Facts) -> bool:
        unlike = wanted.get(fact.kind)
        return fact.same is not None and unlike is not None and fact.same != unlike

    return test


def _in(value: Value) -> Test:
    singles = [_per_kind(member) for member in _members(value)]
    kinds: tuple[Kind, ...] = ("text", "number", "date")
    wanted = {kind: frozenset(one[kind] for one in singles) - {None} for kind in kinds}
    chosen = frozenset(fold(member) for member in _members(value))

    def test(fact: Fact, _: Facts) -> bool:
        if isinstance(fact.same, frozenset):
            return not fact.same.isdisjoint(chosen)
        return fact.same is not None and fact.same in wanted[fact.kind]

    return test


def _not_in(value: Value) -> Test:
    among = _in(value)
    return lambda fact, facts: fact.same is not None and not among(fact, facts)


def _contains(value: Value) -> Test:
    part = fold(_members(value)[0])

    def test(fact: Fact, _: Facts) -> bool:
        if isinstance(fact.same, frozenset):
            return part in fact.same
        return fact.text is not None and part in fact.text

    return test


def _not_contains(value: Value) -> Test:
    inside = _contains(value)
    return lambda fact, facts: fact.known and not fact.blank and not inside(fact, facts)


def _starts_with(value: Value) -> Test:
    part = fold(_members(value)[0])
    return lambda fact, _: fact.text is not None and fact.text.startswith(part)


def _ends_with(value: Value) -> Test:
    part = fold(_members(value)[0])
    return lambda fact, _: fact.text is not None and fact.text.endswith(part)


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Value], Test]:
    def make(value: Value) -> Test:
        limit = read_fact(_members(value)[0])
        number, day = limit.number, limit.day

        def test(fact: Fact, _: Facts) -> bool:
            if number is not None:
                return fact.number is not None and compare(fact.number, number)
            return day is not None and fact.day is not None and compare(fact.day, day)

        return test

    return make


def _between(value: Value) -> Test:
    low, high = (_members(value) + (None, None))[:2]
    above, below = _ordering(operator.ge)(low), _ordering(operator.le)(high)
    return lambda fact, facts: above(fact, facts) and below(fact, facts)


def _is_empty(_: Value) -> Test:
    return lambda fact, _: fact.blank


def _is_not_empty(_: Value) -> Test:
    return lambda fact, _: fact.known and not fact.blank


def _is_free(_: Value) -> Test:
    return lambda fact, facts: fact.text is not None and is_free_email(fact.text, facts.extra_free_domains)


def _is_not_free(_: Value) -> Test:
    free = _is_free(None)
    return lambda fact, facts: (
        fact.text is not None and domain_of(fact.text) is not None and not free(fact, facts)
    )


@dataclass(frozen=True, slots=True)
class Operator:
    """`label` reads between a field and a value, `wants` after "it"; `make` turns a value into the test of facts."""

    label: str
    wants: str
    takes: Takes
    fits: frozenset[FieldType]
    make: Callable[[Value], Test]
    ordering: bool = False


OPERATORS: dict[str, Operator] = {
    "equals": Operator("is", "to be", "one", EVERY, _equals),
    "not_equals": Operator("is not", "not to be", "one", EVERY, _not_equals),
    "contains": Operator("contains", "to contain", "one", PARTS, _contains),
    "not_contains": Operator("does not contain", "not to contain", "one", PARTS, _not_contains),
    "starts_with": Operator("starts with", "to start with", "one", AS_TEXT, _starts_with),
    "ends_with": Operator("ends with", "to end with", "one", AS_TEXT, _ends_with),
    "in": Operator("is one of", "to be one of", "many", EVERY, _in),
    "not_in": Operator("is none of", "to be none of", "many", EVERY, _not_in),
    "gt": Operator("is more than", "to be more than", "one", ORDERED, _ordering(operator.gt), True),
    "gte": Operator("is at least", "to be at least", "one", ORDERED, _ordering(operator.ge), True),
    "lt": Operator("is less than", "to be less than", "one", ORDERED, _ordering(operator.lt), True),
    "lte": Operator("is at most", "to be at most", "one", ORDERED, _ordering(operator.le), True),
    "between": Operator("is between", "to be between", "range", ORDERED, _between, True),
    "is_empty": Operator("is blank", "to be blank", "nothing", EVERY, _is_empty),
    "is_not_empty": Operator("is filled in", "to be filled in", "nothing", EVERY, _is_not_empty),
    "is_free_email": Operator("is free e-mail", "to be free e-mail", "nothing", AS_TEXT, _is_free),
    "is_not_free_email": Operator(
        "is not free e-mail", "not to be free e-mail", "nothing", AS_TEXT, _is_not_free
    ),
}


def operators_for(field_type: FieldType) -> list[str]:
    """The names of the operators that fit a field of that type, in the table's order."""
    return [name for name, one in OPERATORS.items() if field_type in one.fits]


def value_fault(name: str, value: Value, field_type: FieldType | None) -> str | None:
    """What is wrong with an operator's value for a field of that type (None: a CRM field), and the remedy."""
    takes = OPERATORS[name].takes
    if takes == "nothing":
        return None if value is None else f"{name} takes no value; leave it out"
    if takes == "one" and not (name.endswith("equals") and field_type == "multiselect"):
        if isinstance(value, tuple):
            return f"{name} takes one value, not a list; use in or not_in for several"
    elif takes == "many" and (not isinstance(value, tuple) or not value):
        return f"{name} takes a list of values, such as [US, CA]"
    elif takes == "range" and (not isinstance(value, tuple) or len(value) != 2):
        return "between takes a list of two values, [low, high]"
    if any(not fold(member) for member in _members(value)) or value == ():
        return f"{name} needs a value that is not blank; use is_empty or is_not_empty for blanks"
    return _kind_fault(name, _members(value), field_type)


def _kind_fault(name: str, members: tuple[Scalar, ...], field_type: FieldType | None) -> str | None:
    numbers = all(read_number(member) is not None for member in members)
    days = all(read_date(member) is not None for member in members)
    if field_type == "number" and not numbers:
        return "a number field is compared with numbers, such as 1000 or -2.5"
    if field_type == "date" and not days:
        return "a date field is compared with dates, written YYYY-MM-DD"
    if OPERATORS[name].ordering and not (numbers or days):
        return f"{name} compares numbers, or dates written YYYY-MM-DD"
    if name == "between" and _is_reversed(members, numbers):
        return "between takes [low, high], and the first of these is the higher one"
    return None


def _is_reversed(members: tuple[Scalar, ...], numbers: bool) -> bool:
    low, high = ((read_number if numbers else read_date)(member) for member in members)
    return bool(low > high)  # type: ignore[operator]
