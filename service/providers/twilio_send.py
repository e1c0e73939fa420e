"""Texts through Twilio: send one, look for one whose fate is unknown, fetch the ones that came in.

The request is built and the answer read by Twilio's own SDK; it travels over `HttpClient`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from twilio.base.exceptions import TwilioException

from service.domain.states import State
from service.providers.http_client import UNREADABLE, CallFailed, HttpClient
from service.providers.outcome import Accepted, CannotTell, Inbound, Outcome, Refused, Search
from service.providers.twilio_client import messages_of
from service.providers.twilio_codes import state_of, why_failed, why_refused
from service.providers.twilio_search import LISTED_AT_MOST, Listed, from_outside, read_listed, search

# Accepted values of ValidityPeriod are 1 to 36,000 seconds, and more than 5 is advised:
# https://www.twilio.com/docs/messaging/api/message-resource
SHORTEST_VALIDITY, LONGEST_VALIDITY = timedelta(seconds=5), timedelta(hours=10)


@dataclass(frozen=True, kw_only=True)
class OutgoingSms:
    """One text. `sender` is a number ("+1...") or a messaging service ("MG..."); `to` is E.164.

    `valid_for` is how long Twilio may keep it waiting before it is of no more use.
    """

    attempt_id: UUID
    sender: str
    to: str
    body: str
    valid_for: timedelta


class TwilioSender:
    """Twilio's account, ready to use. `public_base_url` is where Twilio reports back to."""

    def __init__(
        self, *, account_sid: str, auth_token: str, base_url: str, public_base_url: str, http: HttpClient
    ) -> None:
        if "_" in (urlsplit(public_base_url).hostname or ""):
            raise ValueError("PUBLIC_BASE_URL: Twilio takes no host name with an underscore; use another name")
        self._status_url = f"{public_base_url}/webhooks/twilio/status"
        self._messages = messages_of(account_sid, auth_token, base_url, http)

    async def send(self, sms: OutgoingSms) -> Outcome:
        """One call, once. Every fault is an `Outcome`."""
        try:
            message = await self._messages.create_async(**self._parameters(sms))
        except CallFailed as error:
            return error.refused
        except TwilioException as error:
            return _refusal(error)
        except (ValueError, TypeError, LookupError, AttributeError):
            return UNREADABLE  # a 2xx, but not an answer of Twilio's
        return _outcome_of(message)

    async def find(self, *, to: str, body: str, since: datetime) -> Search:
        """Looks for a text that we tried to send at `since` (aware UTC) and whose fate is unknown.

        Twilio can filter by recipient and by sending time only, and what waits to be sent has no such time.
        """
        listed = await self._list(to=to, limit=LISTED_AT_MOST)
        return listed if isinstance(listed, CannotTell) else search(listed, body=body, since=since)

    async def inbound_since(self, *, to: str, since: datetime) -> list[Inbound] | CannotTell:
        """Texts that reached our number `to` at or after `since`, for when webhooks were missed."""
        midnight = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        listed = await self._list(to=to, date_sent_after=midnight)
        return listed if isinstance(listed, CannotTell) else from_outside(listed, since=since)

    def _parameters(self, sms: OutgoingSms) -> dict[str, str | int]:
        sender = "from_" if sms.sender.startswith("+") else "messaging_service_sid"
        validity = min(max(sms.valid_for, SHORTEST_VALIDITY), LONGEST_VALIDITY)
        return {
            "to": sms.to,
            "body": sms.body,
            sender: sms.sender,
            "status_callback": f"{self._status_url}?m={sms.attempt_id}",
            "validity_period": int(validity.total_seconds()),
        }

    async def _list(self, **filters: str | int | datetime) -> list[Listed] | CannotTell:
        try:
            messages = await self._messages.list_async(**filters, page_size=LISTED_AT_MOST)
            return [read_listed(message) for message in messages]
        except CallFailed as error:
            return CannotTell(code=error.refused.code, words="Twilio could not be asked.")
        except TwilioException as error:
            return CannotTell(code=_refusal(error).code, words="Twilio would not say.")
        except (ValueError, TypeError, LookupError, AttributeError):
            return CannotTell(code=UNREADABLE.code, words="Twilio's answer could not be read.")


# --- reading what Twilio answered ----------------------------------------------------------------


def _outcome_of(message: Any) -> Outcome:
    if not isinstance(message.sid, str) or not isinstance(message.status, str):
        return UNREADABLE
    failure = why_failed(message.status, str(message.error_code or ""))
    if failure is not None:
        return failure.refused()
    return Accepted(provider_id=message.sid, state=state_of(message.status) or State.HANDED_OVER)


def _refusal(error: Any) -> Refused:
    """From either of the SDK's two kinds of exception; a body can make their fields anything."""
    status, code = _whole(getattr(error, "status", None)), _whole(getattr(error, "code", None))
    return why_refused(500 if status is None else status, code).refused()


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
