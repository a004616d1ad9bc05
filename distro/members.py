"""Who may work in which workspace, and which one a request is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.http import HttpRequest

from routing.models import Member, Role, Workspace

SESSION_KEY = "workspace"
AnyUser: TypeAlias = User | AnonymousUser


@dataclass(frozen=True)
class Place:
    """The workspace that a request is about and the role its user has there; neither for a stranger."""

    workspace: Workspace | None = None
    role: Role | None = None


def workspaces_of(user: AnyUser) -> QuerySet[Workspace]:
    """The workspaces a user may work in, by name: all of them for a superuser."""
    if not user.is_active:
        return Workspace.objects.none()
    if user.is_superuser:
        return Workspace.objects.all()
    return Workspace.objects.filter(members__user=user.pk)


def role_of(user: AnyUser, workspace: Workspace) -> Role | None:
    """The user's role in a workspace, None for a stranger; a superuser is an owner everywhere."""
    if not user.is_active:
        return None
    if user.is_superuser:
        return Role.OWNER
    member = Member.objects.filter(workspace=workspace, user=user.pk).first()
    return Role(member.role) if member else None


def is_member(user: AnyUser) -> bool:
    """Whether the user may enter the admin at all."""
    return user.is_active and (user.is_superuser or Member.objects.filter(user=user.pk).exists())


def place_of(request: HttpRequest) -> Place:
    """Where the request is: the workspace its session chose, else the first by name. Looked up once a request."""
    known = getattr(request, "distro_place", None)
    if known is None:
        known = request.distro_place = _find_place(request)  # type: ignore[attr-defined]
    return known


def _find_place(request: HttpRequest) -> Place:
    own = workspaces_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    workspace = own.filter(pk=chosen).first() if chosen else None
    workspace = workspace or own.first()
    return Place(workspace, role_of(request.user, workspace)) if workspace else Place()


def enter_workspace(request: HttpRequest, slug: str) -> Workspace | None:
    """Let the session be about this workspace from now on; None, and no change, where the user has no place."""
    workspace = workspaces_of(request.user).filter(slug=slug).first()
    if workspace:
        request.session[SESSION_KEY] = workspace.pk
    return workspace
