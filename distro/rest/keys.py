"""Who asks: the workspace whose key a request shows, and its rows alone."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from distro.problems import Problem
from distro.tenant_rows import rows_of
from routing.api_keys import use_key
from routing.models import ApiKey, Workspace

Row = TypeVar("Row", bound=Model)


class BearerKey(HttpBearer):
    """The key in the Authorization header; no cookie is looked at, so there is nothing to forge a request with."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return use_key(token.strip(), timezone.now())


def workspace_of(request: HttpRequest) -> Workspace:
    """The workspace of the request's key."""
    return cast(ApiKey, request.auth).workspace  # type: ignore[attr-defined]


def own_rows(request: HttpRequest, model: type[Row]) -> QuerySet[Row]:
    """The model's rows in the workspace of the request's key."""
    return rows_of(model, workspace_of(request))


def one_of(rows: QuerySet[Row], **named: Any) -> Row:
    """The one row of that name. Raises 404 where there is none, which another workspace's is as well."""
    found = rows.filter(**named).first()
    if found is None:
        raise Problem("not-found", f"This key's workspace has no {rows.model._meta.verbose_name} of that id.")
    return found
