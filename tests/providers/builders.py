"""Senders, messages and answers that name only what a test is about."""

import json
from datetime import timedelta
from uuid import UUID

from service.providers.http_client import HttpClient
from service.providers.sendgrid_send import OutgoingEmail, SendGridSender
from service.providers.twilio_send import OutgoingSms, TwilioSender
from tests.providers.stand_in import Reply

ATTEMPT = UUID("3f1f5a3e-9d3c-4c2a-8b7e-0a1b2c3d4e5f")
ACCOUNT = "AC" + "0" * 32
SERVICE = "MG" + "1" * 32
SID = "SM" + "2" * 32
PHONE = "+19165550143"


def twilio_sender(base_url: str, http: HttpClient, public_base_url: str = "https://handrail.example") -> TwilioSender:
    return TwilioSender(
        account_sid=ACCOUNT, auth_token="secret", base_url=base_url, public_base_url=public_base_url, http=http
    )


def sendgrid_sender(base_url: str, http: HttpClient) -> SendGridSender:
    return SendGridSender(api_key="SG.key", base_url=base_url, http=http)


def sms(
    *, sender: str = SERVICE, body: str = "See you Tuesday.", valid_for: timedelta = timedelta(hours=1)
) -> OutgoingSms:
    return OutgoingSms(attempt_id=ATTEMPT, sender=sender, to=PHONE, body=body, valid_for=valid_for)


def email(
    *, text: str = "You have a message.", html: str = "<p>You have a message.</p>", unsubscribe_url: str | None = None
) -> OutgoingEmail:
    return OutgoingEmail(
        attempt_id=ATTEMPT,
        sender="no-reply@clinic.example",
        sender_name="Lakeside Clinic",
        to="patient@example.com",
        subject="A message for you",
        text=text,
        html=html,
        unsubscribe_url=unsubscribe_url,
    )


def twilio_message(**differing: object) -> dict[str, object]:
    message: dict[str, object] = {
        "sid": SID,
        "status": "accepted",
        "error_code": None,
        "direction": "outbound-api",
        "from": None,
        "to": PHONE,
        "body": "See you Tuesday.",
        "num_media": "0",
        "date_created": "Tue, 16 Mar 2027 16:00:00 +0000",
        "date_sent": None,
        "date_updated": "Tue, 16 Mar 2027 16:00:00 +0000",
    }
    return message | differing


def created(**differing: object) -> Reply:
    return Reply(status=201, body=json.dumps(twilio_message(**differing)))


def listing(*messages: dict[str, object], next_page_uri: str | None = None) -> Reply:
    return Reply(status=200, body=json.dumps({"messages": list(messages), "next_page_uri": next_page_uri}))


def twilio_error(status: int, code: int) -> Reply:
    body = {"code": code, "message": f"'To' number {PHONE} is wrong", "more_info": "", "status": status}
    return Reply(status=status, body=json.dumps(body))


def sendgrid_error(status: int, field: str) -> Reply:
    return Reply(status=status, body=json.dumps({"errors": [{"message": "no", "field": field, "help": None}]}))
