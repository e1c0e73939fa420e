"""Sending mail through the real SendGrid SDK, and the signed events that follow."""

from collections.abc import Callable

import pytest
import requests
from python_http_client.exceptions import BadRequestsError, UnauthorizedError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.eventwebhook import EventWebhook

from service.sandbox.sendgrid_checks import mails_of, read_send_request
from tests.sandbox.conftest import PUBLIC_KEY, eventually
from tests.sandbox.listener import Listener
from tests.sandbox.mail import mail_to

ANA = "ana@example.com"


def test_a_mail_is_accepted_with_its_id_and_lands_in_the_mailbox(sendgrid: SendGridAPIClient, sandbox: str) -> None:
    answer = sendgrid.send(mail_to(ANA))
    assert (answer.status_code, answer.body) == (202, b"")
    entry = requests.get(f"{sandbox}/mailboxes/{ANA}.json", timeout=3).json()["entries"][0]
    assert entry["provider_id"] == answer.headers["X-Message-Id"]
    assert (entry["attempt"], entry["body"]) == ("attempt-1", "There is a message for you.")


def test_events_are_signed_and_carry_our_arguments(sendgrid: SendGridAPIClient, listener: Listener) -> None:
    message_id = sendgrid.send(mail_to(ANA, handrail_id="attempt-9")).headers["X-Message-Id"]
    eventually(lambda: len(listener.events) == 2)
    assert [event["event"] for event in listener.events] == ["processed", "delivered"]
    assert {event["handrail_id"] for event in listener.events} == {"attempt-9"}
    assert all(str(event["sg_message_id"]).startswith(message_id) for event in listener.events)
    assert len({event["sg_event_id"] for event in listener.events}) == 2


def test_the_signature_covers_the_bytes_as_they_came(sendgrid: SendGridAPIClient, listener: Listener) -> None:
    sendgrid.send(mail_to(ANA))
    heard = eventually(lambda: listener.heard)[0]
    signature = heard.headers["x-twilio-email-event-webhook-signature"]
    stamp = heard.headers["x-twilio-email-event-webhook-timestamp"]
    check = EventWebhook(PUBLIC_KEY).verify_signature
    assert heard.body.endswith(b"]\r\n")
    assert check(heard.body.decode(), signature, stamp)
    assert not check(heard.body.decode().strip(), signature, stamp)


@pytest.mark.parametrize(
    ("fault", "events"),
    [
        ("bounce", ["processed", "bounce"]),
        ("deferred", ["processed", "deferred", "delivered"]),
        ("dropped", ["dropped"]),
        ("callbacks_twice", ["processed", "processed", "delivered", "delivered"]),
        ("callbacks_out_of_order", ["delivered", "processed"]),
    ],
)
def test_events_tell_what_became_of_the_mail(
    sendgrid: SendGridAPIClient, listener: Listener, add_fault: Callable[..., None], fault: str, events: list[str]
) -> None:
    add_fault(fault, target=ANA)
    sendgrid.send(mail_to(ANA))
    eventually(lambda: len(listener.events) >= len(events))
    assert [event["event"] for event in listener.events] == events


def test_sendgrid_tries_again_until_its_events_are_taken(sendgrid: SendGridAPIClient, listener: Listener) -> None:
    listener.answers = [500]
    sendgrid.send(mail_to(ANA))
    eventually(lambda: len(listener.events) > 2 and "delivered" in {event["event"] for event in listener.events})
    assert len({event["sg_event_id"] for event in listener.events}) == 2


def test_a_wrong_key_is_refused(sandbox: str) -> None:
    with pytest.raises(UnauthorizedError):
        SendGridAPIClient("SG.wrong", host=sandbox).send(mail_to(ANA))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.0.email"),
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"custom_args": {"n": 1}}, "custom_args.n"),
    ],
)
def test_a_bad_mail_is_refused_and_the_field_named(
    sendgrid: SendGridAPIClient, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadRequestsError) as refused:
        sendgrid.send({**mail_to(ANA).get(), **changes})
    assert refused.value.to_dict["errors"][0]["field"] == field


def test_sendgrids_own_sandbox_mode_sends_nothing(sendgrid: SendGridAPIClient, sandbox: str) -> None:
    settings = {"sandbox_mode": {"enable": True}}
    assert sendgrid.send({**mail_to(ANA).get(), "mail_settings": settings}).status_code == 200
    assert requests.get(f"{sandbox}/ledger", timeout=3).json()["count"] == 0


def test_a_mail_of_html_alone_is_read_as_words_and_addresses() -> None:
    body = (
        b'{"personalizations":[{"to":[{"email":"a@b.example"}]}],"from":{"email":"c@d.example"},"subject":"S",'
        b'"content":[{"type":"text/html","value":"<p>Read <a href=\\"https://e.example/m\\">it</a></p>"}]}'
    )
    assert mails_of(read_send_request(body))[0].text == "Read https://e.example/m it"
