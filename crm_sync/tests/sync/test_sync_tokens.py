"""Fresh tokens: one refresh whoever asks at once, rotated tokens saved before use, addresses pinned."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

import pytest
from django.db import connections

from crm_sync.models import SalesforceConnection
from crm_sync.salesforce.client import SalesforceClient
from crm_sync.salesforce.faults import SalesforceFault
from crm_sync.salesforce.session import PinnedSession, origin_of
from crm_sync.tests.sync.told import Told

pytestmark = pytest.mark.django_db


def token_calls(told: Told) -> int:
    return len([one for one in told.org.calls.entries if one.path.startswith("/services/oauth2/token")])


@pytest.mark.django_db(transaction=True)
def test_threads_that_find_the_session_expired_at_once_refresh_it_once(told: Told) -> None:
    before = told.connection.token_version
    told.org.tokens.sessions.clear()
    told.fault(path="oauth2/token", delay=0.3)
    clients = [SalesforceClient(told.connection) for _ in range(4)]
    outcomes: list[object] = []

    def ask(client: SalesforceClient) -> None:
        try:
            outcomes.append(len(client.query("SELECT Id FROM Organization")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [1, 1, 1, 1]
    assert token_calls(told) == 1
    assert told.connection.token_version == before + 1


def test_a_second_refusal_after_a_refresh_is_final(told: Told) -> None:
    told.fault(path="query", status=401, error_code="INVALID_SESSION_ID", times=2)
    with pytest.raises(SalesforceFault) as caught:
        SalesforceClient(told.connection).query("SELECT Id FROM Organization")
    assert caught.value.code == "INVALID_SESSION_ID"
    assert token_calls(told) == 1


def test_the_usage_is_written_on_the_connection(told: Told) -> None:
    SalesforceConnection.objects.update(api_used=0, api_max=0)
    SalesforceClient(told.connection).query("SELECT Id FROM Organization")
    assert (told.connection.api_used, told.connection.api_max) == (told.org.quota_used, 15000)


def test_a_fault_tells_neither_addresses_nor_values(told: Told) -> None:
    with pytest.raises(SalesforceFault) as caught:
        SalesforceClient(told.connection).post(
            "sobjects/Lead", {"LastName": "Secretname", "Company": "x" * 300}
        )
    assert str(caught.value) == "STRING_TOO_LONG (400)"
    assert caught.value.fields == ("Company",)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "http://login.salesforce.com",
        "https://login.salesforce.com.evil.example",
        "https://user@login.salesforce.com",
        "https://login.salesforce.com:8443",
        "https://acme.lightning.force.com",
        "ftp://acme.my.salesforce.com",
    ],
)
def test_addresses_that_are_not_salesforces_are_refused(url: str) -> None:
    with pytest.raises(SalesforceFault):
        origin_of(url)


def test_loopback_is_accepted_only_while_the_login_host_is_on_loopback(settings: object) -> None:
    settings.SALESFORCE_LOGIN_URL = "http://127.0.0.1:8200"  # type: ignore[attr-defined]
    assert origin_of("http://127.0.0.1:8200/x") == "http://127.0.0.1:8200"
    settings.SALESFORCE_LOGIN_URL = "https://login.salesforce.com"  # type: ignore[attr-defined]
    for url in ("http://127.0.0.1:8200", "https://127.0.0.1", "http://localhost"):
        with pytest.raises(SalesforceFault):
            origin_of(url)


def test_a_session_goes_nowhere_but_to_its_own_host() -> None:
    session = PinnedSession("https://acme.my.salesforce.com")
    others = ("https://other.my.salesforce.com", "https://acme.my.salesforce.com.evil.example")
    for host in (*others, "http://acme.my.salesforce.com"):
        with pytest.raises(SalesforceFault):
            session.get(f"{host}/services/data/")


def test_an_answer_that_never_ends_is_given_up_in_time(told: Told, settings: Any) -> None:
    settings.SYNC_CALL_TIMEOUT = 0.4
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        connection = told.connection
        connection.instance_url = f"http://127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(SalesforceFault) as caught:
            SalesforceClient(connection).get("limits")
        assert time.monotonic() - started < 2.0
    assert (caught.value.code, caught.value.outcome) == ("TIMEOUT", "unknown")


def drip(server: socket.socket) -> None:
    """Answer with a byte every tenth of a second, without end."""
    conversation, _ = server.accept()
    conversation.recv(65536)
    conversation.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    with contextlib.suppress(OSError):
        while conversation.send(b" "):
            time.sleep(0.1)
