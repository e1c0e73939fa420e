"""Callbacks: in order, twice, in reverse, late, never, held; and when they are tried again."""

import time
from collections.abc import Callable

import pytest
import requests
from twilio.rest import Client

from service.sandbox.posting import retry_policy
from tests.sandbox.conftest import PHONE, SERVICE, eventually
from tests.sandbox.listener import Listener

COURSE = ["queued", "sent", "delivered"]


@pytest.fixture
def send(twilio: Client, service_url: str) -> Callable[..., str]:
    def send(fragment: str = "") -> str:
        callback = f"{service_url}/webhooks/twilio/status?m=1{fragment}"
        text = twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello", status_callback=callback)
        eventually(lambda: twilio.messages(text.sid).fetch().status == "delivered")
        return str(text.sid)

    return send


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ("callbacks_twice", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        ("callbacks_out_of_order", COURSE[::-1]),
    ],
)
def test_callbacks_come_as_the_fault_has_it(
    send: Callable[..., str], listener: Listener, add_fault: Callable[..., None], fault: str, heard: list[str]
) -> None:
    add_fault(fault)
    send()
    eventually(lambda: len(listener.statuses) >= len(heard))
    assert listener.statuses == heard


def test_callbacks_may_never_come(send: Callable[..., str], listener: Listener, add_fault: Callable[..., None]) -> None:
    add_fault("callbacks_never", times=1)
    silent, told = send(), send()
    eventually(lambda: len(listener.statuses) == 3)
    assert {one.form["MessageSid"] for one in listener.heard} == {told} != {silent}


def test_late_callbacks_come_after_their_delay(
    send: Callable[..., str], sandbox: str, listener: Listener, add_fault: Callable[..., None]
) -> None:
    requests.post(f"{sandbox}/switches", json={"late_by_seconds": 0.4}, timeout=3)
    add_fault("callbacks_late")
    started = time.monotonic()
    send()
    eventually(lambda: len(listener.statuses) == 3)
    assert time.monotonic() - started > 0.4


def test_held_callbacks_come_when_they_are_let_go(send: Callable[..., str], sandbox: str, listener: Listener) -> None:
    requests.post(f"{sandbox}/switches", json={"callbacks": "held"}, timeout=3)
    send()
    eventually(lambda: requests.get(f"{sandbox}/faults.json", timeout=3).json()["held"] == 3)
    assert listener.statuses == []
    assert requests.post(f"{sandbox}/callbacks/deliver", timeout=3).json() == {"delivered": 3}
    assert listener.statuses == COURSE


def test_twilio_does_not_try_again_when_the_service_answers_500(send: Callable[..., str], listener: Listener) -> None:
    listener.answers = [500, 500, 500]
    send()
    eventually(lambda: "delivered" in listener.statuses)
    assert listener.statuses == COURSE


def test_twilio_tries_again_when_the_address_asks_for_it(send: Callable[..., str], listener: Listener) -> None:
    listener.answers = [500, 500, 200]
    send(fragment="#rc=2&rp=5xx")
    eventually(lambda: "delivered" in listener.statuses)
    assert listener.statuses == ["queued", "queued", *COURSE]
    assert all("#" not in one.url for one in listener.heard)


def test_by_default_only_a_missing_connection_is_retried_and_only_once() -> None:
    policy = retry_policy("")
    assert policy.retries == 1
    assert [policy.retries_after(outcome) for outcome in ("ct", "rt", "4xx", "5xx", "")] == [True] + [False] * 4


def test_all_means_every_failure_but_no_success() -> None:
    policy = retry_policy("rc=9&rp=all")
    assert policy.retries == 5
    assert [policy.retries_after(outcome) for outcome in ("rt", "5xx", "")] == [True, True, False]
