"""Connection, runs and links; every one of them hangs on a Workspace by its `workspace_path`."""

from .connection import ConnectAttempt, ConnectionState, ProvisionState, SalesforceConnection, UserMapping
from .description import ObjectDescription
from .run import RecordLink, RunKind, RunState, StepState, SyncRun, SyncStep

__all__ = [
    "ConnectAttempt",
    "ConnectionState",
    "ObjectDescription",
    "ProvisionState",
    "RecordLink",
    "RunKind",
    "RunState",
    "SalesforceConnection",
    "StepState",
    "SyncRun",
    "SyncStep",
    "UserMapping",
]
