"""Due work: a table that holds what must be done and when, and RQ as the bell that says "now".

`schedule` writes a row in the caller's transaction, `kind` registers what is done about such a row; any
worker claims the row under a lease, runs it, and takes it away, or leaves it for later.
"""

from distro.due.backoff import retry_delay
from distro.due.claims import Claim, LeaseLost
from distro.due.registry import kind
from distro.due.scheduling import schedule

__all__ = ["Claim", "LeaseLost", "kind", "retry_delay", "schedule"]
