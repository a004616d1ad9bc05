"""Under which Account a new Contact goes."""

from __future__ import annotations

import pytest

from crm_sync.tests.sync.told import EMAIL, Told

pytestmark = pytest.mark.django_db


def submitted(told: Told, email: str = EMAIL, **router: object) -> dict[str, object]:
    for name, value in {"create_as": "contact", **router}.items():
        setattr(told.router, name, value)
    told.router.save()
    told.submit(email)
    told.work()
    return told.record("Contact", email)


def test_by_website_before_colleagues(told: Told) -> None:
    theirs = told.add("Account", Name="Theirs")
    told.add("Contact", LastName="Boss", Email="boss@initrode.example", AccountId=theirs)
    own = told.add("Account", Name="Own", Website="https://www.initrode.example/about")
    told.add("Account", Name="Other", Website="https://notinitrode.example")
    assert submitted(told)["AccountId"] == own
    assert told.run("person").notes == []


def test_by_most_colleagues(told: Told) -> None:
    few, many = told.add("Account", Name="Few"), told.add("Account", Name="Many")
    for name, account in (("A", few), ("B", many), ("C", many)):
        told.add("Contact", LastName=name, Email=f"{name.lower()}@initrode.example", AccountId=account)
    assert submitted(told)["AccountId"] == many


def test_never_by_a_free_mail_domain_and_then_only_the_owner_sees_it(told: Told) -> None:
    told.add("Account", Name="Mail", Website="gmail.com")
    assert submitted(told, "pat@gmail.com")["AccountId"] is None
    assert told.run("person").notes == [
        "No Account belongs to this Contact, so that only its owner and administrators see it"
    ]


def test_else_the_default(told: Told) -> None:
    default = told.add("Account", Name="Default")
    assert submitted(told, default_account=default, create_account=True)["AccountId"] == default


def test_else_a_new_one_named_by_the_company_once(told: Told) -> None:
    told.fault(method="POST", path="composite", body_contains="sobjects/Contact", drop=True)
    told.router.create_as, told.router.create_account = "contact", True
    told.router.save()
    told.submit()
    told.work()
    told.wait()
    (account,) = told.records("Account", Name="Initrode")
    assert told.record("Contact")["AccountId"] == account["Id"]
