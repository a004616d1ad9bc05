"""Duplicate rules: DUPLICATES_DETECTED with the matching records' ids, misspelled in old API versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .access import Access
from .customizing import DuplicateRule
from .errors import ApiError
from .schema import SObject
from .store import Row
from .values import show

if TYPE_CHECKING:
    from .records import Options

# Captures up to v56 spell the key "duplicateResut"; code against v60 and later reads the right one.
SPELLED_RIGHT_FROM = 60


def matches(access: Access, rule: DuplicateRule, row: Row, target: SObject) -> list[Row]:
    """Live rows of `target`, other than this one and converted Leads, equal in all the rule's fields."""
    wanted = [(name, str(row.get(name) or "").lower()) for name in rule.fields]
    if not all(value for _, value in wanted):
        return []
    return [
        other
        for other in access.org.store.live(target.name)
        if other["Id"] != row["Id"]
        and not other.get("IsConverted")
        and access.sees(target, other)
        and all(str(other.get(name) or "").lower() == value for name, value in wanted)
    ]


def match_result(access: Access, target: SObject, rows: list[Row], options: Options) -> dict[str, Any]:
    def record(row: Row) -> dict[str, Any]:
        url = f"/services/data/v{options.version}.0/sobjects/{target.name}/{row['Id']}"
        shown = access.readable_fields(target) if options.record_details else [target.fields["id"]]
        return {"attributes": {"type": target.name, "url": url}} | {f.name: show(row[f.name]) for f in shown}

    found = [
        {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": record(row)}
        for row in rows
    ]
    return {
        "entityType": target.name, "errors": [], "matchEngine": "ExactMatchEngine", "matchRecords": found,
        "rule": f"Standard_{target.name}_Match_Rule_v1_1", "size": len(found), "success": True,
    }  # fmt: skip


def check_duplicates(
    access: Access, sobject: SObject, row: Row, before: Row | None, options: Options
) -> None:
    """Raises DUPLICATES_DETECTED; allowSave passes rules that alert, never ones that block."""
    for rule in access.org.rules.duplicate:
        unchanged = before is not None and all(before.get(name) == row.get(name) for name in rule.fields)
        if rule.sobject != sobject.name or unchanged or (rule.action == "alert" and options.allow_save):
            continue
        results = []
        for name in rule.against or (rule.sobject,):
            target = access.org.schema[name]
            if rows := matches(access, rule, row, target):
                results.append(match_result(access, target, rows, options))
        if results:
            verdict = {
                "allowSave": rule.action == "alert", "duplicateRule": rule.name,
                "duplicateRuleEntityType": rule.sobject, "errorMessage": rule.message, "matchResults": results,
            }  # fmt: skip
            key = "duplicateResult" if options.version >= SPELLED_RIGHT_FROM else "duplicateResut"
            fault = ApiError(400, "DUPLICATES_DETECTED", rule.message)
            fault.errors = [{key: verdict, **fault.errors[0]}]
            raise fault
