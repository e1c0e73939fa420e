"""Twilio's JSON: message resource and errors. Source: twilio_api_v2010 description; error texts are ours."""

from datetime import datetime
from email.utils import format_datetime
from typing import TypedDict

from service.sandbox.records import Direction, Keeping, Text
from service.sandbox.segments import segments_of

API = "/2010-04-01"
ERROR_TEXTS = {
    21610: "Attempt to send to unsubscribed recipient",
    30003: "Unreachable destination handset",
    30006: "Landline or unreachable carrier",
}

MessageResource = TypedDict(
    "MessageResource",
    {
        "account_sid": str,
        "api_version": str,
        "body": str,
        "date_created": str,
        "date_sent": str | None,
        "date_updated": str,
        "direction": str,
        "error_code": int | None,
        "error_message": str | None,
        "from": str | None,
        "messaging_service_sid": str | None,
        "num_media": str,
        "num_segments": str,
        "price": None,
        "price_unit": str | None,
        "sid": str,
        "status": str,
        "subresource_uris": dict[str, str],
        "to": str | None,
        "uri": str,
    },
)


class ErrorBody(TypedDict):
    code: int
    message: str
    more_info: str
    status: int


def message_resource(text: Text, *, account_sid: str) -> MessageResource:
    place = f"{API}/Accounts/{account_sid}/Messages/{text.sid}"
    inbound = text.direction is Direction.INBOUND
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": text.body if text.keeping is Keeping.WHOLE else "",
        "date_created": rfc_2822(text.created_at),
        "date_sent": rfc_2822(text.sent_at) if text.sent_at else None,
        "date_updated": rfc_2822(text.updated_at),
        "direction": text.direction.value,
        "error_code": text.error_code,
        "error_message": ERROR_TEXTS.get(text.error_code) if text.error_code else None,
        "from": text.phone if inbound else text.ours,
        "messaging_service_sid": text.messaging_service_sid,
        "num_media": "0",
        "num_segments": str(segments_of(text.body)) if text.ours else "0",
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status.value,
        "subresource_uris": {"media": f"{place}/Media.json", "feedback": f"{place}/Feedback.json"},
        "to": text.ours if inbound else text.phone,
        "uri": f"{place}.json",
    }


def rfc_2822(instant: datetime) -> str:
    return format_datetime(instant)


def error_body(*, status: int, code: int, message: str) -> ErrorBody:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}
