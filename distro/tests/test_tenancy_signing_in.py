"""Signing in to the admin: by allauth's page, whose guesses are counted where every process sees them."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from distro.testing.factories import make_member, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"


def sign_in(email: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/?next=/admin/", {"login": email, "password": password})
    return client


def gets_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_a_member_signs_in_with_address_and_password():
    user = make_user("ann@acme.example", PASSWORD)
    make_member(user=user)
    assert gets_in(sign_in("ann@acme.example", PASSWORD))
    assert not gets_in(sign_in("ann@acme.example", "another"))


def test_who_guesses_too_often_waits_even_with_the_right_password():
    user = make_user("ann@acme.example", PASSWORD)
    make_member(user=user)
    for _ in range(5):
        sign_in("ann@acme.example", "a wrong guess")
    assert not gets_in(sign_in("ann@acme.example", PASSWORD))


def test_counts_are_kept_in_the_database():
    cache.set("guesses", 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM distro_cache WHERE cache_key LIKE '%%guesses'")
        assert cursor.fetchone() == (1,)
