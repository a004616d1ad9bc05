"""What a person can do about a run: have it tried again, or leave it."""

from .mend import Refused, ignore, retry

__all__ = ["Refused", "ignore", "retry"]
