"""Reading Twilio's list of messages: is ours among them, and which came in from outside. No calls, no clock."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.states import State
from service.providers.outcome import CannotTell, Found, Inbound, NotFound, Search
from service.providers.twilio_codes import state_of, why_failed
from service.providers.twilio_webhooks import inbound_key, twilio_answers

# How far Twilio's clock may differ from ours. Looking too far back finds at worst the same words, sent to the
# same person minutes before; not looking far enough would send them twice.
CLOCKS_DIFFER = timedelta(minutes=2)
LISTED_AT_MOST = 1000  # Twilio's largest page; a patient with more texts than this is hard to imagine


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The part of Twilio's message that we look at."""

    sid: str
    status: str
    error_code: str
    direction: str
    from_address: str
    to_address: str
    body: str
    media: int
    created_at: datetime | None
    service: str = ""


def read_listed(message: Any) -> Listed:
    """From the SDK's message, which has no types of its own."""
    return Listed(
        sid=message.sid or "",
        status=message.status or "",
        error_code=str(message.error_code or ""),
        direction=message.direction or "",
        from_address=message.from_ or "",
        to_address=message.to or "",
        body=message.body or "",
        media=int(message.num_media or 0),
        created_at=message.date_created if isinstance(message.date_created, datetime) else None,
        service=str(message.messaging_service_sid or ""),
    )


def search(listed: Sequence[Listed], *, body: str, since: datetime) -> Search:
    """Whether a text with these words, tried at `since`, is among what Twilio lists for its recipient."""
    near = [
        message
        for message in listed
        if message.direction != "inbound" and _is_at_or_after(message.created_at, since - CLOCKS_DIFFER)
    ]
    same = [message for message in near if _comparable(message.body) == _comparable(body)]
    if same:
        return _found(min(same, key=lambda message: abs((message.created_at or since) - since)))
    if any(not message.body for message in near):
        return CannotTell(code="redacted", words="Twilio no longer shows the words of what it sent.")
    if len(listed) >= LISTED_AT_MOST:
        return CannotTell(code="too_many", words="Twilio lists more messages than can be looked through.")
    return NotFound()


def from_outside(listed: Sequence[Listed], *, since: datetime) -> list[Inbound]:
    """The texts that came in at or after `since`."""
    return [
        _inbound(message)
        for message in listed
        if message.direction == "inbound" and _is_at_or_after(message.created_at, since)
    ]


def _found(message: Listed) -> Found:
    state = state_of(message.status)
    failure = why_failed(message.status, message.error_code)
    if state is None or failure is None:
        return Found(provider_id=message.sid, state=state or State.HANDED_OVER)
    return Found(provider_id=message.sid, state=state, error=failure.error, code=failure.code, words=failure.words)


def _is_at_or_after(created_at: datetime | None, since: datetime) -> bool:
    """Twilio's dates have whole seconds. One that is missing may be any time, so it counts."""
    return created_at is None or created_at >= since.replace(microsecond=0)


_LOOK_ALIKES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def _comparable(text: str) -> str:
    """Twilio may have swapped typographic characters for plain ones (smart encoding) and trimmed spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES).split())


def _inbound(message: Listed) -> Inbound:
    return Inbound(
        event_key=inbound_key(message.sid),
        provider_id=message.sid,
        from_address=message.from_address,
        to_address=message.to_address,
        body=message.body,
        media=message.media,
        service=message.service,
        provider_answered=twilio_answers(message.body),
    )
