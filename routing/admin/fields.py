"""Form fields of the admin for what a plain text input would be awkward or unsafe for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from routing.models import clock
from routing.workspace_file.texts import Refused, quoted, span_minutes
from routing.workspace_file.texts import span as check_span


class LinesField(forms.Field):
    """A list of texts, one a line; `shape` makes each regular or refuses it."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "lines"})

    def __init__(
        self, *, shape: Callable[[str], str] | None = None, longest: int = 255, **kwargs: Any
    ) -> None:
        self.shape, self.longest = shape, longest
        super().__init__(required=kwargs.pop("required", False), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return value
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        return list(dict.fromkeys(self._regular(place, line) for place, line in enumerate(lines, 1)))

    def _regular(self, place: int, line: str) -> str:
        if len(line) > self.longest:
            raise ValidationError(f"Line {place} is longer than {self.longest} characters.")
        try:
            return self.shape(line) if self.shape else line
        except Refused as refusal:
            raise ValidationError(f"Line {place}: {refusal}.") from None


class ClockField(forms.CharField):
    """A time of day as HH:MM, kept as minutes after midnight; 24:00 where it may end a day."""

    def __init__(self, *, ends_day: bool = False, **kwargs: Any) -> None:
        self.ends_day = ends_day
        attrs = {"size": 5, "placeholder": "17:00" if ends_day else "09:00", "inputmode": "numeric"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return clock(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = (value or "").strip()
        if not text:
            return None
        text = text if len(text) == 5 else f"0{text}"
        try:
            check_span(f"00:00-{text}" if self.ends_day else f"{text}-24:00")
        except Refused:
            last = "24:00" if self.ends_day else "23:55"
            raise ValidationError(
                f"{quoted(value)} is no time from 00:00 to {last} in steps of five minutes."
            ) from None
        return span_minutes(f"{text}-{text}")[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class JsonText(forms.JSONField):
    """JSON in a text area, indented; empty is `None` or, with `empty`, what it names."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "code", "spellcheck": "false"})

    def __init__(self, *, empty: Any = None, **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return "" if value in (None, {}, []) else json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip()
        if value in self.empty_values:
            return self.empty
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as fault:
            raise ValidationError(f"This is not JSON: {fault}.") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True
