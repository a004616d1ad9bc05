"""The addresses below /integrations/."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "integrations"
urlpatterns = [
    path("", views.card, name="card"),
    path("disconnect/", views.disconnect, name="disconnect"),
    path("answer/", views.answer, name="answer"),
    path("set-up/", views.set_up, name="set_up"),
]
