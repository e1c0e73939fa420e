"""Posting to the service: Twilio's way (hardly ever again) and SendGrid's (until it is taken)."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urldefrag, urlencode

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from yarl import URL

from service.sandbox.service_clock import ServiceClock
from service.sandbox.signing import SendGridSigner, TwilioSigner

_log = logging.getLogger(__name__)
_ALL_TRIES_SECONDS = 15.0
_TIMEOUT = ClientTimeout(total=_ALL_TRIES_SECONDS, sock_connect=5)
_SENDGRID_WAITS = (1.0, 2.0, 4.0, 8.0)
EventFields = dict[str, str | int]


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Twilio's connection overrides, read from the fragment of a webhook's address (`#rc=3&rp=ct,5xx`).
    Source: Twilio, "Webhooks: connection overrides". By default one retry, and only if nobody could be reached."""

    retries: int = 1
    on: frozenset[str] = frozenset({"ct"})

    def retries_after(self, outcome: str) -> bool:
        return outcome in self.on or (bool(outcome) and "all" in self.on)


def retry_policy(fragment: str) -> RetryPolicy:
    values = parse_qs(fragment)
    count = values.get("rc", ["1"])[0]
    retries = min(int(count), 5) if count.isdecimal() else 1
    return RetryPolicy(retries=retries, on=frozenset(values.get("rp", ["ct"])[0].split(",")))


class Poster:
    """Posts what the pretend providers have to say. Nothing here raises: a provider shrugs and goes on."""

    def __init__(
        self, session: ClientSession, *, twilio: TwilioSigner, sendgrid: SendGridSigner, clock: ServiceClock
    ) -> None:
        self._session = session
        self._twilio = twilio
        self._sendgrid = sendgrid
        self._clock = clock

    async def post_form(self, address: str, params: Mapping[str, str]) -> str:
        """Post as Twilio does. Returns the last status as text, or "no answer"."""
        url, fragment = urldefrag(address)
        policy = retry_policy(fragment)
        headers = {**self._twilio.headers(url, params), "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(params).encode()
        answer = "no answer"
        try:
            async with asyncio.timeout(_ALL_TRIES_SECONDS):
                for _ in range(policy.retries + 1):
                    answer, outcome = await self._try_form(url, body, headers)
                    if not policy.retries_after(outcome):
                        break
        except TimeoutError:
            _log.warning("webhook: all tries took too long")
        return answer

    async def _try_form(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
        """(the answer for people, what went wrong in Twilio's words: "", "ct", "rt", "4xx", "5xx")."""
        try:
            # `encoded=True`: the signature covers these very characters.
            async with self._session.post(
                URL(url, encoded=True), data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as answer:
                await answer.read()
        except ClientConnectorError:
            return "no answer", "ct"
        except (ClientError, TimeoutError, OSError):
            return "no answer", "rt"
        return str(answer.status), f"{answer.status // 100}xx" if answer.status >= 400 else ""

    async def post_events(self, url: str, events: list[EventFields]) -> None:
        """Post as SendGrid does: a signed JSON array that ends in a line break; again if it is not taken."""
        body = json.dumps(events, separators=(",", ":")).encode() + b"\r\n"
        for wait in (*_SENDGRID_WAITS, None):
            if await self._try_events(url, body):
                return
            if wait is not None:
                await asyncio.sleep(wait)
        _log.warning("sendgrid events: given up after %d tries", len(_SENDGRID_WAITS) + 1)

    async def _try_events(self, url: str, body: bytes) -> bool:
        headers = self._sendgrid.headers(int(self._clock.now().timestamp()), body)
        headers["Content-Type"] = "application/json"
        try:
            async with self._session.post(url, data=body, headers=headers, timeout=_TIMEOUT) as answer:
                await answer.read()
                return 200 <= answer.status < 300
        except (ClientError, TimeoutError, OSError):
            return False
