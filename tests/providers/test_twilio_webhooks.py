from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from service.domain.states import State
from service.providers.outcome import ErrorClass
from service.providers.twilio_webhooks import is_genuine, read_inbound, read_status
from tests.providers.builders import ATTEMPT, PHONE, SID

NOW = datetime(2027, 3, 16, 16, 0, tzinfo=UTC)

# https://www.twilio.com/docs/usage/webhooks/webhooks-security
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMS = [
    ("Digits", "1234"),
    ("CallSid", "CA1234567890ABCDE"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
    ("From", "+14158675309"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilios_published_example_is_genuine() -> None:
    assert is_genuine(URL, PARAMS, SIGNATURE, TOKEN)


@pytest.mark.parametrize(
    ("url", "params", "signature", "token"),
    [
        (URL, PARAMS, None, TOKEN),
        (URL, PARAMS, "", TOKEN),
        (URL, PARAMS, "nonsense", TOKEN),
        (URL, PARAMS, SIGNATURE, "54321"),
        (URL, PARAMS, SIGNATURE, ""),
        (URL, PARAMS[1:], SIGNATURE, TOKEN),
        (URL, [*PARAMS, ("From", "+15550100")], SIGNATURE, TOKEN),
        (URL.replace("https", "http"), PARAMS, SIGNATURE, TOKEN),
        (URL + "&m=1", PARAMS, SIGNATURE, TOKEN),
    ],
)
def test_anything_else_is_not_genuine(
    url: str, params: list[tuple[str, str]], signature: str | None, token: str
) -> None:
    assert not is_genuine(url, params, signature, token)


def test_an_empty_token_signs_nothing() -> None:
    signed_with_nothing = RequestValidator("").compute_signature(URL, {})
    assert not is_genuine(URL, [], signed_with_nothing, "")


def test_blank_fields_are_part_of_what_is_signed() -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, {"Body": "", "From": PHONE})
    assert is_genuine(URL, [("Body", ""), ("From", PHONE)], signature, TOKEN)


def test_a_port_of_our_own_is_part_of_what_is_signed() -> None:
    url = "http://127.0.0.1:8000/webhooks/twilio/status?m=1"
    signature = RequestValidator(TOKEN).compute_signature(url, {"MessageSid": SID})
    assert is_genuine(url, [("MessageSid", SID)], signature, TOKEN)
    assert not is_genuine(url.replace("8000", "8001"), [("MessageSid", SID)], signature, TOKEN + "x")


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)


@given(url=ANY_TEXT | st.just("http://[") | st.just("http://x:y/"), signature=ANY_TEXT | st.none(), token=ANY_TEXT)
def test_no_junk_makes_the_check_raise(url: str, signature: str | None, token: str) -> None:
    assert not is_genuine(url, [(url, token)], signature, token)


@given(params=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_what_is_signed_over_any_form_is_genuine_in_any_order(params: list[tuple[str, str]]) -> None:
    named_once = list(dict(params).items())
    signature = RequestValidator(TOKEN).compute_signature(URL, dict(named_once))
    assert is_genuine(URL, named_once[::-1], signature, TOKEN)


# --- delivery reports ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", State.HANDED_OVER),
        ("queued", State.HANDED_OVER),
        ("sending", State.HANDED_OVER),
        ("sent", State.SENT),
        ("delivered", State.DELIVERED),
        ("read", State.DELIVERED),
        ("undelivered", State.UNDELIVERED),
        ("failed", State.FAILED),
        ("canceled", State.FAILED),
        ("teleported", None),
        ("", None),
    ],
)
def test_each_status_has_our_word_for_it(status: str, state: State | None) -> None:
    receipt = read_status([("MessageSid", SID), ("MessageStatus", status)], str(ATTEMPT), NOW)
    assert (receipt.state, receipt.attempt_id, receipt.provider_id) == (state, ATTEMPT, SID)
    assert receipt.event_key == f"twilio:{SID}:{status}"
    assert (receipt.error is not None) == (state in (State.FAILED, State.UNDELIVERED))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("30003", ErrorClass.TEMPORARY),
        ("30006", ErrorClass.BAD_ADDRESS),
        ("30008", ErrorClass.UNCERTAIN),
        ("30410", ErrorClass.UNCERTAIN),
        ("21610", ErrorClass.OPTED_OUT),
        ("30034", ErrorClass.CONFIGURATION),
        ("39999", ErrorClass.PERMANENT),
        ("x" * 99, ErrorClass.PERMANENT),
        ("", ErrorClass.PERMANENT),
    ],
)
def test_a_failure_says_why_in_words(code: str, expected: ErrorClass) -> None:
    params = [("MessageSid", SID), ("MessageStatus", "undelivered"), ("ErrorCode", code)]
    receipt = read_status(params, None, NOW)
    assert receipt.error is expected
    assert receipt.words.endswith(".")
    assert len(receipt.code) <= 16


def test_an_error_code_without_a_failure_is_no_failure() -> None:
    receipt = read_status([("MessageStatus", "delivered"), ("ErrorCode", "30003")], None, NOW)
    assert (receipt.state, receipt.error, receipt.words) == (State.DELIVERED, None, "")


def test_the_older_names_of_the_fields_will_do() -> None:
    assert read_status([("SmsSid", SID), ("SmsStatus", "sent")], None, NOW).event_key == f"twilio:{SID}:sent"


@given(params=st.lists(st.tuples(st.sampled_from(["MessageSid", "MessageStatus", "ErrorCode"]), st.text())))
def test_a_report_with_anything_in_it_can_be_read(params: list[tuple[str, str]]) -> None:
    receipt = read_status(params, "not one of our ids", NOW)
    assert (receipt.attempt_id, receipt.occurred_at) == (None, NOW)


# --- texts that come in --------------------------------------------------------------------------


def test_a_text_that_came_in_is_read_whole() -> None:
    params = [("MessageSid", SID), ("From", PHONE), ("To", "+19165550180"), ("Body", " Stop "), ("NumMedia", "2")]
    text = read_inbound([*params, ("OptOutType", "STOP"), ("SomethingNew", "1")])
    assert (text.event_key, text.provider_id) == (f"twilio:in:{SID}", SID)
    assert (text.from_address, text.to_address, text.body) == (PHONE, "+19165550180", " Stop ")
    assert (text.media, text.provider_answered) == (2, True)


@pytest.mark.parametrize("media", ["", "-1", "two", "²"])
def test_missing_and_strange_fields_are_empty(media: str) -> None:
    text = read_inbound([("NumMedia", media)])
    assert (text.from_address, text.body, text.media, text.provider_answered) == ("", "", 0, False)
