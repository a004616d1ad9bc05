"""The public web's addresses (contract section 4)."""

from __future__ import annotations

from django.urls import path

from distro.problems import explain

from .views import booking, embed, form, host, manage, message, submissions
from .views.doors import doorway, host_meeting_at, meeting_at, router_at, submission_at

urlpatterns = [
    path("embed.js", embed.show_snippet, name="snippet"),
    path("r/<str:address>/", doorway(router_at, GET=form.show_form), name="form"),
    path("r/<str:address>/frame", doorway(router_at, GET=embed.show_frame), name="frame"),
    path(
        "r/<str:address>/submissions",
        doorway(router_at, POST=submissions.post_submission, OPTIONS=submissions.preflight),
        name="submissions",
    ),
    path(
        "r/<str:address>/outcome/<uuid:uuid>/",
        doorway(router_at, GET=submissions.show_outcome),
        name="outcome",
    ),
    path("b/<str:address>/", doorway(submission_at, GET=booking.show_booking), name="booking"),
    path("b/<str:address>/slots", doorway(submission_at, GET=booking.show_slots), name="booking-slots"),
    path("b/<str:address>/book", doorway(submission_at, POST=booking.post_book), name="book"),
    path(
        "b/<str:address>/message",
        doorway(submission_at, POST=message.post_message),
        name="booking-message",
    ),
    path("m/<str:address>/", doorway(meeting_at, GET=manage.show_meeting), name="meeting"),
    path("m/<str:address>/slots", doorway(meeting_at, GET=manage.show_slots), name="meeting-slots"),
    path(
        "m/<str:address>/reschedule",
        doorway(meeting_at, POST=manage.post_reschedule),
        name="meeting-reschedule",
    ),
    path("m/<str:address>/cancel", doorway(meeting_at, POST=manage.post_cancel), name="meeting-cancel"),
    path(
        "m/<str:address>/calendar.ics", doorway(meeting_at, GET=manage.show_calendar), name="meeting-calendar"
    ),
    path("h/<str:address>/", doorway(host_meeting_at, framed=False, GET=host.show_host_page), name="host"),
    *(
        path(
            f"h/<str:address>/{action}",
            doorway(host_meeting_at, framed=False, POST=host.posting(action)),
            name=f"host-{action}",
        )
        for action in host.ACTIONS
    ),
    path("problems/<slug:slug>", explain, name="problem"),
]
