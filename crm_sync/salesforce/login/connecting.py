"""A workspace is tied to an org: the attempt, the questions that come first, and the tie itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from crm_sync.models import ConnectAttempt, ConnectionState, SalesforceConnection
from distro.due import schedule
from routing.models import Workspace

from .faults import DENIED, Fault
from .grant import Grant
from .revoking import revoke
from .roles import may_connect, owns
from .tie import Revocable, let_go, link_member, tie

CONNECTED, REFUSED, FAILED, ASKS, TAKEN, DECLINED = (
    "connected",
    "denied",
    "failed",
    "asks",
    "taken",
    "declined",
)
ANSWER_WITHIN = timedelta(hours=1)
TOO_SHORT = (
    "Salesforce granted no refresh token, so the connection would end within hours. Let the app use the scope"
    ' "Perform requests at any time (refresh_token)". In Salesforce: Setup > External Client App Manager.'
)
LINKED_ELSEWHERE = "This Salesforce user signs in to Distro as another member; that was left as it is."
SCOPE_API_MISSING = (
    "Salesforce did not grant access to its API. Let the app use the scope"
    ' "Manage user data via APIs (api)". In Salesforce: Setup > External Client App Manager.'
)


def card_url(workspace: Workspace) -> str:
    return f"{reverse('integrations:card')}?{urlencode({'workspace': workspace.slug})}"


def set_out(request: HttpRequest, workspace: Workspace, login_url: str, hint: str = "") -> HttpResponse:
    """Record an attempt and send the browser to the login URL, which must have been checked.

    `hint` is the name of the user that Salesforce's page should suggest.
    """
    attempt = ConnectAttempt.objects.create(workspace=workspace, user_id=request.user.pk, login_url=login_url)
    provider = get_adapter(request).get_provider(request, "salesforce")
    return provider.redirect(
        request,
        "connect",
        next_url=card_url(workspace),
        data={"attempt": attempt.pk},
        auth_params={"login_hint": hint} if hint else {},
        login_url=login_url,
    )


def come_back(request: HttpRequest, attempt_id: int, grant: Grant) -> HttpResponse:
    """Back with tokens: connect, or keep them encrypted until the question on the card is answered."""
    attempt = ConnectAttempt.objects.select_related("workspace").get(pk=attempt_id)
    fault = _fault_of_grant(request, attempt, grant)
    if fault:
        _end(attempt, FAILED, fault)
        revoke(grant.login_url, grant.refresh_token or grant.access_token)
    else:
        settle(attempt, grant)
    return HttpResponseRedirect(card_url(attempt.workspace))


def come_back_empty(request: HttpRequest, attempt_id: int, fault: Fault) -> HttpResponse:
    """Back without tokens: denied, or refused by Salesforce."""
    attempt = ConnectAttempt.objects.select_related("workspace").get(pk=attempt_id)
    _end(attempt, REFUSED if fault.code == DENIED else FAILED, fault.sentence)
    return HttpResponseRedirect(card_url(attempt.workspace))


def _fault_of_grant(request: HttpRequest, attempt: ConnectAttempt, grant: Grant) -> str:
    if request.user.pk != attempt.user_id or not may_connect(request.user, attempt.workspace):
        return "Only an owner or an administrator who started the connection can finish it. Start again."
    if "api" not in grant.scope.split():
        return SCOPE_API_MISSING
    return "" if grant.refresh_token else TOO_SHORT


@dataclass(frozen=True)
class Question:
    """What connecting would undo: the org this workspace leaves, the workspace that loses this org."""

    leaves: SalesforceConnection | None
    takes_from: SalesforceConnection | None

    @property
    def key(self) -> str:
        """Names the question, so that only what was shown can be agreed to."""
        return "/".join(str(row.pk) + row.org_id if row else "" for row in (self.leaves, self.takes_from))


def question_of(attempt: ConnectAttempt, org_id: str) -> Question | None:
    """What must be asked before this org is connected, as things stand now. None: nothing."""
    standing = SalesforceConnection.objects.exclude(state=ConnectionState.DISCONNECTED)
    standing = standing.select_related("workspace")
    leaves = standing.filter(workspace=attempt.workspace).exclude(org_id=org_id).first()
    takes_from = standing.filter(org_id=org_id).exclude(workspace=attempt.workspace).first()
    return Question(leaves, takes_from) if leaves or takes_from else None


def settle(attempt: ConnectAttempt, grant: Grant) -> None:
    """Write the connection, unless a question has to be answered first or another workspace has the org."""
    try:
        with transaction.atomic():
            given_back = _settle(attempt, grant, "")
    except IntegrityError:  # another workspace took the org at this very moment: now there is a question
        with transaction.atomic():
            given_back = _settle(attempt, grant, "")
    for revocable in given_back:
        revoke(*revocable)


def agree(attempt: ConnectAttempt, question: str) -> None:
    """The question of this key was answered with yes. It is asked again where another stands there by now."""
    given_back: list[Revocable] = []
    with transaction.atomic():
        pending = _take_pending(attempt)
        if pending:
            given_back = _settle(attempt, Grant.from_text(pending), question)
    for revocable in given_back:
        revoke(*revocable)


def _take_pending(attempt: ConnectAttempt) -> str:
    """What waits for an answer, for the first of two who answer at once."""
    return ConnectAttempt.objects.select_for_update().get(pk=attempt.pk).pending


def _settle(attempt: ConnectAttempt, grant: Grant, agreed: str) -> list[Revocable]:
    """The tokens that nobody needs any more. `agreed` is the key of the question answered with yes."""
    list(SalesforceConnection.objects.select_for_update().filter(org_id=grant.org_id))
    question = question_of(attempt, grant.org_id)
    if question is None:
        return _connect(attempt, grant)
    if question.takes_from and not may_move(attempt, question.takes_from):
        _end(attempt, TAKEN, taken_text(question.takes_from))
        return [(grant.login_url, grant.refresh_token)]
    if question.key != agreed:
        attempt.pending = grant.as_text()
        _end(attempt, ASKS, "")
        schedule("crm.attempt", attempt.pk, timezone.now() + ANSWER_WITHIN)
        return []
    left = [let_go(question.takes_from)] if question.takes_from else []
    return left + _connect(attempt, grant)


def _connect(attempt: ConnectAttempt, grant: Grant) -> list[Revocable]:
    replaced = tie(attempt.workspace, grant, attempt.user)
    _end(attempt, CONNECTED, "" if link_member(attempt.user, grant) else LINKED_ELSEWHERE)
    return replaced


def may_move(attempt: ConnectAttempt, holder: SalesforceConnection) -> bool:
    """Whether the member of the attempt owns both workspaces."""
    return owns(attempt.user, holder.workspace) and owns(attempt.user, attempt.workspace)


def taken_text(connection: SalesforceConnection) -> str:
    return (
        f"This org is connected to the workspace {connection.workspace.name} already, and nothing was changed."
        " Somebody who owns both workspaces can move the connection here."
    )


def decline(attempt: ConnectAttempt, note: str = "") -> None:
    """The question was answered with no, or not at all: forget the tokens and give them back."""
    with transaction.atomic():
        pending = _take_pending(attempt)
        if pending:
            _end(attempt, DECLINED, note)
    if pending:
        grant = Grant.from_text(pending)
        revoke(grant.login_url, grant.refresh_token)


def _end(attempt: ConnectAttempt, outcome: str, note: str) -> None:
    if outcome != ASKS:
        attempt.pending = ""
    attempt.outcome, attempt.note, attempt.ended_at = outcome, note, timezone.now()
    attempt.save()
