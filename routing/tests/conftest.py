"""What the tests of pages need: their files by plain names, as nobody has collected any."""

from __future__ import annotations

import pytest
from pytest_django import Settings

PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(autouse=True)
def plain_files(settings: Settings) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_FILES}}
