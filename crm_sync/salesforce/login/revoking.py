"""Giving tokens back to Salesforce once they are not needed."""

from __future__ import annotations

import logging

import requests
from allauth.socialaccount.adapter import get_adapter

logger = logging.getLogger(__name__)


def revoke(login_url: str, token: str) -> bool:
    """Revoke a refresh token with all that came from it. False where Salesforce did not confirm; never raises.

    Source: Salesforce help, "Revoke OAuth Tokens": 200 with an empty body; 400 for a token that is gone already.
    """
    if not token:
        return True
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.post(f"{login_url}/services/oauth2/revoke", data={"token": token})
    except requests.RequestException as fault:
        logger.warning("Salesforce did not take a token back: %s", type(fault).__name__)
        return False
    return answer.status_code in (200, 400)
