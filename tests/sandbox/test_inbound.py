"""Texts typed on a pretend phone, and the provider's own keywords."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from service.sandbox.keywords import Keyword, keyword_in
from service.sandbox.numbers import sending_number
from tests.sandbox.conftest import PHONE, SERVICE, TOKEN, eventually
from tests.sandbox.listener import Listener

Typing = Callable[[str], dict[str, Any]]


@pytest.fixture
def type_text(sandbox: str) -> Typing:
    def type_text(text: str) -> dict[str, Any]:
        answer = requests.post(f"{sandbox}/phones/{PHONE}.json", json={"text": text}, timeout=5)
        answer.raise_for_status()
        return dict(answer.json())

    return type_text


def _send(twilio: Client) -> str:
    return str(twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello").sid)


def _written(sandbox: str) -> list[tuple[str, str]]:
    lines = requests.get(f"{sandbox}/phones/{PHONE}.json", timeout=3).json()["lines"]
    return [(line["written_by"], line["body"].split(".")[0]) for line in lines]


def test_a_typed_text_reaches_the_service_signed(type_text: Typing, service_url: str, listener: Listener) -> None:
    told = type_text(" ¿Puedo llegar a las 3? ")
    form = listener.heard[0].form
    url = f"{service_url}/webhooks/twilio/inbound"
    assert RequestValidator(TOKEN).validate(url, form, listener.heard[0].headers["x-twilio-signature"])
    assert (form["From"], form["To"]) == (PHONE, sending_number(SERVICE))
    assert (form["Body"], form["MessageSid"]) == (" ¿Puedo llegar a las 3? ", told["sid"])
    assert (form["MessagingServiceSid"], form["NumMedia"], form["FromCity"]) == (SERVICE, "0", "")
    assert told["webhook_answer"] == "200"


def test_an_inbound_text_is_listed_by_twilio(type_text: Typing, twilio: Client) -> None:
    sid = type_text("C")["sid"]
    listed = twilio.messages.list(to=sending_number(SERVICE))
    assert [(text.sid, text.direction, text.status, text.body) for text in listed] == [
        (sid, "inbound", "received", "C")
    ]


def test_an_answer_goes_to_the_number_that_wrote_last(type_text: Typing, twilio: Client, listener: Listener) -> None:
    twilio.messages.create(to=PHONE, from_="+13035550177", body="Hello")
    type_text("C")
    assert listener.heard[0].form["To"] == "+13035550177"
    assert "MessagingServiceSid" not in listener.heard[0].form


def test_stop_blocks_the_number_and_the_provider_answers(
    type_text: Typing, twilio: Client, sandbox: str, listener: Listener
) -> None:
    type_text("Stop")
    assert listener.heard[0].form["Body"] == "Stop"
    assert "OptOutType" not in listener.heard[0].form
    assert _written(sandbox) == [("phone", "Stop"), ("provider", "You have successfully been unsubscribed")]
    with pytest.raises(TwilioRestException) as refused:
        _send(twilio)
    assert (refused.value.status, refused.value.code) == (400, 21610)


@pytest.mark.parametrize("word", ["START", "yes", "Unstop "])
def test_start_lets_texts_through_again(type_text: Typing, twilio: Client, word: str) -> None:
    type_text("STOP")
    type_text(word)
    assert _send(twilio).startswith("SM")


def test_the_provider_answers_start_only_to_a_blocked_phone(type_text: Typing, sandbox: str) -> None:
    type_text("YES")
    assert _written(sandbox) == [("phone", "YES")]


def test_with_advanced_opt_out_the_text_is_taken_and_then_fails(
    type_text: Typing, twilio: Client, sandbox: str, listener: Listener
) -> None:
    requests.post(f"{sandbox}/switches", json={"opt_out": "advanced"}, timeout=3)
    type_text("QUIT")
    assert listener.heard[0].form["OptOutType"] == "STOP"
    sid = _send(twilio)
    assert eventually(lambda: twilio.messages(sid).fetch().error_code) == 21610


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("stop", Keyword.STOP),
        ("REVOKE", Keyword.STOP),
        ("OptOut", Keyword.STOP),
        ("cancel", Keyword.STOP),
        ("opt out", None),
        ("STOP PLEASE", None),
        ("stop.", None),
        ("yes", Keyword.START),
        ("info", Keyword.HELP),
        ("C", None),
        ("", None),
    ],
)
def test_only_a_whole_text_is_a_keyword(text: str, keyword: Keyword | None) -> None:
    assert keyword_in(text) is keyword


def test_a_service_that_is_away_is_noted_on_the_phone(type_text: Typing, listener: Listener, sandbox: str) -> None:
    listener.answers = [503]
    assert type_text("C")["webhook_answer"] == "503"
    assert len(listener.heard) == 1
