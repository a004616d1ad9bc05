"""The project as a Django app, and the admin site that stands in for Django's own."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class DistroConfig(AppConfig):
    name = "distro"
    verbose_name = "Distro"

    def ready(self) -> None:
        from distro.checks import register_checks

        register_checks()


class DistroAdminConfig(AdminConfig):
    default_site = "distro.admin_site.DistroAdminSite"
