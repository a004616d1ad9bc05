"""Making somebody a member, and the link by which somebody new chooses a password."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from routing.models import Host, Member, Role, Workspace


@dataclass(frozen=True)
class Added:
    """Who was made a member, and what was new about it."""

    member: Member
    new_user: bool
    new_member: bool


def find_user(email: str) -> User | None:
    """The user with an e-mail address, as address or as user name, whatever its case; the oldest of several."""
    return User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email)).order_by("pk").first()


@transaction.atomic
def add_member(workspace: Workspace, email: str, role: Role, password: str = "") -> Added:
    """Give a person a role in a workspace; a member's role is changed.

    Somebody new becomes a user named by their address, with that password; without one they cannot sign in until
    they follow an invitation. The password of somebody who was there already stays theirs.
    """
    user = find_user(email)
    created = user is None
    if user is None:
        user = User.objects.create_user(email.lower(), email.lower(), password or None)
    member, joined = Member.objects.update_or_create(workspace=workspace, user=user, defaults={"role": role})
    return Added(member, created, joined)


def link_host(member: Member) -> str:
    """Tie the workspace's host with a member's address to them, so that they see their meetings.

    Gives the sentence that says why it cannot; nothing where it could.
    """
    user, workspace = member.user, member.workspace
    email = user.email or user.username
    host = Host.objects.filter(workspace=workspace, email__iexact=email).order_by("pk").first()
    if host is None:
        return (
            f"No host of {workspace.slug} has the address {email}: they see no meetings until there is one; "
            "then run this again."
        )
    if host.user_id not in (None, user.pk):
        return f"The host {host.name} is tied to {host.user} already: that was left alone."
    host.user = user
    host.save(update_fields=["user"])
    return ""


def invitation_link(user: User) -> str:
    """An address where the user chooses a password: good once, for PASSWORD_RESET_TIMEOUT seconds (three days)."""
    names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=names)}"
