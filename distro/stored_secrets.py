"""Everything that is stored encrypted, whichever model has it, read and written as the database keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db.models import F, Model, QuerySet, TextField
from django.db.models.functions import Cast

from distro.encryption import EncryptedTextField, cipher

AT_ONCE = 200
RAW = "as_stored"


class Fit(Enum):
    """Which of the configured keys opens a secret."""

    NEWEST = "newest"
    OLDER = "older"
    NONE = "none"


@dataclass(frozen=True)
class Secret:
    """One encrypted value: `raw` is the Fernet token that its row had when it was read."""

    model: type[Model]
    field: str
    pk: object
    raw: str

    def __str__(self) -> str:
        return f"{self.model._meta.label} {self.pk}, {self.field}"

    @property
    def fit(self) -> Fit:
        try:
            Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(self.raw.encode())
        except InvalidToken:
            return Fit.OLDER if self.text is not None else Fit.NONE
        return Fit.NEWEST

    @property
    def text(self) -> str | None:
        """What it says; None where no key opens it."""
        try:
            return cipher().decrypt(self.raw.encode()).decode()
        except InvalidToken:
            return None

    def encrypt_anew(self) -> bool:
        """Store it encrypted with the newest key. False, and nothing done, where the row has another value by now."""
        rows = _rows(self.model, self.field).filter(pk=self.pk, **{RAW: self.raw})
        return bool(rows.update(**{self.field: self.text}))

    def read_again(self) -> Secret | None:
        """The row's secret as it is now; None where it is gone."""
        found = _rows(self.model, self.field).filter(pk=self.pk).values_list(RAW, flat=True).first()
        return Secret(self.model, self.field, self.pk, found) if found else None


def secrets_stored() -> Iterator[Secret]:
    """Every encrypted value of every model, a few hundred rows at a time; empty ones are passed over."""
    for model, field in encrypted_fields():
        rows = _rows(model, field).exclude(**{RAW: ""}).order_by("pk")
        last: object = None
        while batch := list(
            (rows if last is None else rows.filter(pk__gt=last)).values_list("pk", RAW)[:AT_ONCE]
        ):
            yield from (Secret(model, field, pk, raw) for pk, raw in batch if raw)
            last = batch[-1][0]


def encrypted_fields() -> Iterator[tuple[type[Model], str]]:
    """Each model with each of its own encrypted columns."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedTextField):
                    yield model, field.name


def _rows(model: type[Model], field: str) -> QuerySet[Model]:
    """The model's rows with the column as it is stored, which the field itself would decrypt."""
    return model._base_manager.annotate(**{RAW: Cast(F(field), TextField())})
