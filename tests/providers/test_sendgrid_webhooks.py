import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from service.domain.states import State
from service.providers.outcome import ErrorClass, Receipt
from service.providers.sendgrid_webhooks import is_genuine, read_events
from tests.providers.builders import ATTEMPT

NOW = datetime(2027, 3, 16, 16, 0, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
BODY = '[{"event":"delivered","reason":"día"}]\r\n'.encode()


def _signature(timestamp: str, body: bytes) -> str:
    return base64.b64encode(KEY.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()


def _event(**differing: object) -> dict[str, object]:
    event: dict[str, object] = {
        "email": "patient@example.com",
        "event": "delivered",
        "sg_event_id": "ev1",
        "sg_message_id": "abc.123.filter0",
        "timestamp": 1805212800,
        "handrail_id": str(ATTEMPT),
    }
    return event | differing


def _read(**differing: object) -> Receipt:
    (receipt,) = read_events(json.dumps([_event(**differing)]).encode(), NOW)
    return receipt


def test_what_sendgrid_signed_is_genuine() -> None:
    assert is_genuine(BODY, _signature("1805212800", BODY), "1805212800", PUBLIC_KEY)


def test_one_byte_more_is_not_genuine() -> None:
    assert not is_genuine(BODY + b" ", _signature("1805212800", BODY), "1805212800", PUBLIC_KEY)


def test_another_time_is_not_genuine() -> None:
    assert not is_genuine(BODY, _signature("1805212800", BODY), "1805212801", PUBLIC_KEY)


@pytest.mark.parametrize(
    ("signature", "timestamp", "key"),
    [
        (None, "1", PUBLIC_KEY),
        ("MEUC", None, PUBLIC_KEY),
        ("MEUC", "1", ""),
        ("MEUC", "1", "not a key"),
        ("not base64!", "1", PUBLIC_KEY),
    ],
)
def test_what_is_missing_or_broken_is_not_genuine(signature: str | None, timestamp: str | None, key: str) -> None:
    assert not is_genuine(BODY, signature, timestamp, key)


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)


@given(body=st.binary(max_size=60), signature=ANY_TEXT | st.none(), timestamp=ANY_TEXT, key=ANY_TEXT)
def test_no_junk_makes_the_check_raise(body: bytes, signature: str | None, timestamp: str, key: str) -> None:
    assert not is_genuine(body, signature, timestamp, key)
    assert not is_genuine(body, signature, timestamp, PUBLIC_KEY)


# --- events --------------------------------------------------------------------------------------


def test_an_event_is_read_whole() -> None:
    assert _read() == Receipt(
        provider="sendgrid",
        event_key="sendgrid:ev1",
        attempt_id=ATTEMPT,
        provider_id="abc.123.filter0",
        state=State.DELIVERED,
        error=None,
        code="",
        words="",
        occurred_at=datetime(2027, 3, 16, 16, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("event", "state", "error"),
    [
        ({"event": "processed"}, State.HANDED_OVER, None),
        ({"event": "deferred", "attempt": "3"}, State.HANDED_OVER, None),
        ({"event": "bounce", "type": "bounce"}, State.UNDELIVERED, ErrorClass.BAD_ADDRESS),
        ({"event": "bounce", "type": "blocked"}, State.UNDELIVERED, ErrorClass.TEMPORARY),
        ({"event": "bounce", "type": "sideways"}, State.UNDELIVERED, ErrorClass.PERMANENT),
        ({"event": "dropped", "reason": "Bounced Address"}, State.FAILED, ErrorClass.BAD_ADDRESS),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, State.FAILED, ErrorClass.OPTED_OUT),
        ({"event": "dropped"}, State.FAILED, ErrorClass.PERMANENT),
        ({"event": "spamreport"}, None, ErrorClass.OPTED_OUT),
        ({"event": "group_unsubscribe", "asm_group_id": 5}, None, ErrorClass.OPTED_OUT),
        ({"event": "open", "sg_machine_open": True}, None, None),
        ({"event": "click"}, None, None),
        ({"event": "something_new", "category": ["a"]}, None, None),
    ],
)
def test_each_event_has_our_word_for_it(
    event: dict[str, object], state: State | None, error: ErrorClass | None
) -> None:
    receipt = _read(**event)
    assert (receipt.state, receipt.error) == (state, error)
    assert bool(receipt.words) == (error is not None or event["event"] == "deferred")


@pytest.mark.parametrize("handrail_id", [None, "", "someone else's", 7])
def test_an_event_without_an_id_of_ours_is_left_out(handrail_id: object) -> None:
    """The account may send more than our e-mails, and SendGrid posts the events of them all."""
    assert read_events(json.dumps([_event(handrail_id=handrail_id)]).encode(), NOW) == []


@pytest.mark.parametrize("timestamp", [None, "soon", 10**30, -(10**30)])
def test_a_time_that_cannot_be_read_is_now(timestamp: object) -> None:
    assert _read(timestamp=timestamp).occurred_at == NOW


def test_bad_items_are_left_out_and_counted() -> None:
    items = [_event(), 5, None, _event(sg_event_id=None), _event(event=""), _event(sg_event_id="ev2")]
    with capture_logs() as logs:
        receipts = read_events(json.dumps(items).encode(), NOW)
    assert [receipt.event_key for receipt in receipts] == ["sendgrid:ev1", "sendgrid:ev2"]
    assert [(line["event"], line["count"]) for line in logs] == [("sendgrid_events_unreadable", 4)]


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"null", b"[" * 100_000])
def test_a_post_that_is_no_list_holds_nothing(body: bytes) -> None:
    with capture_logs() as logs:
        assert read_events(body, NOW) == []
    assert logs[0]["count"] == 1


def test_an_empty_post_is_nothing_to_speak_of() -> None:
    with capture_logs() as logs:
        assert read_events(b"[]", NOW) == []
    assert logs == []
