"""What Twilio posts to us: is it genuine, and what does it say.

https://www.twilio.com/docs/usage/webhooks/webhooks-security,
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from twilio.request_validator import RequestValidator

from service.providers.outcome import Inbound, Receipt, attempt_id_from
from service.providers.twilio_codes import state_of, why_failed

PROVIDER = "twilio"
Params = Sequence[tuple[str, str]]


def is_genuine(url: str, params: Params, signature: str | None, auth_token: str) -> bool:
    """Whether Twilio signed this. Never raises.

    `url` is the public one that Twilio called, with its query and without a fragment; `params` are all form fields
    as they came, blank and unknown ones included.
    """
    if not signature or not auth_token:
        return False
    try:
        return bool(RequestValidator(auth_token).validate(url, _Form(params), signature))
    except Exception:  # whatever a stranger sends, the answer is no
        return False


def read_status(params: Params, attempt_id: str | None, now: datetime) -> Receipt:
    """What became of a text. `attempt_id` is what came back in our own address (`?m=`).

    Twilio gives no time of the event, so `now` is it. A status that is new to us has the state None.
    """
    fields = dict(params)
    sid, status = _sid(fields), fields.get("MessageStatus") or fields.get("SmsStatus", "")
    failure = why_failed(status, fields.get("ErrorCode", ""))
    return Receipt(
        provider=PROVIDER,
        event_key=f"{PROVIDER}:{sid}:{status}",
        attempt_id=attempt_id_from(attempt_id),
        provider_id=sid,
        state=state_of(status),
        error=failure.error if failure else None,
        code=failure.code if failure else "",
        words=failure.words if failure else "",
        occurred_at=now,
    )


def read_inbound(params: Params) -> Inbound:
    """A text that came in. Missing fields are empty."""
    fields = dict(params)
    sid = _sid(fields)
    media = fields.get("NumMedia", "")
    return Inbound(
        event_key=inbound_key(sid),
        provider_id=sid,
        from_address=fields.get("From", ""),
        to_address=fields.get("To", ""),
        body=fields.get("Body", ""),
        media=int(media) if media.isdecimal() else 0,
        service=fields.get("MessagingServiceSid", ""),
        provider_answered=bool(fields.get("OptOutType")) or twilio_answers(fields.get("Body", "")),
    )


# Whole single-word messages that Twilio's default handling acts on and answers by itself.
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (read 2026-11)
_TWILIO_KEYWORDS = frozenset(
    ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "START", "UNSTOP", "HELP", "INFO")
)


def twilio_answers(body: str) -> bool:
    """Whether Twilio has already answered this text, so that a second answer would be one too many.

    YES is left out: it is answered only where it undoes a stop, and then our own word is still owed.
    """
    return body.strip().upper() in _TWILIO_KEYWORDS


def inbound_key(sid: str) -> str:
    """The same for a text that came by webhook and by asking, so that it is taken once."""
    return f"{PROVIDER}:in:{sid}"


def _sid(fields: dict[str, str]) -> str:
    return fields.get("MessageSid") or fields.get("SmsSid", "")


class _Form:
    """Form fields as the SDK's validator wants them: names to iterate over, all values of one by `getall`."""

    def __init__(self, params: Params) -> None:
        self._params = params

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._params)

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self._params if key == name]
