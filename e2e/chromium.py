"""A real Chromium: found, or announced as missing; and pages that remember every complaint of theirs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SCREENSHOTS = Path(__file__).resolve().parent.parent / "var" / "screenshots"
# The browser says this of every answer that is no 2xx, those that we mean included.
MEANT = "Failed to load resource: the server responded with a status of"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium. Where there is none the test is skipped, or fails with DISTRO_BROWSER=required."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_find(playwright), args=QUIET)
        yield browser
        browser.close()


def _find(playwright: Playwright) -> str:
    known = [path for name in NAMES if (path := shutil.which(name))]
    own = playwright.chromium.executable_path
    found = known or ([own] if Path(own).exists() else [])
    if found:
        return found[0]
    sentence = "no Chromium was found on this machine, so no browser journey ran"
    if os.environ.get("DISTRO_BROWSER") == "required":
        pytest.fail(f"DISTRO_BROWSER=required, but {sentence}")
    pytest.skip(sentence)


@contextmanager
def open_page(browser: Browser, name: str, **context: Any) -> Iterator[Page]:
    """A page of its own context. It must end without a cookie, a script's error or a breach of the policy.

    Where the test fails, a picture of the page is left in var/screenshots.
    """
    with browser.new_context(**context) as visitor:
        page = visitor.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        try:
            yield page
        except BaseException:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
            raise
        assert [text for text in complaints if not text.startswith(MEANT)] == []
        assert visitor.cookies() == []
