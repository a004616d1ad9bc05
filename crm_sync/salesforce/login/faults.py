"""What Salesforce's sign-in says when it refuses, in plain words and with the page of Setup that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from requests import RequestException

from .grant import GrantRefused

NOT_SET_UP = (
    "This installation has no Salesforce app yet: an operator must set SALESFORCE_CLIENT_ID and"
    " SALESFORCE_CLIENT_SECRET."
)
DENIED = "access_denied"
APP_PAGE = "Setup > External Client App Manager > the app > Policies"
USAGE_PAGE = "Setup > Connected Apps OAuth Usage"
USER_PAGE = "Setup > Users"
INSTALL = "The app is not installed in this org, or nobody with the right to do so has approved it."
# Salesforce's code, in lower case and as it arrives, to (what it means, where in Setup it is mended).
ADVICE = {
    DENIED: ("Access was denied on Salesforce's page. Nothing was connected.", ""),
    "oauth_approval_error_generic": (INSTALL, USAGE_PAGE),
    "oauth_ec_app_not_found": (INSTALL, USAGE_PAGE),
    "app_not_found": (INSTALL, USAGE_PAGE),
    "invalid_client": (INSTALL, USAGE_PAGE),
    "oauth_app_blocked": ("An administrator of the org has blocked the app.", USAGE_PAGE),
    "invalid_client_id": ("Salesforce does not know this installation's client id.", APP_PAGE),
    "invalid_client_credentials": (
        "Salesforce did not accept the client secret of this installation.",
        APP_PAGE,
    ),
    "redirect_uri_mismatch": ("The app's callback URL is not this installation's address.", APP_PAGE),
    "invalid_scope": ("The app does not allow the scopes api, refresh_token and id.", APP_PAGE),
    "unauthorized_client": ("The user is not among those whom the app's policy allows.", APP_PAGE),
    "inactive_user": ("The Salesforce user is not active.", USER_PAGE),
    "inactive_org": ("The org is not active. Salesforce's support can say why.", ""),
    "rate_limit_exceeded": ("There were too many sign-ins in a short time. Try again in a few minutes.", ""),
    "ip restricted": ("Salesforce does not accept this server's address for the app.", APP_PAGE),
    "invalid_grant": (
        "Salesforce did not accept the code: it was used already or is too old, the user was not approved for"
        " the app, or a policy refuses this server's address. Start again.",
        APP_PAGE,
    ),
}

# What a code of the authorise page means when the token endpoint says it.
AT_THE_EXCHANGE = {"invalid_client": "invalid_client_credentials"}


@dataclass(frozen=True)
class Fault:
    """`said` is what Salesforce wrote, cut and without control characters."""

    code: str
    text: str
    setup: str = ""
    said: str = ""

    @property
    def sentence(self) -> str:
        """Everything in one paragraph."""
        words = [self.text, f"In Salesforce: {self.setup}." if self.setup else ""]
        if self.said and self.code != DENIED:
            words.append(f"Salesforce said: {self.said} ({self.code}).")
        return " ".join(word for word in words if word)


def fault_of(code: str, description: str, exception: Exception | None) -> Fault:
    """What went wrong, from the callback's parameters or from what was raised on our side."""
    if isinstance(exception, GrantRefused):
        known = ADVICE.get(AT_THE_EXCHANGE.get(exception.code, exception.code))
        return Fault(exception.code, *known) if known else Fault(exception.code, str(exception))
    if isinstance(exception, RequestException):
        return Fault("", "Salesforce could not be reached or did not answer in time. Try again in a minute.")
    if isinstance(exception, OAuth2Error) or not code:
        return Fault("", "Salesforce did not answer as expected. Start again.")
    code, said = printable(code, 60), printable(description, 200)
    text, setup = ADVICE.get(code.lower(), ("Salesforce refused the connection.", APP_PAGE))
    return Fault(code, text, setup, said)


def printable(text: str, length: int) -> str:
    """Text from an address, fit to be shown: cut, and without control characters."""
    return "".join(sign for sign in text if sign.isprintable())[:length]
