"""The web sites that a workspace lets use its routers: one list for CORS, frames and messages between windows."""

from __future__ import annotations

import re

from .models import Workspace

ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")


def allowed_origins(workspace: Workspace) -> list[str]:
    """The workspace's allowed origins as browsers write them; what is no origin is left out."""
    written = (str(origin).strip().rstrip("/").lower() for origin in workspace.allowed_origins)
    return [origin for origin in written if ORIGIN.fullmatch(origin)]
