"""Fixtures of these tests."""

from crm_sync.tests.sync.told import told_workspace

__all__ = ["told_workspace"]
