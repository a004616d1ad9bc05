"""Fixtures of these tests."""

from crm_sync.tests.sync.told import sync_org, told_workspace

__all__ = ["sync_org", "told_workspace"]
