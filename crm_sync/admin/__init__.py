"""The admin of the sync log and of the tie to Salesforce."""

from . import connection, panels, runs

__all__ = ["connection", "panels", "runs"]
