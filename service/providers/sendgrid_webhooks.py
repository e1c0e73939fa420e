"""What SendGrid posts to us: is it genuine, and what does it say.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import base64
import json
from datetime import UTC, datetime

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from service.domain.states import State
from service.providers.outcome import ProviderCode, Receipt, attempt_id_from
from service.providers.sendgrid_codes import COMPLAINTS, why_bounced, why_dropped
from service.providers.sendgrid_send import ATTEMPT_ARG

PROVIDER = "sendgrid"
log = structlog.get_logger()

# Opens, clicks and complaints say nothing of delivery and have no state.
_STATES = {
    "processed": State.HANDED_OVER,
    "deferred": State.HANDED_OVER,
    "delivered": State.DELIVERED,
    "bounce": State.UNDELIVERED,
    "dropped": State.FAILED,
}


def is_genuine(body: bytes, signature: str | None, timestamp: str | None, public_key: str) -> bool:
    """Whether SendGrid signed these very bytes. Never raises.

    The SDK's own check takes text only, so it would refuse a body in another encoding. `public_key` is base64 of DER.
    The time is not judged: SendGrid tries again for a day, and each event is taken once by its key.
    """
    if not signature or not timestamp or not public_key:
        return False
    try:
        key = load_der_public_key(base64.b64decode(public_key))
        assert isinstance(key, EllipticCurvePublicKey)
        key.verify(base64.b64decode(signature), timestamp.encode() + body, ECDSA(SHA256()))
        return True
    except Exception:  # whatever a stranger sends, the answer is no
        return False


def read_events(body: bytes, now: datetime) -> list[Receipt]:
    """The events of one post, in its order. What cannot be read is left out, and how many that were is logged.

    So is what carries no id of ours: SendGrid posts the events of everything the account sends, to all who listen.
    `provider_id` begins with the X-Message-Id that sending returned, and goes on after it.
    """
    items = _items(body)
    receipts = [receipt for item in items if (receipt := _receipt(item, now))]
    if len(receipts) < len(items):
        log.warning("sendgrid_events_unreadable", count=len(items) - len(receipts))
    ours = [receipt for receipt in receipts if receipt.attempt_id is not None]
    if len(ours) < len(receipts):
        log.info("sendgrid_events_of_others", count=len(receipts) - len(ours))
    return ours


def _items(body: bytes) -> list[object]:
    """The array of a post; a post that holds none counts as one unreadable item."""
    try:
        items = json.loads(body)
    except (ValueError, RecursionError):
        return [None]
    return items if isinstance(items, list) else [None]


def _receipt(item: object, now: datetime) -> Receipt | None:
    if not isinstance(item, dict):
        return None
    fields = {str(name): str(value) for name, value in item.items() if value is not None}
    key, event = fields.get("sg_event_id", ""), fields.get("event", "")
    if not key or not event:
        return None
    why = _why(event, fields)
    return Receipt(
        provider=PROVIDER,
        event_key=f"{PROVIDER}:{key}",
        attempt_id=attempt_id_from(fields.get(ATTEMPT_ARG)),
        provider_id=fields.get("sg_message_id", ""),
        state=_STATES.get(event),
        error=why.error if why else None,
        code=why.code if why else "",
        words=why.words if why else _WORDS.get(event, ""),
        occurred_at=_instant(fields.get("timestamp", ""), now),
    )


_WORDS = {"deferred": "The mail server asked to be tried later; SendGrid goes on trying for up to three days."}


def _why(event: str, fields: dict[str, str]) -> ProviderCode | None:
    if event == "bounce":
        return why_bounced(fields.get("type", ""))
    if event == "dropped":
        return why_dropped(fields.get("reason", ""))
    return COMPLAINTS.get(event)


def _instant(seconds: str, now: datetime) -> datetime:
    """Unix seconds as an instant; `now` where SendGrid gave none that can be read."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return now
