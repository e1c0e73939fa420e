"""What the caller sees when the pretend providers misbehave, through the real SDKs."""

from collections.abc import Callable

import pytest
import requests
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from service.sandbox.faults import Channel, Fault, FaultBook, Stage
from tests.sandbox.conftest import ACCOUNT, PHONE, SERVICE, TOKEN
from tests.sandbox.mail import mail_to

AddFault = Callable[..., None]


def _send(twilio: Client, to: str = PHONE) -> None:
    twilio.messages.create(to=to, messaging_service_sid=SERVICE, body="Hello")


def _accepted(sandbox: str) -> int:
    return int(requests.get(f"{sandbox}/ledger", timeout=3).json()["count"])


@pytest.mark.parametrize(
    ("fault", "status", "code", "accepted"),
    [
        ("429", 429, 20429, 0),
        ("500", 500, 20500, 0),
        ("500_after_accepting", 500, 20500, 1),
        ("21610", 400, 21610, 0),
    ],
)
def test_twilio_answers_with_an_error(
    twilio: Client, sandbox: str, add_fault: AddFault, fault: str, status: int, code: int, accepted: int
) -> None:
    add_fault(fault, target=PHONE)
    with pytest.raises(TwilioRestException) as refused:
        _send(twilio)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert _accepted(sandbox) == accepted


@pytest.mark.parametrize(("fault", "accepted"), [("drop_before_accepting", 0), ("drop_after_accepting", 1)])
def test_twilio_drops_the_connection(
    twilio: Client, sandbox: str, add_fault: AddFault, fault: str, accepted: int
) -> None:
    add_fault(fault)
    with pytest.raises(requests.ConnectionError):
        _send(twilio)
    assert _accepted(sandbox) == accepted


def test_twilio_takes_the_text_and_then_keeps_silent(sandbox: str, add_fault: AddFault) -> None:
    impatient = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=0.3))
    impatient.api.base_url = sandbox
    add_fault("timeout_after_accepting")
    with pytest.raises(requests.ReadTimeout):
        _send(impatient)
    assert _accepted(sandbox) == 1


@pytest.mark.parametrize(
    ("fault", "status", "accepted"), [("429", 429, 0), ("500", 500, 0), ("500_after_accepting", 500, 1)]
)
def test_sendgrid_answers_with_an_error(
    sendgrid: SendGridAPIClient, sandbox: str, add_fault: AddFault, fault: str, status: int, accepted: int
) -> None:
    add_fault(fault, target="email")
    with pytest.raises(HTTPError) as refused:
        sendgrid.send(mail_to("ana@example.com"))
    assert refused.value.status_code == status
    assert _accepted(sandbox) == accepted


def test_sendgrid_takes_the_mail_and_then_keeps_silent(
    sendgrid: SendGridAPIClient, sandbox: str, add_fault: AddFault
) -> None:
    sendgrid.client.timeout = 0.3
    add_fault("timeout_after_accepting")
    with pytest.raises(TimeoutError):
        sendgrid.send(mail_to("ana@example.com"))
    assert _accepted(sandbox) == 1


def test_a_fault_for_one_number_leaves_the_others_alone(twilio: Client, sandbox: str, add_fault: AddFault) -> None:
    add_fault("500", target=PHONE)
    _send(twilio, to="+16025550144")
    assert _accepted(sandbox) == 1


def test_a_fault_that_strikes_twice_is_over_after_that(twilio: Client, add_fault: AddFault) -> None:
    add_fault("429", times=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            _send(twilio)
    _send(twilio)


def test_percent_is_the_share_that_is_struck() -> None:
    book = FaultBook()
    book.dice.seed(7)
    book.add(Fault.SERVER_ERROR, target="*", percent=20)
    struck = sum(bool(book.strike(Stage.REQUEST, Channel.SMS, PHONE)) for _ in range(2000))
    assert 320 < struck < 480


def test_a_bounce_means_nothing_to_a_text() -> None:
    book = FaultBook()
    book.add(Fault.BOUNCE, target="*")
    assert book.strike_one(Stage.OUTCOME, Channel.SMS, PHONE) is None
    assert book.strike_one(Stage.OUTCOME, Channel.EMAIL, "ana@example.com") is Fault.BOUNCE
