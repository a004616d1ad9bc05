"""The two doors of signing in with Salesforce: off to the login host, and back with a code."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from distro.headers import allow_sources

from .exchange import SalesforceAdapter
from .faults import NOT_SET_UP
from .hosts import HostRefused, login_sources, production_host


class LoginView(OAuth2LoginView):
    """GET asks where to sign in, POST goes there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SALESFORCE_CLIENT_ID:
            return self.ask(request, NOT_SET_UP, 503)
        if request.method != "POST":
            return self.ask(request, "", 200)
        try:
            return self.get_provider().redirect_from_request(request)
        except HostRefused as fault:
            return self.ask(request, str(fault), 400)

    def ask(self, request: HttpRequest, fault: str, status: int) -> HttpResponse:
        context = {
            "process": request.GET.get("process"),
            "fault": fault,
            "host": request.POST.get("host", "production"),
            "domain": request.POST.get("domain", ""),
            "production": production_host(),
        }
        response = render(request, "socialaccount/login.html", context, status=status)
        return allow_sources(response, "form-action", login_sources())


class CallbackView(OAuth2CallbackView):
    """Back from Salesforce: the login host is the one that this attempt's own state names."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.login_url = state["login_url"]
        return state, response


oauth2_login = LoginView.adapter_view(SalesforceAdapter)
oauth2_callback = CallbackView.adapter_view(SalesforceAdapter)
