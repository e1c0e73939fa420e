"""What every sender promises, whoever the provider is."""

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from service.domain.states import State
from service.providers.http_client import HttpClient
from service.providers.outcome import Accepted, ErrorClass, Outcome, Refused
from tests.providers.builders import created, email, sendgrid_sender, sms, twilio_sender
from tests.providers.stand_in import Fault, Reply, StandIn

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, kw_only=True)
class Sending:
    """`send(base_url, http)` sends one message; `accepts` is how this provider says yes."""

    name: str
    send: Callable[[str, HttpClient], Awaitable[Outcome]]
    accepts: Reply


async def _send_sms(base_url: str, http: HttpClient) -> Outcome:
    return await twilio_sender(base_url, http).send(sms())


async def _send_email(base_url: str, http: HttpClient) -> Outcome:
    return await sendgrid_sender(base_url, http).send(email())


BOTH = (
    Sending(name="twilio", send=_send_sms, accepts=created(sid="SM1")),
    Sending(name="sendgrid", send=_send_email, accepts=Reply(status=202, headers={"X-Message-Id": "SM1"})),
)


@pytest.fixture(params=BOTH, ids=lambda sending: sending.name)
def sending(request: pytest.FixtureRequest) -> Sending:
    assert isinstance(request.param, Sending)
    return request.param


def _error(outcome: Outcome) -> ErrorClass:
    assert isinstance(outcome, Refused)
    assert outcome.words.endswith(".")
    return outcome.error


async def test_a_message_the_provider_takes_is_handed_over(
    sending: Sending, provider: StandIn, http: HttpClient
) -> None:
    provider.will(sending.accepts)
    outcome = await sending.send(provider.base_url, http)
    assert outcome == Accepted(provider_id="SM1", state=State.HANDED_OVER)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (307, ErrorClass.CONFIGURATION),
        (400, ErrorClass.PERMANENT),
        (401, ErrorClass.CONFIGURATION),
        (403, ErrorClass.CONFIGURATION),
        (404, ErrorClass.CONFIGURATION),
        (408, ErrorClass.UNCERTAIN),
        (418, ErrorClass.PERMANENT),
        (429, ErrorClass.TEMPORARY),
        (500, ErrorClass.UNCERTAIN),
        (502, ErrorClass.UNCERTAIN),
        (503, ErrorClass.UNCERTAIN),
        (504, ErrorClass.UNCERTAIN),
    ],
)
async def test_each_status_has_a_class_and_is_asked_once(
    sending: Sending, provider: StandIn, http: HttpClient, status: int, expected: ErrorClass
) -> None:
    provider.will(Reply(status=status, body="<html>sorry</html>", headers={"Location": "/elsewhere"}))
    assert _error(await sending.send(provider.base_url, http)) is expected
    assert len(provider.asked) == 1


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_message_taken_without_an_answer_is_uncertain_and_not_sent_again(
    sending: Sending, provider: StandIn, http: HttpClient, fault: Fault
) -> None:
    provider.will(fault)
    assert _error(await sending.send(provider.base_url, http)) is ErrorClass.UNCERTAIN
    assert len(provider.asked) == 1


async def test_a_line_that_dies_after_a_good_call_is_uncertain_and_not_sent_again(
    sending: Sending, provider: StandIn, http: HttpClient
) -> None:
    provider.will(sending.accepts, Fault.HANG_UP)
    await sending.send(provider.base_url, http)
    assert _error(await sending.send(provider.base_url, http)) is ErrorClass.UNCERTAIN
    assert len(provider.asked) == 2


async def test_a_closed_door_is_temporary(sending: Sending, http: HttpClient) -> None:
    with socket.socket() as bound_but_not_listening:
        bound_but_not_listening.bind(("127.0.0.1", 0))
        port = bound_but_not_listening.getsockname()[1]
        outcome = await sending.send(f"http://127.0.0.1:{port}", http)
    assert _error(outcome) is ErrorClass.TEMPORARY


async def test_a_name_that_nobody_knows_is_temporary(sending: Sending, http: HttpClient) -> None:
    assert _error(await sending.send("http://provider.invalid", http)) is ErrorClass.TEMPORARY


@pytest.mark.parametrize("base_url", ["http://", "ftp://127.0.0.1"])
async def test_an_address_that_is_none_is_a_configuration_fault(
    sending: Sending, http: HttpClient, base_url: str
) -> None:
    assert _error(await sending.send(base_url, http)) is ErrorClass.CONFIGURATION


@pytest.mark.parametrize("body", ["", "<html>welcome</html>", "[]", "null", '"yes"', '{"sid": 5}', "\udc80"])
async def test_a_yes_that_cannot_be_read_is_uncertain(
    sending: Sending, provider: StandIn, http: HttpClient, body: str
) -> None:
    raw = body.encode("utf-8", errors="surrogateescape").decode("latin-1")
    provider.will(Reply(status=200, body=raw))
    assert _error(await sending.send(provider.base_url, http)) is ErrorClass.UNCERTAIN


async def test_no_person_is_named_in_what_staff_read(sending: Sending, provider: StandIn, http: HttpClient) -> None:
    provider.will(Reply(status=400, body='{"code": 99, "message": "+19165550143 patient@example.com", "errors": 1}'))
    outcome = await sending.send(provider.base_url, http)
    assert "9165550143" not in str(outcome)
    assert "patient" not in str(outcome)
