"""The admin of workspace, people, forms, routers and everything that was booked."""

from . import forms, mail, meeting_types, people, records, routers, workspace

__all__ = ["forms", "mail", "meeting_types", "people", "records", "routers", "workspace"]
