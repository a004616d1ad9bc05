"""What a matched rule wants done overrides the router."""

from __future__ import annotations

import pytest

from crm_sync.tests.sync.told import EMAIL, Told
from distro.testing.factories import make_distribution_rule, make_ownership_rule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("router", "rule", "leads"), [(True, False, 0), (False, True, 1), (True, None, 1)])
def test_a_rule_decides_whether_a_record_is_created(
    told: Told, router: bool, rule: bool | None, leads: int
) -> None:
    told.router.create_record = router
    told.router.save()
    matched = make_distribution_rule(told.router, create_record=rule)
    told.submit(distribution_rule=matched)
    told.work()
    assert told.runs() == {"person": "done"}
    assert len(told.records("Lead", Email=EMAIL)) == leads


def test_an_ownership_rule_may_leave_the_owner_alone(told: Told) -> None:
    rule = make_ownership_rule(told.router, update_owner="false")
    told.book(told.submit(ownership_rule=rule))
    told.work()
    assert told.runs() == {"person": "done", "meeting": "done"}
