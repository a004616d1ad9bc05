"""Faults of the API, all of them as application/problem+json, whatever raised them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from distro.problems import Problem, json_answer

# What pydantic calls a fault -> what a person is told.
WORDS = {
    "missing": "This is required.",
    "string_type": "This must be text.",
    "bool_type": "This must be true or false.",
    "extra_forbidden": "There is no member of this name here.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "greater_than_equal": "This must be {ge} or more.",
    "less_than_equal": "This must be {le} or less.",
    "literal_error": "This must be {expected}.",
    "model_attributes_type": "This must be a JSON object.",
    "dict_type": "This must be a JSON object.",
    "model_type": "This must be a JSON object.",
}


class ProblemShape(Schema):
    """A fault, as RFC 9457 has it. Some faults add members of their own, such as `errors` or `slots`."""

    type: str = Field(description="An address that explains this kind of fault; its last part is its name.")
    title: str
    status: int
    detail: str = Field(description="What is wrong this time, or what to do now.")


class InvalidShape(ProblemShape):
    """The request was understood and does not fit."""

    errors: dict[str, list[str]] = Field(description="What does not fit, by member or parameter.")


MEANINGS: dict[int, tuple[type[Schema], str]] = {
    400: (ProblemShape, "The body cannot be read as JSON."),
    401: (ProblemShape, "No key was sent, or none that is valid."),
    404: (ProblemShape, "There is no such thing in this key's workspace."),
    409: (ProblemShape, "Its state does not allow this; `detail` says why."),
    413: (ProblemShape, "The body is larger than 64 KiB."),
    415: (ProblemShape, "The body is not declared as application/json."),
    422: (InvalidShape, "A parameter or a member of the body does not fit; `errors` says which and why."),
    503: (ProblemShape, "The calendars were too busy just now; Retry-After says when to try again."),
}


def with_faults(shape: Any, *statuses: int) -> dict[int, Any]:
    """The declaration of an endpoint's answers: 200 with `shape`, 401, and these faults."""
    return {200: shape, **{status: MEANINGS[status][0] for status in (401, *statuses)}}


def tell(problem: Problem) -> HttpResponse:
    """The fault as JSON, to every client."""
    response = json_answer(problem)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def invalid(faults: Sequence[Mapping[str, Any]]) -> Problem:
    """What pydantic found, by member or parameter."""
    errors: dict[str, list[str]] = {}
    for fault in faults:
        words = WORDS.get(str(fault["type"]), str(fault["msg"])).format_map(fault.get("ctx") or {})
        name = ".".join(str(part) for part in fault["loc"][2:]) or str(fault["loc"][-1])
        errors.setdefault(name, []).append(words)
    return Problem("invalid", errors=errors)


def no_key() -> Problem:
    """401, with the scheme that is asked for."""
    return Problem("no-key", headers={"WWW-Authenticate": 'Bearer realm="Distro"'})


def unreadable(error: HttpError) -> Problem:
    """What ninja makes of a body that the parser refused: the parser's own reason, else that it is no JSON."""
    cause = error.__cause__
    return cause if isinstance(cause, Problem) else Problem("unreadable-body", "Send JSON in UTF-8.")


def tell_all_faults(api: NinjaAPI) -> None:
    """Have the API tell every fault that can end a request on purpose."""

    def on(kind: type[Exception], make: Any) -> None:
        def told(request: HttpRequest, error: Any) -> HttpResponse:
            return tell(make(error))

        api.add_exception_handler(kind, told)

    on(Problem, lambda problem: problem)
    on(AuthenticationError, lambda _: no_key())
    on(HttpError, unreadable)
    on(ValidationError, lambda error: invalid(error.errors))
    on(Http404, lambda _: Problem("not-found"))
