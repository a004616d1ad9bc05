"""Loads every app's `due_kinds`, so that a worker knows what can be due."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DueConfig(AppConfig):
    name = "distro.due"
    label = "due"
    verbose_name = "Due work"

    def ready(self) -> None:
        autodiscover_modules("due_kinds")
