import json
from datetime import timedelta

import pytest

from service.domain.states import State
from service.providers.http_client import HttpClient
from service.providers.outcome import Accepted, ErrorClass, Refused
from tests.providers.builders import (
    ACCOUNT,
    ATTEMPT,
    PHONE,
    SERVICE,
    SID,
    created,
    sms,
    twilio_error,
    twilio_sender,
)
from tests.providers.stand_in import Reply, StandIn

pytestmark = pytest.mark.anyio


async def test_the_request_is_twilios_own_form(provider: StandIn, http: HttpClient) -> None:
    provider.will(created())
    await twilio_sender(provider.base_url, http).send(sms(body="Día & noche + 1"))
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.headers["Authorization"] == "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzZWNyZXQ="
    assert asked.form == {
        "To": PHONE,
        "Body": "Día & noche + 1",
        "MessagingServiceSid": SERVICE,
        "StatusCallback": f"https://handrail.example/webhooks/twilio/status?m={ATTEMPT}",
        "ValidityPeriod": "3600",
    }


async def test_a_number_sends_by_itself_and_not_as_a_service(provider: StandIn, http: HttpClient) -> None:
    provider.will(created())
    await twilio_sender(provider.base_url, http).send(sms(sender="+19165550180"))
    assert provider.asked[0].form["From"] == "+19165550180"
    assert "MessagingServiceSid" not in provider.asked[0].form


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (timedelta(seconds=-1), "5"),
        (timedelta(seconds=1), "5"),
        (timedelta(minutes=9.99), "599"),
        (timedelta(days=2), "36000"),
    ],
)
async def test_a_text_waits_at_twilio_no_longer_than_it_is_of_use(
    provider: StandIn, http: HttpClient, valid_for: timedelta, seconds: str
) -> None:
    provider.will(created())
    await twilio_sender(provider.base_url, http).send(sms(valid_for=valid_for))
    assert provider.asked[0].form["ValidityPeriod"] == seconds


async def test_an_edge_in_the_environment_does_not_send_us_elsewhere(
    provider: StandIn, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    provider.will(created())
    await twilio_sender(provider.base_url, http).send(sms())
    assert len(provider.asked) == 1


def test_a_callback_host_with_an_underscore_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="PUBLIC_BASE_URL"):
        twilio_sender("http://127.0.0.1", HttpClient(timeout=timedelta(seconds=1)), "https://my_clinic.example")


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21211, ErrorClass.BAD_ADDRESS),
        (400, 21610, ErrorClass.OPTED_OUT),
        (400, 21606, ErrorClass.CONFIGURATION),
        (400, 21611, ErrorClass.TEMPORARY),
        (400, 29999, ErrorClass.PERMANENT),
        (401, 20003, ErrorClass.CONFIGURATION),
        (429, 20429, ErrorClass.TEMPORARY),
        (429, 21610, ErrorClass.TEMPORARY),
        (503, 20503, ErrorClass.UNCERTAIN),
        (503, 21211, ErrorClass.UNCERTAIN),
    ],
)
async def test_a_refusal_is_read_by_its_code_unless_the_status_says_more(
    provider: StandIn, http: HttpClient, status: int, code: int, expected: ErrorClass
) -> None:
    provider.will(twilio_error(status, code))
    outcome = await twilio_sender(provider.base_url, http).send(sms())
    assert isinstance(outcome, Refused)
    assert (outcome.error, outcome.code) == (expected, str(code))
    assert PHONE not in str(outcome)


async def test_the_newer_kind_of_error_body_is_read_too(provider: StandIn, http: HttpClient) -> None:
    body = {"type": "https://x", "title": f"no {PHONE}", "status": 400, "code": 21610}
    provider.will(Reply(status=400, body=json.dumps(body)))
    outcome = await twilio_sender(provider.base_url, http).send(sms())
    assert isinstance(outcome, Refused)
    assert (outcome.error, outcome.code) == (ErrorClass.OPTED_OUT, "21610")


async def test_a_message_that_failed_at_once_is_refused(provider: StandIn, http: HttpClient) -> None:
    provider.will(created(status="failed", error_code=21610))
    outcome = await twilio_sender(provider.base_url, http).send(sms())
    assert isinstance(outcome, Refused)
    assert outcome.error is ErrorClass.OPTED_OUT


async def test_a_status_that_is_new_to_us_is_still_a_yes(provider: StandIn, http: HttpClient) -> None:
    provider.will(created(status="teleporting"))
    outcome = await twilio_sender(provider.base_url, http).send(sms())
    assert outcome == Accepted(provider_id=SID, state=State.HANDED_OVER)
