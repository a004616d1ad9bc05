"""The demo's own company: its workspace file, and a week of history to look at."""

from __future__ import annotations

from pathlib import Path

WORKSPACE_FILE = Path(__file__).with_name("workspace.yaml")
