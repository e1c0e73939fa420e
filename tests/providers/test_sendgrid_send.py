import pytest

from service.providers.http_client import HttpClient
from service.providers.outcome import Accepted, ErrorClass, Refused
from tests.providers.builders import ATTEMPT, email, sendgrid_error, sendgrid_sender
from tests.providers.stand_in import Reply, StandIn

pytestmark = pytest.mark.anyio
TAKEN = Reply(status=202, headers={"X-Message-Id": "abc.123"})


async def test_the_request_is_sendgrids_own_json(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    await sendgrid_sender(provider.base_url, http).send(email())
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v3/mail/send")
    assert asked.headers["Authorization"] == "Bearer SG.key"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.json["personalizations"] == [{"to": [{"email": "patient@example.com"}]}]
    assert asked.json["from"] == {"email": "no-reply@clinic.example", "name": "Lakeside Clinic"}
    assert asked.json["subject"] == "A message for you"
    assert asked.json["content"] == [
        {"type": "text/plain", "value": "You have a message."},
        {"type": "text/html", "value": "<p>You have a message.</p>"},
    ]


async def test_only_our_opaque_id_goes_along(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    await sendgrid_sender(provider.base_url, http).send(email())
    assert provider.asked[0].json["custom_args"] == {"handrail_id": str(ATTEMPT)}
    assert not provider.asked[0].json.keys() & {"categories", "headers", "asm"}


async def test_nobody_is_tracked(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    await sendgrid_sender(provider.base_url, http).send(email())
    assert provider.asked[0].json["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
    }


async def test_one_click_unsubscribes(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    await sendgrid_sender(provider.base_url, http).send(email(unsubscribe_url="https://handrail.example/u/1"))
    assert provider.asked[0].json["headers"] == {
        "List-Unsubscribe": "<https://handrail.example/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


async def test_an_email_without_html_is_plain(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    await sendgrid_sender(provider.base_url, http).send(email(html=""))
    assert provider.asked[0].json["content"] == [{"type": "text/plain", "value": "You have a message."}]


async def test_a_second_email_carries_nothing_of_the_first(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    sender = sendgrid_sender(provider.base_url, http)
    await sender.send(email(unsubscribe_url="https://handrail.example/u/1"))
    await sender.send(email())
    assert "headers" not in provider.asked[1].json


async def test_an_email_taken_without_an_id_is_taken_all_the_same(provider: StandIn, http: HttpClient) -> None:
    provider.will(Reply(status=202))
    outcome = await sendgrid_sender(provider.base_url, http).send(email())
    assert isinstance(outcome, Accepted)
    assert outcome.provider_id == ""


async def test_an_email_that_holds_a_key_is_refused_and_not_sent(provider: StandIn, http: HttpClient) -> None:
    provider.will(TAKEN)
    outcome = await sendgrid_sender(provider.base_url, http).send(email(text="SG.aB1.cD2 is a key"))
    assert isinstance(outcome, Refused)
    assert (outcome.error, outcome.code) == (ErrorClass.PERMANENT, "holds_a_key")
    assert provider.asked == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("personalizations.0.to.0.email", ErrorClass.BAD_ADDRESS),
        ("from.email", ErrorClass.CONFIGURATION),
        ("content.0.value", ErrorClass.PERMANENT),
    ],
)
async def test_a_mistake_is_read_by_the_field_it_is_in(
    provider: StandIn, http: HttpClient, field: str, expected: ErrorClass
) -> None:
    provider.will(sendgrid_error(400, field))
    outcome = await sendgrid_sender(provider.base_url, http).send(email())
    assert isinstance(outcome, Refused)
    assert (outcome.error, outcome.code) == (expected, "http_400")
