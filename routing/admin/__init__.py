"""The admin of workspace, people, forms, routers and everything that was booked."""

from . import api_keys, forms, mail, meeting_types, messages, people, records, routers, workspace

__all__ = [
    "api_keys",
    "forms",
    "mail",
    "meeting_types",
    "messages",
    "people",
    "records",
    "routers",
    "workspace",
]
