"""The API as a whole: ninja's, with our faults, our parser and a documentation page of our own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema

from distro.problems import Problem

from .bodies import StrictParser
from .faults import MEANINGS, tell, tell_all_faults
from .keys import BearerKey

PROBLEM_TYPE = "application/problem+json"


class DocsPage(Swagger):
    """Swagger's page from our own address: it runs under our policy and asks nobody else anything."""

    template = "api/docs.html"
    default_settings = {
        "layout": "BaseLayout",
        "deepLinking": True,
        "validatorUrl": None,
        "docExpansion": "list",
        "defaultModelsExpandDepth": 0,
    }


class JsonApi(NinjaAPI):
    """Every fault as problem+json, declared so in the OpenAPI document as well."""

    def __init__(self, **about: Any) -> None:
        super().__init__(auth=BearerKey(), parser=StrictParser(), docs=DocsPage(), **about)
        tell_all_faults(self)

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**where)
        for methods in schema["paths"].values():
            for operation in methods.values():
                declare_faults(operation["responses"])
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)

    def address_patterns(self) -> list[Any]:
        """The addresses, for an include: `urlpatterns`."""
        patterns: list[Any] = self.urls[0]
        for pattern in patterns:
            pattern.callback = finished(pattern.callback)
        return patterns


def declare_faults(responses: dict[Any, Any]) -> None:
    """Say of each fault what it means, and that it comes as a problem."""
    for status, declared in responses.items():
        if status in MEANINGS:
            declared["description"] = MEANINGS[status][1]
            declared["content"] = {PROBLEM_TYPE: declared["content"]["application/json"]}


def finished(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """The view with what all answers have in common: no caches, and 405 told as every other fault."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            response = tell(Problem("method-not-allowed", headers={"Allow": response.headers["Allow"]}))
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered
