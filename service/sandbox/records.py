"""What the sandbox keeps. Each record is one line in its journal; a later line with the same id replaces it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Direction(StrEnum):
    """Twilio's words for who wrote it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound-api"
    PROVIDER_REPLY = "outbound-reply"  # the provider's own answer to STOP, START or HELP


class TextStatus(StrEnum):
    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    RECEIVED = "received"


class MailStatus(StrEnum):
    ACCEPTED = "accepted"
    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BOUNCE = "bounce"
    DROPPED = "dropped"


class Keeping(StrEnum):
    """What the provider's log still has of a text. The phone keeps it in any case."""

    WHOLE = "whole"
    REDACTED = "redacted"
    DELETED = "deleted"


FINAL_TEXT = frozenset(
    {TextStatus.DELIVERED, TextStatus.UNDELIVERED, TextStatus.FAILED, TextStatus.RECEIVED},
)
FINAL_MAIL = frozenset({MailStatus.DELIVERED, MailStatus.BOUNCE, MailStatus.DROPPED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    sid: str
    direction: Direction
    status: TextStatus
    phone: str  # the pretend phone, E.164
    ours: str | None  # the sending number; None until a messaging service has chosen one
    body: str
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    attempt: str = ""  # the `m` of the status callback's query
    messaging_service_sid: str | None = None
    status_callback: str = ""
    ends_with: int | None = None  # the error code this text is fated to end with
    error_code: int | None = None
    keeping: Keeping = Keeping.WHOLE
    webhook_answer: str = ""  # inbound: what the service answered, "" while nobody has
    kind: Literal["text"] = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    mail_id: str  # one for each recipient
    message_id: str  # X-Message-Id, the same for all recipients of one request
    to: str
    from_address: str
    subject: str
    text: str
    custom_args: dict[str, str]
    status: MailStatus
    created_at: datetime
    updated_at: datetime
    ends_with: MailStatus = MailStatus.DELIVERED
    deferred_first: Literal["no", "yes"] = "no"
    kind: Literal["mail"] = "mail"

    @property
    def attempt(self) -> str:
        return self.custom_args.get("handrail_id", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """Whether the provider lets texts from `ours` through to `phone`."""

    phone: str
    ours: str
    standing: Literal["blocked", "allowed"]
    kind: Literal["consent"] = "consent"


Record = Text | Mail | Consent
