"""The service's clock, seen and moved over HTTP.

While the service does not answer, its clock is taken to go on as it was last seen; before that, real time stands in.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import AwareDatetime, BaseModel, ValidationError

_GLANCE = ClientTimeout(total=0.5)
_MOVE = ClientTimeout(total=15)
# A text must not bear a time from before a jump the service already made: who looks for it by date would miss it.
_FRESH_FOR_SECONDS = 0.05


class ClockTrouble(Exception):
    """The clock could not be read or moved; the message says why and what to do."""


class _Answer(BaseModel):
    now: AwareDatetime
    offset_seconds: float
    next_due_at: AwareDatetime | None
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Face:
    """`waiting` counts messages that are due and not yet handed to a provider."""

    now: datetime
    ahead_by: timedelta
    next_due_at: datetime | None
    waiting: int


class ServiceClock:
    def __init__(self, session: ClientSession, *, base_url: str, auth_token: str) -> None:
        self._session = session
        self._url = f"{base_url}/sandbox/clock"
        self._headers = {"Authorization": f"Bearer {auth_token}"}
        self._ahead_by = timedelta(0)
        self._glanced = float("-inf")
        self._glance: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """The service's time as far as it is known. Aware UTC."""
        return datetime.now(UTC) + self._ahead_by

    async def fresh_now(self) -> datetime:
        """The service's time, asked for twenty times a second at most, however many want to know."""
        if time.monotonic() - self._glanced > _FRESH_FOR_SECONDS:
            if self._glance is None or self._glance.done():
                self._glance = asyncio.create_task(self._take_a_glance())
            await asyncio.shield(self._glance)
        return self.now()

    def forget(self) -> None:
        """What was seen last counts no more."""
        self._ahead_by = timedelta(0)
        self._glanced = float("-inf")

    async def _take_a_glance(self) -> None:
        try:
            await self._ask("GET", timeout=_GLANCE)
        except ClockTrouble:
            pass  # busy or restarting: its clock goes on as it was last seen
        finally:
            self._glanced = time.monotonic()

    async def read(self) -> Face:
        """Raises `ClockTrouble`."""
        return await self._ask("GET", timeout=_MOVE)

    async def move(self, to: datetime) -> Face:
        """Raises `ClockTrouble`, also when the service refuses to go back."""
        return await self._ask("POST", timeout=_MOVE, to=to)

    async def _ask(self, method: Literal["GET", "POST"], *, timeout: ClientTimeout, to: datetime | None = None) -> Face:
        wanted = {"to": to.isoformat()} if to else None
        try:
            async with self._session.request(
                method, self._url, json=wanted, headers=self._headers, timeout=timeout
            ) as answer:
                body = await answer.read()
                if answer.status != 200:
                    raise ClockTrouble(_refusal(answer.status, body))
        except (ClientError, TimeoutError, OSError):
            raise ClockTrouble(f"The service does not answer at {self._url}. Is it running?") from None
        return self._read(body)

    def _read(self, body: bytes) -> Face:
        try:
            answer = _Answer.model_validate_json(body)
        except ValidationError:
            raise ClockTrouble(f"What {self._url} answers is not a clock. Check PUBLIC_BASE_URL.") from None
        self._ahead_by = timedelta(seconds=answer.offset_seconds)
        self._glanced = time.monotonic()
        return Face(
            now=answer.now.astimezone(UTC),
            ahead_by=self._ahead_by,
            next_due_at=answer.next_due_at.astimezone(UTC) if answer.next_due_at else None,
            waiting=answer.waiting,
        )


class _Detail(BaseModel):
    detail: str


def _refusal(status: int, body: bytes) -> str:
    try:
        return _Detail.model_validate_json(body).detail
    except ValidationError:
        pass
    if status == 401 or status == 403:
        return "The service refused our token. Both need the same TWILIO_AUTH_TOKEN."
    return f"The service answered {status} when asked for its clock. Its log says why."
