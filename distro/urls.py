"""Every address of the application (contract section 4)."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from distro import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("", include("routing.urls")),
    path("", include(health.urlpatterns)),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("integrations/", include("crm_sync.urls")),
    path("api/v1/", include("distro.rest.v1")),
]

handler400 = "distro.problems.bad_request"
handler403 = "distro.problems.permission_denied"
handler404 = "distro.problems.page_not_found"
handler500 = "distro.problems.server_error"
