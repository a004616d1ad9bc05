"""The admin site that stands in for Django's own."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin


class DistroAdminSite(admin.AdminSite):
    site_header = "Distro"
    site_title = "Distro"
    index_title = "Overview"

    login = secure_admin_login(admin.AdminSite.login)
