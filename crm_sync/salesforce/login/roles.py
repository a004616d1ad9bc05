"""Who may do what with a workspace's connection."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from routing.models import Member, Role, Workspace

MAY_CONNECT = (Role.OWNER, Role.ADMINISTRATOR)


def workspaces_of(user: AbstractBaseUser | AnonymousUser) -> list[Workspace]:
    """The workspaces that a signed-in user belongs to; a superuser counts as a member of every one."""
    if getattr(user, "is_superuser", False):
        return list(Workspace.objects.all())
    return list(Workspace.objects.filter(members__user=user.pk))


def may_connect(user: AbstractBaseUser | AnonymousUser, workspace: Workspace) -> bool:
    """Owners and administrators tie their workspace to an org."""
    return _has_role(user, workspace, MAY_CONNECT)


def owns(user: AbstractBaseUser | AnonymousUser | None, workspace: Workspace) -> bool:
    return user is not None and _has_role(user, workspace, (Role.OWNER,))


def _has_role(user: AbstractBaseUser | AnonymousUser, workspace: Workspace, roles: tuple[Role, ...]) -> bool:
    if not user.is_active:
        return False
    if getattr(user, "is_superuser", False):
        return True
    return Member.objects.filter(workspace=workspace, user_id=user.pk, role__in=roles).exists()
