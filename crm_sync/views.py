"""The Salesforce card of a workspace, and what its buttons do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm_sync.models import ConnectAttempt, ConnectionState, ProvisionState, SalesforceConnection
from crm_sync.salesforce.login import connecting, tie
from crm_sync.salesforce.login.faults import NOT_SET_UP
from crm_sync.salesforce.login.hosts import HostRefused, choose_login_url, login_sources, production_host
from crm_sync.salesforce.login.roles import may_connect, workspaces_of
from distro.due import schedule
from distro.headers import allow_sources
from routing.models import Workspace

from .card import Card


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """GET shows the card, or the choice of workspaces; POST sets out for Salesforce."""
    if "workspace" not in request.GET:
        mine = workspaces_of(request.user)
        if len(mine) != 1 or request.method == "POST":
            return render(request, "integrations/choose.html", {"workspaces": mine})
        return HttpResponseRedirect(connecting.card_url(mine[0]))
    workspace = _workspace(request)
    if request.method == "POST":
        return _set_out(request, workspace)
    return _show(request, workspace)


def _set_out(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    _require_right(request, workspace)
    if not settings.SALESFORCE_CLIENT_ID:
        return _show(request, workspace, fault=NOT_SET_UP, status=503)
    try:
        login_url = choose_login_url(request.POST.get("host", ""), request.POST.get("domain", ""))
    except HostRefused as fault:
        return _show(request, workspace, fault=str(fault), status=400)
    known = SalesforceConnection.objects.filter(workspace=workspace, login_url=login_url).first()
    hint = known.username if known and "reconnect" in request.POST else ""
    return connecting.set_out(request, workspace, login_url, hint)


def _show(request: HttpRequest, workspace: Workspace, *, status: int = 200, **more: Any) -> HttpResponse:
    shown = Card.of(workspace, request.user)
    context = {"card": shown, "workspace": workspace, "may_connect": may_connect(request.user, workspace)}
    context |= {"posted": request.POST, "production": production_host()}
    context["not_set_up"] = "" if settings.SALESFORCE_CLIENT_ID else NOT_SET_UP
    response = render(request, "integrations/card.html", context | more, status=status)
    return allow_sources(response, "form-action", login_sources())


@login_required
@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    """End the connection, at Salesforce too."""
    workspace = _workspace(request)
    _require_right(request, workspace)
    standing = SalesforceConnection.objects.exclude(state=ConnectionState.DISCONNECTED)
    connection = standing.filter(workspace=workspace).first()
    if connection and tie.disconnect(connection):
        messages.success(request, "Disconnected. Distro's access was revoked in Salesforce.")
    elif connection:
        text = "Disconnected, but Salesforce did not confirm that the access was revoked: look at"
        messages.warning(request, f"{text} Setup > Connected Apps OAuth Usage there.")
    return HttpResponseRedirect(connecting.card_url(workspace))


@login_required
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Yes or no to the question that an attempt raised; only the member who made the attempt is asked."""
    workspace = _workspace(request)
    _require_right(request, workspace)
    asking = ConnectAttempt.objects.filter(~Q(pending=""), workspace=workspace, user=request.user.pk)
    attempt = asking.filter(pk=_number(request.POST.get("attempt", ""))).first()
    if attempt is None:
        messages.info(request, "The question was answered already, or nobody answered it within an hour.")
    elif "yes" in request.POST:
        connecting.agree(attempt, request.POST.get("question", ""))
    else:
        connecting.decline(attempt)
        messages.info(request, "Nothing was changed.")
    return HttpResponseRedirect(connecting.card_url(workspace))


@login_required
@require_POST
def set_up(request: HttpRequest) -> HttpResponse:
    """Look at the org again, and create what is missing."""
    workspace = _workspace(request)
    _require_right(request, workspace)
    connected = SalesforceConnection.objects.filter(workspace=workspace, state=ConnectionState.CONNECTED)
    connection = get_object_or_404(connected)
    connected.update(provision_state=ProvisionState.WAITING)
    schedule("crm.provision", connection.pk)
    return HttpResponseRedirect(connecting.card_url(workspace))


def _workspace(request: HttpRequest) -> Workspace:
    """The workspace of the address. Http404 where it is not one of the user's: it need not be known to exist."""
    slug = request.GET.get("workspace", "")
    found = next((one for one in workspaces_of(request.user) if one.slug == slug), None)
    if found is None:
        raise Http404("You belong to no workspace of this name.")
    return found


def _require_right(request: HttpRequest, workspace: Workspace) -> None:
    if not may_connect(request.user, workspace):
        raise PermissionDenied("Only owners and administrators of the workspace may do this.")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
