"""Fixtures of these tests: orgs that run in this process."""

from crm_sync.tests.walk import org as local_org
from crm_sync.tests.walk import second_org

__all__ = ["local_org", "second_org"]
