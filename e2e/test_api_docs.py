"""The API's own page in a real browser: it draws itself under our policy, and its requests work."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from distro.testing.factories import make_api_key, make_host, make_meeting, make_router, make_submission
from e2e.chromium import chromium, open_page

pytestmark = pytest.mark.browser


def test_a_developer_reads_the_page_and_tries_a_request(web_server: Any) -> None:
    submission = make_submission(make_router())
    meeting = make_meeting(submission, make_host(submission.workspace))
    make_api_key(submission.workspace, "distro_right")
    with chromium() as browser, open_page(browser, "api-docs") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{settings.BASE_URL}/api/v1/docs")
        page.locator(".auth-wrapper .authorize").first.click()
        dialog = page.locator(".modal-ux")
        dialog.get_by_role("textbox").fill("distro_right")
        dialog.locator("button.authorize").click()
        dialog.locator("button.btn-done").click()
        page.locator("#operations-Meetings-list_meetings .opblock-summary-control").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute", exact=True).click()
        page.get_by_text(str(meeting.uuid)).first.wait_for()
        assert not [url for url in asked if not url.startswith((settings.BASE_URL, "data:", "blob:"))]
