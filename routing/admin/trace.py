"""A stored decision as a list: what was tried, what matched, and why."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join

KIND_WORDS = {"ownership": "Owner", "distribution": "Rule", "default": "Default"}


def trace_list(decision: dict[str, Any]) -> str:
    """The rules that a submission's decision tried, ✓ for the one that decided."""
    entries = [one for one in decision.get("trace") or () if isinstance(one, dict)]
    lines = (
        (
            "matched" if one.get("matched") else "passed",
            "✓" if one.get("matched") else "✗",
            one.get("name") or KIND_WORDS.get(str(one.get("kind")), ""),
            one.get("why") or "",
        )
        for one in entries
    )
    items = format_html_join("", '<li class="{}"><span aria-hidden="true">{}</span> <b>{}</b> {}</li>', lines)
    if not entries:
        return "No rules were tried."
    left_out = decision.get("left_out") or 0
    rest = format_html('<li class="passed">and {} more that did not match</li>', left_out) if left_out else ""
    return format_html('<ol class="trace">{}{}</ol>', items, rest)
