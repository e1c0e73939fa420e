"""What the providers tell us, over real HTTP: verified, stored once, answered quickly."""

import base64
import hashlib
import statistics
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from service.sandbox.keys import new_event_keys
from tests.sandbox.conftest import served
from tests.servers import Database
from tests.web.house import House

TOKEN = "a-token-of-the-tests"
PRIVATE_KEY, PUBLIC_KEY = new_event_keys()
PUBLIC = "https://reminders.clinic.example"
STATUS = "/webhooks/twilio/status?m=01a20520-e94c-704b-b83c-82e44e18de42"
INBOUND = "/webhooks/twilio/inbound"
EVENTS = "/webhooks/sendgrid/events"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+19165550111", "NewParameter": ""}
TEXT = {"MessageSid": "SM2", "From": "+19165550111", "To": "+19165550100", "Body": " C ", "MessagingServiceSid": "MG0"}


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    changes = {
        "TWILIO_AUTH_TOKEN": TOKEN,
        "SENDGRID_WEBHOOK_PUBLIC_KEY": PUBLIC_KEY,
        "PUBLIC_BASE_URL": PUBLIC,
        "REDIS_URL": "redis://127.0.0.1:9",
    }
    made = House(database=database, settings=changes).furnish()
    yield made
    made.services.close()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with served(house.app) as url:
        yield url


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def twilio(address: str, path: str, params: Mapping[str, str], signature: str | None = None) -> tuple[int, str]:
    """Signed as Twilio signs: for the public address, whatever host the call arrives at."""
    made = RequestValidator(TOKEN).compute_signature(PUBLIC + path, dict(params)) if signature is None else signature
    return post(address + path, urllib.parse.urlencode(params).encode(), {"X-Twilio-Signature": made})


def sendgrid(address: str, body: bytes, stamp: str = "1800000000") -> tuple[int, str]:
    key = serialization.load_der_private_key(base64.b64decode(PRIVATE_KEY), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }
    return post(address + EVENTS, body, headers)


def stored(house: House) -> int:
    return int(house.one("SELECT count(*) FROM provider_events")[0])


def test_a_signed_status_is_stored_once_however_often_it_comes(house: House, address: str) -> None:
    assert [twilio(address, STATUS, DELIVERED)[0] for _ in range(3)] == [204, 204, 204]
    assert stored(house) == 1


def test_a_signed_text_is_stored_and_answered_with_silence(house: House, address: str) -> None:
    assert twilio(address, INBOUND, TEXT) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert stored(house) == 1


@pytest.mark.parametrize("path", [STATUS, INBOUND])
@pytest.mark.parametrize("signature", ["", "nonsense", base64.b64encode(hashlib.sha1(b"x").digest()).decode()])
def test_a_wrong_signature_is_refused_and_nothing_is_stored(
    house: House, address: str, path: str, signature: str
) -> None:
    assert twilio(address, path, DELIVERED, signature)[0] == 403
    assert stored(house) == 0


@pytest.mark.parametrize("path", [STATUS, INBOUND, EVENTS])
def test_without_a_signature_nothing_is_stored(house: House, address: str, path: str) -> None:
    assert post(address + path, b"MessageSid=SM1&MessageStatus=sent", {})[0] == 403
    assert stored(house) == 0


def test_a_signature_of_one_message_does_not_fit_another(house: House, address: str) -> None:
    made = RequestValidator(TOKEN).compute_signature(PUBLIC + STATUS, DELIVERED)
    assert twilio(address, STATUS.replace("e42", "e43"), DELIVERED, made)[0] == 403
    assert stored(house) == 0


def test_signed_mail_events_are_stored_each_once(house: House, address: str) -> None:
    ours = f'"handrail_id":"{uuid4()}"'.encode()
    first, second = b'{"sg_event_id":"e1","event":"processed",', b'{"sg_event_id":"e2","event":"delivered",'
    body = b"[" + first + ours + b"}," + second + ours + b"}]\r\n"
    assert [sendgrid(address, body)[0], sendgrid(address, body)[0]] == [204, 204]
    assert stored(house) == 2


def test_mail_events_of_another_sender_on_the_account_are_not_kept(house: House, address: str) -> None:
    assert sendgrid(address, b'[{"sg_event_id":"e1","event":"delivered","sg_message_id":"x.f"}]')[0] == 204
    assert stored(house) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not json", b'[{"event": 7}, null]', b"\xff\xfe"])
def test_signed_nonsense_is_taken_and_changes_nothing(house: House, address: str, body: bytes) -> None:
    assert sendgrid(address, body)[0] == 204
    assert stored(house) == 0


def test_nothing_of_a_person_is_readable_in_what_is_stored(house: House, address: str) -> None:
    twilio(address, INBOUND, TEXT)
    row = str(house.one("SELECT * FROM provider_events"))
    assert "9165550111" not in row


def test_an_answer_takes_under_50_ms_even_without_a_broker(house: House, address: str) -> None:
    took = []
    for number in range(40):
        params = DELIVERED | {"MessageSid": f"SM{number}"}
        started = time.perf_counter()
        assert twilio(address, STATUS, params)[0] == 204
        took.append(time.perf_counter() - started)
    assert statistics.median(took) < 0.05
    assert stored(house) == 40
