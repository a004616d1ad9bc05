"""What a public page tells its own script about the pages that may show it in a frame."""

from __future__ import annotations

from django import template

from ..models import Workspace
from ..origins import allowed_origins

register = template.Library()


@register.simple_tag
def framing_origins(workspace: Workspace | str | None) -> str:
    """The workspace's allowed origins with spaces between, as its Content-Security-Policy names them too."""
    return " ".join(allowed_origins(workspace)) if isinstance(workspace, Workspace) else ""
