"""The life of a mail at the pretend SendGrid, and the events it tells of."""

import asyncio
import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from service.sandbox.courier import Chores, Courier
from service.sandbox.faults import Channel, Fault, FaultBook, Stage
from service.sandbox.ledger import Ledger
from service.sandbox.posting import EventFields, Poster
from service.sandbox.records import FINAL_MAIL, Mail, MailStatus
from service.sandbox.sendgrid_checks import NewMail
from service.sandbox.service_clock import ServiceClock

_GATHER_SECONDS = 0.05
_LARGEST_POST = 500
_ENDS = {Fault.BOUNCE: MailStatus.BOUNCE, Fault.DROPPED: MailStatus.DROPPED}
# What each event carries besides the fields all have. Source: sendgrid/docs, tracking-events/event.md.
_DETAILS: dict[MailStatus, EventFields] = {
    MailStatus.DEFERRED: {"response": "451 4.7.1 Try again later", "attempt": "1"},
    MailStatus.DELIVERED: {"response": "250 2.0.0 OK", "ip": "192.0.2.25", "tls": 1},
    MailStatus.BOUNCE: {
        "reason": "550 5.1.1 No such mailbox",
        "status": "5.1.1",
        "type": "bounce",
        "bounce_classification": "Invalid Address",
    },
    MailStatus.DROPPED: {"reason": "Bounced Address", "status": "5.0.0"},
}


def new_message_id() -> str:
    """The value of X-Message-Id."""
    return secrets.token_urlsafe(16)


class EventFeed:
    """Gathers events for a moment, as SendGrid does, and posts them as one array."""

    def __init__(self, poster: Poster, chores: Chores, *, url: str) -> None:
        self._poster = poster
        self._chores = chores
        self._url = url
        self._gathered: list[EventFields] = []

    async def add(self, event: EventFields) -> None:
        self._gathered.append(event)
        if len(self._gathered) == 1:
            self._chores.begin(self._post_soon())

    def forget(self) -> None:
        self._gathered.clear()

    async def _post_soon(self) -> None:
        await asyncio.sleep(_GATHER_SECONDS)
        events, self._gathered = self._gathered, []
        for start in range(0, len(events), _LARGEST_POST):
            await self._poster.post_events(self._url, events[start : start + _LARGEST_POST])


class Mailing:
    def __init__(
        self,
        *,
        ledger: Ledger,
        faults: FaultBook,
        courier: Courier,
        feed: EventFeed,
        clock: ServiceClock,
        chores: Chores,
    ) -> None:
        self._ledger = ledger
        self._faults = faults
        self._courier = courier
        self._feed = feed
        self._clock = clock
        self._chores = chores

    def accept(self, mails: Sequence[NewMail]) -> str:
        """Write them down, let each take its course, and return the message id they share."""
        message_id = new_message_id()
        for number, wanted in enumerate(mails):
            mail = self._written_down(wanted, message_id, number)
            habits = self._faults.strike(Stage.CALLBACKS, Channel.EMAIL, mail.to)
            self._chores.begin(self._live(mail.mail_id, habits))
        return message_id

    def _written_down(self, wanted: NewMail, message_id: str, number: int) -> Mail:
        now = self._clock.now()
        fault = self._faults.strike_one(Stage.OUTCOME, Channel.EMAIL, wanted.to)
        mail = Mail(
            mail_id=f"{message_id}.recvd-sandbox-1-{number}.0",
            message_id=message_id,
            to=wanted.to,
            from_address=wanted.from_address,
            subject=wanted.subject,
            text=wanted.text,
            custom_args=wanted.custom_args,
            status=MailStatus.ACCEPTED,
            created_at=now,
            updated_at=now,
            ends_with=_ENDS.get(fault, MailStatus.DELIVERED) if fault else MailStatus.DELIVERED,
            deferred_first="yes" if fault is Fault.DEFERRED else "no",
        )
        self._ledger.put(mail)
        return mail

    def resume(self) -> None:
        """Go on with the mails an earlier run left on their way."""
        for mail in self._ledger.mails():
            if mail.status not in FINAL_MAIL:
                self._chores.begin(self._live(mail.mail_id, frozenset()))

    async def _live(self, mail_id: str, habits: frozenset[Fault]) -> None:
        round_ = self._courier.round_for(habits)
        mail = self._ledger.mail(mail_id)
        for status in _steps_after(mail) if mail else ():
            step = self._faults.switches.step.total_seconds()
            await asyncio.sleep(step * random.uniform(0.7, 1.3))  # noqa: S311 (not a secret)
            mail = self._ledger.mail(mail_id)
            if mail is None:
                return  # everything was forgotten meanwhile
            mail = replace(mail, status=status, updated_at=self._clock.now())
            self._ledger.put(mail)
            round_.tell(partial(self._feed.add, event_of(mail)))
        round_.finish()


def event_of(mail: Mail) -> EventFields:
    """The event of a mail's present status: the caller's arguments flattened, SendGrid's own fields on top."""
    return {
        **mail.custom_args,
        "email": mail.to,
        "timestamp": int(mail.updated_at.timestamp()),
        "event": mail.status.value,
        "smtp-id": f"<{mail.message_id}@sandbox.invalid>",
        "sg_event_id": secrets.token_urlsafe(16),
        "sg_message_id": mail.mail_id,
        **_DETAILS.get(mail.status, {}),
    }


def _steps_after(mail: Mail) -> Sequence[MailStatus]:
    course = [MailStatus.ACCEPTED, mail.ends_with]
    if mail.ends_with is not MailStatus.DROPPED:  # a dropped mail is never processed
        course.insert(1, MailStatus.PROCESSED)
    if mail.deferred_first == "yes":
        course.insert(2, MailStatus.DEFERRED)
    return course[course.index(mail.status) + 1 :]
