"""Creating texts through the real Twilio SDK."""

from collections.abc import Callable

import pytest
import requests
from requests.auth import HTTPBasicAuth
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from service.sandbox.numbers import sending_number
from tests.sandbox.conftest import ACCOUNT, PHONE, SERVICE, TOKEN, eventually
from tests.sandbox.listener import Listener


def test_a_text_through_a_messaging_service_is_accepted_and_then_delivered(
    twilio: Client, service_url: str, listener: Listener
) -> None:
    callback = f"{service_url}/webhooks/twilio/status?m=abc"
    text = twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello", status_callback=callback)
    assert (text.status, text.num_segments, text.from_, text.error_code) == ("accepted", "0", None, None)
    eventually(lambda: len(listener.heard) == 3)
    assert [one.form["MessageStatus"] for one in listener.heard] == ["queued", "sent", "delivered"]
    assert {one.form["MessageSid"] for one in listener.heard} == {text.sid}
    fetched = twilio.messages(text.sid).fetch()
    assert (fetched.status, fetched.num_segments, fetched.from_) == ("delivered", "1", sending_number(SERVICE))


def test_a_text_from_a_number_starts_as_queued(twilio: Client) -> None:
    text = twilio.messages.create(to=PHONE, from_="+16025550100", body="Hello")
    assert (text.status, text.from_, text.num_segments) == ("queued", "+16025550100", "1")


def test_callbacks_carry_a_signature_over_the_whole_address(
    twilio: Client, service_url: str, listener: Listener
) -> None:
    callback = f"{service_url}/webhooks/twilio/status?m=a%2Bb&x="
    twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello", status_callback=callback)
    last = eventually(lambda: [one for one in listener.heard if one.form["MessageStatus"] == "delivered"])[0]
    assert RequestValidator(TOKEN).validate(callback, last.form, last.headers["x-twilio-signature"])
    assert last.form["RawDlrDoneDate"].isdecimal()
    assert last.form["MessagingServiceSid"] == SERVICE


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "+1916555"}, 21211),
        ({"to": "9165550123"}, 21211),
        ({"body": "x" * 1601}, 21617),
        ({"body": ""}, 21602),
        ({"messaging_service_sid": None}, 21603),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21703),
        ({"messaging_service_sid": "MGnone"}, 21701),
        ({"status_callback": "http://no_underscores.example/cb"}, 21609),
        ({"status_callback": "ftp://example.com"}, 21609),
        ({"status_callback": "http://[half"}, 21609),
    ],
)
def test_a_bad_parameter_is_refused_with_twilios_code(
    twilio: Client, sandbox: str, changes: dict[str, str], code: int
) -> None:
    wanted = {"to": PHONE, "messaging_service_sid": SERVICE, "body": "Hello", **changes}
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages.create(**wanted)
    assert refused.value.code == code
    assert requests.get(f"{sandbox}/ledger", timeout=3).json()["count"] == 0


def test_wrong_credentials_are_refused(sandbox: str) -> None:
    client = Client(ACCOUNT, "wrong", http_client=TwilioHttpClient(timeout=3))
    client.api.base_url = sandbox
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_another_account_is_refused(sandbox: str) -> None:
    url = f"{sandbox}/2010-04-01/Accounts/AC{'9' * 32}/Messages.json"
    answer = requests.get(url, auth=HTTPBasicAuth(ACCOUNT, TOKEN), timeout=3)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_the_ledger_knows_our_attempt_id(twilio: Client, sandbox: str, service_url: str) -> None:
    callback = f"{service_url}/webhooks/twilio/status?m=attempt-7"
    text = twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello", status_callback=callback)
    entry = requests.get(f"{sandbox}/ledger", timeout=3).json()["entries"][0]
    assert (entry["attempt"], entry["provider_id"]) == ("attempt-7", text.sid)
    assert (entry["to"], entry["body"]) == (PHONE, "Hello")


@pytest.mark.parametrize(("fault", "code"), [("30003", 30003), ("30006", 30006), ("21610_later", 21610)])
def test_a_sad_end_comes_with_its_error_code(
    twilio: Client, service_url: str, listener: Listener, add_fault: Callable[..., None], fault: str, code: int
) -> None:
    add_fault(fault, target=PHONE)
    callback = f"{service_url}/webhooks/twilio/status?m=1"
    text = twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello", status_callback=callback)
    last = eventually(lambda: [one.form for one in listener.heard if "ErrorCode" in one.form])[0]
    assert last["MessageStatus"] == ("failed" if code == 21610 else "undelivered")
    assert last["ErrorCode"] == str(code)
    assert twilio.messages(text.sid).fetch().error_code == code
