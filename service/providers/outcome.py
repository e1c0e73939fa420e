"""What a provider can say to us, in our own words. No provider's name for a thing leaves its adapter."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain.states import State


class ErrorClass(StrEnum):
    """What a refusal means for the next step; the provider's own code is kept beside it."""

    TEMPORARY = "temporary"  # surely not taken; the same message may be tried again
    PERMANENT = "permanent"  # this message will not arrive, however often it is tried
    BAD_ADDRESS = "bad_address"  # the number or address itself is no good; ask for another
    OPTED_OUT = "opted_out"  # the recipient said stop; nothing more until they say start
    CONFIGURATION = "configuration"  # our account or set-up; every message meets the same refusal
    UNCERTAIN = "uncertain"  # it may have been taken; never sent again without looking


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The provider has the message. `provider_id` may be empty where the provider gave none."""

    provider_id: str
    state: State


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The provider did not take the message, or nobody can say (`UNCERTAIN`).

    `code` is the provider's own, or one of ours: `not_reached`, `no_answer`, `unreadable`, `http_<status>`.
    `words` is one sentence for staff; it names no person.
    """

    error: ErrorClass
    code: str
    words: str


Outcome = Accepted | Refused


@dataclass(frozen=True, kw_only=True)
class Found:
    """The provider does have the message. `error`, `code` and `words` are set where it later failed there."""

    provider_id: str
    state: State
    error: ErrorClass | None = None
    code: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """The provider showed everything it has for this recipient, and the message is not there."""


@dataclass(frozen=True, kw_only=True)
class CannotTell:
    """The provider could not be asked, or what it showed leaves the question open. `words` is for staff."""

    code: str
    words: str


Search = Found | NotFound | CannotTell


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a provider later says of an attempt.

    `event_key` is unique for the event, so that a repeated one can be dropped. `attempt_id` is the opaque id we
    sent along, where it came back. `state` is None where the event says nothing of delivery, and `error` may then
    still carry news (`OPTED_OUT` after a complaint).
    """

    provider: str
    event_key: str
    attempt_id: UUID | None
    provider_id: str
    state: State | None
    error: ErrorClass | None
    code: str
    words: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A text from outside. `media` counts attachments; `service` is the messaging service that heard it, if any.

    `provider_answered`: the provider acts on this word by itself and has already replied to it.
    """

    event_key: str
    provider_id: str
    from_address: str
    to_address: str
    body: str
    media: int
    service: str
    provider_answered: bool


@dataclass(frozen=True, kw_only=True)
class ProviderCode:
    """One row of a provider's table of errors: `words` says what happened, `remedy` what staff can do."""

    code: str
    error: ErrorClass
    words: str
    remedy: str
    source: str

    def refused(self) -> Refused:
        return Refused(error=self.error, code=self.code, words=self.words)


def attempt_id_from(text: str | None) -> UUID | None:
    """The opaque id that came back with an event, or None where it is missing or not one of ours."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
