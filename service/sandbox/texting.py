"""The life of a text at the pretend Twilio: accepted, queued, sent, delivered, or some sadder end."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from service.sandbox.courier import Chores, Courier
from service.sandbox.faults import Channel, Fault, FaultBook, Stage
from service.sandbox.ledger import Ledger
from service.sandbox.numbers import sending_number
from service.sandbox.posting import Poster
from service.sandbox.records import FINAL_TEXT, Direction, Text, TextStatus
from service.sandbox.service_clock import ServiceClock
from service.sandbox.twilio_checks import NewText

_ERROR_OF = {Fault.OPTED_OUT_LATER: 21610, Fault.UNREACHABLE: 30003, Fault.LANDLINE: 30006}


class Texting:
    def __init__(
        self,
        *,
        account_sid: str,
        ledger: Ledger,
        faults: FaultBook,
        courier: Courier,
        poster: Poster,
        clock: ServiceClock,
        chores: Chores,
    ) -> None:
        self._account_sid = account_sid
        self._ledger = ledger
        self._faults = faults
        self._courier = courier
        self._poster = poster
        self._clock = clock
        self._chores = chores

    def is_blocked(self, wanted: NewText) -> bool:
        return self._ledger.is_blocked(wanted.to, _sender_of(wanted))

    def accept(self, wanted: NewText) -> Text:
        """Write the text down and let it take its course."""
        now = self._clock.now()
        service = wanted.messaging_service_sid
        text = Text(
            sid=f"SM{uuid4().hex}",
            direction=Direction.OUTBOUND,
            status=TextStatus.ACCEPTED if service else TextStatus.QUEUED,
            phone=wanted.to,
            ours=None if service else wanted.sender,
            body=wanted.body,
            created_at=now,
            updated_at=now,
            attempt=_attempt_in(wanted.status_callback),
            messaging_service_sid=service,
            status_callback=wanted.status_callback,
            ends_with=self._fate(wanted),
        )
        self._ledger.put(text)
        habits = self._faults.strike(Stage.CALLBACKS, Channel.SMS, text.phone)
        self._chores.begin(self._live(text.sid, habits, sender=_sender_of(wanted)))
        return text

    def resume(self) -> None:
        """Go on with the texts an earlier run left on their way."""
        for text in self._ledger.texts():
            if text.status not in FINAL_TEXT:
                sender = text.ours or sending_number(text.messaging_service_sid or "")
                self._chores.begin(self._live(text.sid, frozenset(), sender=sender))

    def _fate(self, wanted: NewText) -> int | None:
        if self.is_blocked(wanted):
            return 21610
        fault = self._faults.strike_one(Stage.OUTCOME, Channel.SMS, wanted.to)
        return _ERROR_OF[fault] if fault else None

    async def _live(self, sid: str, habits: frozenset[Fault], *, sender: str) -> None:
        round_ = self._courier.round_for(habits)
        text = self._ledger.text(sid)
        for status in _steps_after(text) if text else ():
            await self._take_time()
            text = self._ledger.text(sid)
            if text is None:
                return  # everything was forgotten meanwhile
            text = self._advance(text, status, sender=sender)
            if text.status_callback:
                params = self._callback_params(text)
                round_.tell(partial(self._poster.post_form, text.status_callback, params))
        round_.finish()

    async def _take_time(self) -> None:
        step = self._faults.switches.step.total_seconds()
        await asyncio.sleep(step * random.uniform(0.7, 1.3))  # noqa: S311 (not a secret)

    def _advance(self, text: Text, status: TextStatus, *, sender: str) -> Text:
        now = self._clock.now()
        sad = status in (TextStatus.UNDELIVERED, TextStatus.FAILED)
        text = replace(
            text,
            status=status,
            ours=sender,
            updated_at=now,
            sent_at=now if status is TextStatus.SENT else text.sent_at,
            error_code=text.ends_with if sad else None,
        )
        self._ledger.put(text)
        return text

    def _callback_params(self, text: Text) -> dict[str, str]:
        params = {
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
            "From": text.ours or "",
            "MessageSid": text.sid,
            "MessageStatus": text.status.value,
            "SmsSid": text.sid,
            "SmsStatus": text.status.value,
            "To": text.phone,
        }
        if text.messaging_service_sid:
            params["MessagingServiceSid"] = text.messaging_service_sid
        if text.error_code:
            params["ErrorCode"] = str(text.error_code)
        if text.status in (TextStatus.DELIVERED, TextStatus.UNDELIVERED):
            params["RawDlrDoneDate"] = text.updated_at.strftime("%y%m%d%H%M")
        return params


def _steps_after(text: Text) -> Sequence[TextStatus]:
    course = [TextStatus.ACCEPTED, TextStatus.QUEUED]
    match text.ends_with:
        case None:
            course += [TextStatus.SENT, TextStatus.DELIVERED]
        case 21610:
            course += [TextStatus.FAILED]
        case _:
            course += [TextStatus.SENT, TextStatus.UNDELIVERED]
    return course[course.index(text.status) + 1 :]


def _sender_of(wanted: NewText) -> str:
    if wanted.messaging_service_sid:
        return sending_number(wanted.messaging_service_sid)
    return wanted.sender or ""


def _attempt_in(status_callback: str) -> str:
    return parse_qs(urlsplit(status_callback).query).get("m", [""])[0]
