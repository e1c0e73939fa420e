"""Calls the providers for opened attempts, all at once, with no transaction open, and says what each answer means."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from service.domain.states import State
from service.domain.values import Channel
from service.messaging.opening import Ready
from service.providers.outcome import Accepted, ErrorClass, Outcome, Refused
from service.providers.sendgrid_send import OutgoingEmail, SendGridSender
from service.providers.twilio_send import OutgoingSms, TwilioSender
from service.storage.attempts import Result

log = structlog.get_logger()

MOST_ATTEMPTS = 200  # `expires_at` ends the trying; this stands only against a fault that would try for ever
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(minutes=10)
AFTER_OUR_OWN_FAULT = timedelta(minutes=1)  # a wrong key or sender meets every message alike; a person must mend it

Now = Callable[[], datetime]

NOT_BEGUN = Refused(
    error=ErrorClass.TEMPORARY, code="no_time_left", words="It was not sent yet: the worker was too busy."
)
BROKE_OFF = Refused(
    error=ErrorClass.UNCERTAIN,
    code="broke_off",
    words="Our own call of the provider broke off, so the message may or may not have gone out.",
)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One call's answer. `refused` is kept for what follows from it: an opt-out, a paused sender, a task."""

    ready: Ready
    result: Result
    refused: Refused | None


class Calls:
    """Sends opened attempts through the providers, at most `at_once` calls at a time."""

    def __init__(self, *, twilio: TwilioSender, sendgrid: SendGridSender, at_once: int, now: Now) -> None:
        self._twilio = twilio
        self._sendgrid = sendgrid
        self._slots = asyncio.Semaphore(at_once)
        self._now = now

    async def send_all(
        self, batch: Sequence[Ready], *, last_start: float, answered: Callable[[Answered], None]
    ) -> None:
        """Calls `answered` as each answer comes. No call begins after `last_start`, of the monotonic clock.

        What breaks in one call stays with it: the others are answered first, and then it is raised.
        """
        sending = (self._send(ready, last_start, answered) for ready in batch)
        for broken in await asyncio.gather(*sending, return_exceptions=True):
            if isinstance(broken, BaseException):
                raise broken

    async def _send(self, ready: Ready, last_start: float, answered: Callable[[Answered], None]) -> None:
        async with self._slots:
            outcome = NOT_BEGUN if time.monotonic() > last_start else await self._outcome(ready)
        answered(interpret(ready, outcome, self._now()))

    async def _outcome(self, ready: Ready) -> Outcome:
        """A provider's adapter raises nothing. Should it, nobody knows how far the call had come."""
        try:
            return await self._call(ready)
        except Exception as error:
            log.error("call_broke_off", attempt_id=str(ready.attempt_id), error=type(error).__name__)
            return BROKE_OFF

    async def _call(self, ready: Ready) -> Outcome:
        if ready.channel is Channel.SMS:
            return await self._twilio.send(
                OutgoingSms(
                    attempt_id=ready.attempt_id,
                    sender=ready.sender,
                    to=ready.to,
                    body=ready.body,
                    valid_for=ready.deliver_by - self._now(),
                )
            )
        return await self._sendgrid.send(
            OutgoingEmail(
                attempt_id=ready.attempt_id,
                sender=ready.sender,
                sender_name=ready.sender_name,
                to=ready.to,
                subject=ready.subject,
                text=ready.body,
                unsubscribe_url=ready.unsubscribe_url,
            )
        )


def interpret(ready: Ready, outcome: Outcome, now: datetime) -> Answered:
    """What an outcome means for the message. Pure but for the jitter of retries."""
    if isinstance(outcome, Accepted):
        # SendGrid's 202 and Twilio's "accepted" both mean: they have it. More is for receipts to say.
        result = _result(ready, "accepted", State.HANDED_OVER, now, provider_id=outcome.provider_id or None)
        return Answered(ready=ready, result=result, refused=None)
    state, retry_at = _after_refusal(ready, outcome, now)
    result = _result(ready, outcome.error, state, now, code=outcome.code, words=outcome.words, retry_at=retry_at)
    return Answered(ready=ready, result=result, refused=outcome)


def _after_refusal(ready: Ready, refused: Refused, now: datetime) -> tuple[State, datetime | None]:
    match refused.error:
        case ErrorClass.UNCERTAIN:
            return State.UNCERTAIN, None
        case ErrorClass.CONFIGURATION:
            return _again(ready, now + AFTER_OUR_OWN_FAULT)
        case ErrorClass.TEMPORARY if refused is NOT_BEGUN:
            return _again(ready, now)
        case ErrorClass.TEMPORARY if ready.number < MOST_ATTEMPTS:
            return _again(ready, now + backoff(ready.number))
        case _:
            return State.FAILED, None


def _again(ready: Ready, at: datetime) -> tuple[State, datetime | None]:
    return (State.PLANNED, at) if at < ready.expires_at else (State.FAILED, None)


def backoff(attempt: int) -> timedelta:
    """Doubles from ten seconds, with jitter so that a thousand refused together do not come back together."""
    full = min(FIRST_RETRY * (1 << min(attempt - 1, 10)), LONGEST_RETRY)
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards no secret


def _result(
    ready: Ready,
    outcome: str,
    state: State,
    now: datetime,
    *,
    code: str = "",
    words: str = "",
    provider_id: str | None = None,
    retry_at: datetime | None = None,
) -> Result:
    return Result(
        attempt_id=ready.attempt_id,
        message_id=ready.message_id,
        epoch=ready.epoch,
        outcome=outcome,
        state=state,
        finished_at=now,
        code=code,
        words=words,
        provider_id=provider_id,
        retry_at=retry_at,
    )
