"""The workspace file: YAML to a workspace and back, with every fault named by its path."""

from .applying import compare, load
from .checking import Faulty
from .differences import Difference, summary
from .dumping import dump
from .reading import Unreadable, read_file, read_text

__all__ = [
    "Difference",
    "Faulty",
    "Unreadable",
    "compare",
    "dump",
    "load",
    "read_file",
    "read_text",
    "summary",
]
