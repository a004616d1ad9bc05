"""`manage.py add_member WORKSPACE EMAIL ROLE`: makes somebody a member, or changes a member's role."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from distro.invitations import add_member, invitation_link, link_host
from routing.models import Role, Workspace


class Command(BaseCommand):
    help = (
        "Makes somebody a member of a workspace, or changes their role. Somebody new gets the password in "
        "DISTRO_MEMBER_PASSWORD; without it an invitation link is printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="its slug")
        parser.add_argument("email")
        parser.add_argument("role", help=", ".join(Role.values))

    def handle(self, *args: Any, **options: Any) -> None:
        workspace, email, role = (
            _workspace(options["workspace"]),
            _email(options["email"]),
            _role(options["role"]),
        )
        password = _password()
        added = add_member(workspace, email, role, password)
        verb = "is now" if added.new_member else "stays a member, as"
        self.stdout.write(f"{email} {verb} {role} of {workspace.slug}.")
        if role == Role.HOST and (refusal := link_host(added.member)):
            self.stderr.write(refusal)
        if not added.member.user.has_usable_password():
            self.stdout.write(f"Invitation: {invitation_link(added.member.user)}")
        elif password and not added.new_user:
            self.stderr.write(f"{email} had an account already: its password was left alone.")


def _workspace(slug: str) -> Workspace:
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        known = (
            ", ".join(Workspace.objects.values_list("slug", flat=True))
            or "none yet; load_workspace makes one"
        )
        raise CommandError(f'There is no workspace "{slug}". There are: {known}.')
    return workspace


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise CommandError(f'"{text}" is no e-mail address.') from None
    return text.lower()


def _role(text: str) -> Role:
    if text not in Role.values:
        raise CommandError(f'"{text}" is no role; choose one of {", ".join(Role.values)}.')
    return Role(text)


def _password() -> str:
    password = os.environ.get("DISTRO_MEMBER_PASSWORD", "")
    if not password:
        return ""
    try:
        validate_password(password)
    except ValidationError as fault:
        raise CommandError(f"DISTRO_MEMBER_PASSWORD will not do. {' '.join(fault.messages)}") from None
    return password
