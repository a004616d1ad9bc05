"""POST /r/KEY/submissions: a prospect's answers come in, from a page, a script or a server, and are answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from distro.problems import Problem, answer, is_json_client

from ..actions import idempotency
from ..actions.submit import InvalidAnswers, Received, submit
from ..form_ticket import TicketFault, ticket_fault
from ..models import Outcome, Router, Submission
from ..origins import allowed_origins
from .bodies import Body, read_body
from .doors import SeeOther, count_visit, is_own_origin, refuse_foreign_origin
from .form import TICKET, form_page
from .received import is_trapped, received

TICKET_WORDS = {
    TicketFault.MISSING: gettext_lazy("The form could not be recognised. Please send it once more."),
    TicketFault.TOO_YOUNG: gettext_lazy("That was very quick. Please press the button once more."),
    TicketFault.TOO_OLD: gettext_lazy("The form was open for more than a day. Please send it once more."),
}


def post_submission(request: HttpRequest, router: Router) -> HttpResponse:
    """Take a submission; faults carry the CORS headers too, so that the page's script can read them."""
    allowed = allowed_origins(router.workspace)
    refuse_foreign_origin(request, allowed)
    try:
        count_visit(request)
        response = take(request, router, read_body(request))
    except Problem as problem:
        response = answer(request, problem)
    return with_cors(request, response, allowed)


def preflight(request: HttpRequest, router: Router) -> HttpResponse:
    """What a browser asks before a script of another site may post."""
    allowed = allowed_origins(router.workspace)
    refuse_foreign_origin(request, allowed)
    response = HttpResponse(status=204)
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
    response.headers["Access-Control-Max-Age"] = "600"
    return with_cors(request, response, allowed)


def with_cors(request: HttpRequest, response: HttpResponse, allowed: list[str]) -> HttpResponse:
    """The exact origin echoed where it may read the answer; never credentials, there are none."""
    patch_vary_headers(response, ["Origin"])
    origin = request.headers.get("Origin", "")
    if origin in allowed or is_own_origin(request):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Idempotency-Replayed, Retry-After"
    return response


def take(request: HttpRequest, router: Router, body: Body) -> HttpResponse:
    """Answer for the submission in a body: in JSON, or for a browser's form post with the way to go on."""
    by_page = body.json is None and not is_json_client(request)
    try:
        if body.json is None and is_own_origin(request) and not is_trapped(body):
            refuse_bad_ticket(router, str(body.get(TICKET) or ""))
        status, told, replayed = once(request, router, body, lambda: received(router, body, lenient=by_page))
    except InvalidAnswers as invalid:
        if not by_page:
            raise Problem("invalid", errors=invalid.errors) from None
        return form_again(request, router, body.form, invalid.errors)
    if by_page:
        return SeeOther(next_address(request, router, told))
    response = JsonResponse(told, status=status)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def refuse_bad_ticket(router: Router, ticket: str) -> None:
    """The hosted form brings its ticket back; anything else from Distro's own origin is no person's."""
    fault = ticket_fault(ticket, router.key, time.time())
    if fault:
        raise InvalidAnswers({TICKET: [str(TICKET_WORDS[fault])]})


def form_again(
    request: HttpRequest, router: Router, values: QueryDict, errors: Mapping[str, list[str]]
) -> HttpResponse:
    """The form with its faults, values kept. A ticket that is still good, or soon will be, is kept too."""
    ticket = values.get(TICKET, "")
    fault = ticket_fault(ticket, router.key, time.time())
    kept = ticket if fault in (None, TicketFault.TOO_YOUNG) else ""
    source_url = values.get("source_url", "")
    return form_page(request, router, values, errors=errors, ticket=kept, source_url=source_url, status=422)


def once(
    request: HttpRequest, router: Router, body: Body, read: Callable[[], Received]
) -> tuple[int, dict[str, Any], bool]:
    """Status and answer of a submission, and whether they are the first one's with its Idempotency-Key."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return 201, outcome_answer(submit(router, read())), False
    claim = claim_key(router, key, body.raw)
    if isinstance(claim, idempotency.Replay):
        return claim.status, claim.answer, True
    told = None
    try:
        told = outcome_answer(submit(router, read()))
        idempotency.finish(claim, 201, told)
    finally:
        if told is None:
            idempotency.abandon(claim)
    return 201, told, False


def claim_key(router: Router, key: str, raw: bytes) -> idempotency.Replay | idempotency.Claimed:
    """Claim an Idempotency-Key, its faults as problems."""
    if not idempotency.is_key(key):
        text = _("This must be 1 to 255 visible ASCII characters.")
        raise Problem("invalid", errors={"Idempotency-Key": [text]})
    try:
        return idempotency.begin(router, key, raw)
    except idempotency.KeyReused:
        text = _("This key was used with another body.")
        raise Problem("key-reused", errors={"Idempotency-Key": [text]}) from None
    except idempotency.StillRunning:
        raise Problem("still-running", headers={"Retry-After": "1"}) from None


def outcome_answer(submission: Submission) -> dict[str, Any]:
    """The JSON of an accepted submission. Spam's looks like any other that ends with a message."""
    outcome = submission.outcome
    message = submission.message or _("Thank you. We have received your answers.")
    return {
        "submission": str(submission.uuid),
        "outcome": Outcome.MESSAGE.value if outcome == Outcome.SPAM else str(outcome),
        "booking_url": booking_url(submission) if outcome == Outcome.BOOK else None,
        "redirect_url": submission.redirect_url if outcome == Outcome.REDIRECT else None,
        "message": message if outcome in (Outcome.MESSAGE, Outcome.SPAM) else None,
    }


def booking_url(submission: Submission) -> str:
    """The public address of the booking page."""
    return settings.BASE_URL + reverse("booking", args=[submission.booking_token])


def next_address(request: HttpRequest, router: Router, told: Mapping[str, Any]) -> str:
    """Where a browser goes on. In a frame a redirect first shows a page that leads out of it."""
    framed = request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")
    if told["outcome"] == Outcome.BOOK:
        return request.build_absolute_uri(told["booking_url"].removeprefix(settings.BASE_URL))
    if told["outcome"] == Outcome.REDIRECT and not framed:
        return str(told["redirect_url"])
    return request.build_absolute_uri(reverse("outcome", args=[router.key, told["submission"]]))


def show_outcome(request: HttpRequest, router: Router, uuid: UUID) -> HttpResponse:
    """The page after a form post that leads to no booking."""
    ended = router.submissions.filter(uuid=uuid).exclude(outcome=Outcome.BOOK).first()
    if ended is None:
        raise Problem("not-found")
    context = {
        "workspace": router.workspace,
        "message": outcome_answer(ended)["message"],
        "redirect_url": ended.redirect_url,
    }
    return render(request, "public/outcome.html", context)
