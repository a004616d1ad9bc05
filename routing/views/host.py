"""/h/TOKEN/: a host's one-click page from their mail: did the meeting take place?"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock

from distro.problems import Problem, is_json_client

from ..actions.attendance import complete, mark_no_show, undo
from ..actions.change import Refused
from ..core import lifecycle
from ..core.lifecycle import ActionRefused, transition
from ..emails import answer_lines
from ..models import STANDING, Meeting
from .bodies import read_body
from .doors import SeeOther, View, refuse_foreign_origin
from .meetings import meeting_answer, name_of, when_context

# The last part of the address, the lifecycle's word and what does it.
ACTIONS: dict[str, tuple[lifecycle.Action, Callable[[Meeting], Meeting]]] = {
    "complete": ("complete", complete),
    "no-show": ("no_show", mark_no_show),
    "undo": ("undo", undo),
}


def show_host_page(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The meeting, and what its host can say about it."""
    return host_page(request, meeting)


def host_page(
    request: HttpRequest, meeting: Meeting, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The page; `refusal` tells why what was asked for was not done. Before the start it asks once more."""
    context = {
        "workspace": meeting.workspace,
        "meeting": meeting,
        "name": name_of(meeting.submission),
        # The address stands above them already.
        "answers": [line for line in answer_lines(meeting) if line[1].lower() != meeting.prospect.email],
        "is_standing": meeting.status in STANDING,
        "is_early": clock.now() < meeting.start,
        "refusal": refusal,
        "addresses": {
            action: reverse(f"host-{path}", args=[meeting.host_token])
            for path, (action, _) in ACTIONS.items()
            if would_change(meeting, action)
        },
        **when_context(meeting, meeting.host.zone_name),
    }
    return render(request, "public/host.html", context, status=status)


def would_change(meeting: Meeting, action: lifecycle.Action) -> bool:
    """Whether the lifecycle table has something to do here."""
    before = cast(lifecycle.Status, meeting.status_before)
    try:
        return transition(cast(lifecycle.Status, meeting.status), action, before).changed
    except ActionRefused:
        return False


def posting(path: str) -> View:
    """The view that carries out the action of that path."""
    _, act = ACTIONS[path]

    def post_action(request: HttpRequest, meeting: Meeting) -> HttpResponse:
        refuse_foreign_origin(request)
        body = read_body(request, optional=True)
        by_page = body.json is None and not is_json_client(request)
        try:
            after = act(meeting)
        except Refused as refused:
            if not by_page:
                raise Problem("meeting-closed", str(refused)) from None
            meeting.refresh_from_db(fields=["status", "status_before", "start", "end"])
            return host_page(request, meeting, refusal=str(refused), status=409)
        if by_page:
            return SeeOther(request.build_absolute_uri(reverse("host", args=[meeting.host_token])))
        # The prospect's own link is the prospect's.
        return JsonResponse(
            {name: told for name, told in meeting_answer(after).items() if name != "manage_url"}
        )

    return post_action
