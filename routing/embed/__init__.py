"""The snippet that customers' pages load: its parts joined to one plain script, and compressed, once a process."""

from __future__ import annotations

import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

PARTS = ("place", "wire", "look", "follow", "dialog", "own", "inline", "start")
"""In the order in which they are joined; they share one scope that the page does not see."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The script as it is sent: plain and gzipped bytes, and a tag that changes with them."""

    plain: bytes
    gzipped: bytes
    etag: str


@functools.cache
def snippet() -> Snippet:
    """The whole of embed.js."""
    folder = Path(__file__).parent
    parts = "\n".join((folder / f"{part}.js").read_text() for part in PARTS)
    plain = f'(() => {{\n"use strict";\n{parts}}})();\n'.encode()
    digest = hashlib.sha256(plain).hexdigest()[:20]
    return Snippet(plain, gzip.compress(plain, 9, mtime=0), f'W/"{digest}"')
