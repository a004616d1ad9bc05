"""The workspace's own settings, and who may work in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from distro.invitations import find_user, invitation_link
from distro.members import place_of
from distro.tenancy import NOBODY, TenantAdmin
from distro.tenant_rows import TenantForm
from routing.admin.fields import LinesField
from routing.models import Member, Role, Workspace
from routing.workspace_file import texts

OWNERS = frozenset({Role.OWNER})


class WorkspaceForm(TenantForm):
    allowed_origins = LinesField(
        shape=texts.origin,
        label="Allowed web sites",
        help_text="The sites that may embed the forms, one a line, such as https://www.acme.example",
    )
    free_mail_domains = LinesField(
        shape=texts.domain,
        label="Free-mail domains",
        help_text="Besides the well-known ones, one a line. Prospects of these are never matched by domain.",
    )


@admin.register(Workspace)
class WorkspaceAdmin(TenantAdmin):
    form = WorkspaceForm
    adders = deleters = NOBODY
    list_display = ["name", "slug", "timezone"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "timezone"]}),
        ("On the web", {"fields": ["allowed_origins", "free_mail_domains"]}),
        ("Rotation", {"fields": ["rotation_reset", "count_ownership_bookings"]}),
        ("Salesforce", {"fields": ["extension_fields"]}),
    ]
    list_title = "Workspace settings"
    empty_text = "A workspace is one customer company; everything else hangs on it."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workspace]:
        # Those who may add and delete workspaces see them all at once.
        if request.user.is_superuser:
            return Workspace.objects.all()
        return super().get_queryset(request)

    def _is_ours(self, request: HttpRequest, obj: Any) -> bool:
        return request.user.is_superuser or super()._is_ours(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser or super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser or super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


class MemberForm(TenantForm):
    newcomer = False
    email = forms.EmailField(
        label="E-mail", help_text="For somebody new you are given an invitation to pass on."
    )

    class Meta:
        fields = ["email", "role"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if Member.objects.filter(workspace=self.workspace, user__email__iexact=email).exists():
            raise ValidationError(f"{email} is a member already; open their line to change the role.")
        return email

    def save(self, commit: bool = True) -> Any:
        email = self.cleaned_data["email"]
        user = find_user(email)
        self.newcomer = user is None
        self.instance.user = user or User.objects.create_user(email, email)
        return super().save(commit)


@admin.register(Member)
class MemberAdmin(TenantAdmin):
    viewers = editors = OWNERS
    list_display = ["email", "role"]
    list_filter = ["role"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__username"]
    fields = ["email", "role"]
    empty_text = "Members sign in here: owners, administrators and hosts."

    @admin.display(description="E-mail", ordering="user__email")
    def email(self, member: Member) -> str:
        return member.user.email or member.user.get_username()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["email"] if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = MemberForm
        return super().get_form(request, obj, change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The last owner stays one, unless a superuser looks after the workspace."""
        if isinstance(obj, Member) and self._is_last_owner(obj) and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).order_by("user__email")

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if getattr(form, "newcomer", False):
            text = (
                f"Pass this on to {obj.user.email}, who chooses a password there: {invitation_link(obj.user)}"
            )
            self.message_user(request, text, "SUCCESS")

    def _is_last_owner(self, member: Member) -> bool:
        owners = Member.objects.filter(workspace=member.workspace_id, role=Role.OWNER)
        return member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        shown, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        owners = Member.objects.filter(workspace=place_of(request).workspace, role=Role.OWNER)
        leaving = [member.pk for member in objs]
        if owners.filter(pk__in=leaving).exists() and not owners.exclude(pk__in=leaving).exists():
            protected = [*protected, "A workspace keeps at least one owner"]
        return shown, counts, perms_needed, protected
