"""From due to answered: claim, open, call, record. Three short transactions, and none while a provider answers.

A process may die after any line here; what it leaves behind says what happened:
before `open_batch` commits, the short lease runs out and the message is planned again; after it, the attempt is
written down, the long lease runs out, and the message is uncertain until a callback or the provider itself tells.
"""

import queue
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.domain.states import State
from service.messaging.aftermath import after_refusal, tell_of_expired
from service.messaging.links import Links
from service.messaging.looping import Loop
from service.messaging.opening import Ready, open_batch
from service.messaging.sending import Answered, Calls
from service.providers.outcome import ErrorClass, Refused
from service.providers.remedies import remedy_for
from service.settings import Settings
from service.storage.attempts import record_results
from service.storage.claims import Claimed, claim_due, doubt_lapsed, expire_stale, take_back_lapsed
from service.storage.database import Database
from service.storage.senders import pause_sender_of
from service.storage.staff_tasks import NewTask, raise_tasks

log = structlog.get_logger()

RECORD_AT_MOST = 100
RECORD_EVERY = 0.05  # seconds
SET_UP_WITHIN = timedelta(hours=1)
LEASE_MARGIN = timedelta(seconds=1)  # what may pass between the last moment to begin a call and the call itself
Batch = tuple[UUID, list[tuple[UUID, int]]]


def tick(database: Database, settings: Settings, now: datetime) -> list[Batch]:
    """One look at what is due. Returns what was claimed, committed, in batches of (message id, epoch)."""
    with database.system() as connection:
        taken_back = take_back_lapsed(connection, now)  # first, so that what comes back too late expires
        expired = expire_stale(connection, now)
        doubted = doubt_lapsed(connection, now)
        tell_of_expired(connection, expired, now)
        claimed = claim_due(connection, now, limit=settings.claim_limit, lease=settings.claim_lease)
    if expired or taken_back or doubted:
        log.info("swept", expired=len(expired), taken_back=taken_back, uncertain=doubted)
    return list(_batches(claimed, settings.batch_size))


def _batches(claimed: Sequence[Claimed], size: int) -> Iterable[Batch]:
    """In order of urgency, cut by organisation: a batch runs in one organisation's transaction."""
    by_organisation: dict[UUID, list[tuple[UUID, int]]] = {}
    for message in claimed:
        by_organisation.setdefault(message.organisation_id, []).append((message.message_id, message.epoch))
    for organisation_id, ids in by_organisation.items():
        for start in range(0, len(ids), size):
            yield organisation_id, ids[start : start + size]


class Dispatcher:
    """Sends batches. One per worker process."""

    def __init__(self, *, database: Database, settings: Settings, calls: Calls, loop: Loop, links: Links) -> None:
        self._database = database
        self._settings = settings
        self._calls = calls
        self._loop = loop
        self._links = links
        if self._time_to_begin() <= timedelta():
            raise ValueError("SENDING_LEASE: make it longer than PROVIDER_TIMEOUT and a second, or no call may begin")

    def send_batch(self, organisation_id: UUID, claimed: Sequence[tuple[UUID, int]], now: datetime) -> int:
        """Opens, calls, records. Returns how many were called. Ids that are no longer ours are passed over."""
        begun = time.monotonic()  # the lease runs from here, and opening may have to wait for a lock
        with self._database.organisation(organisation_id) as connection:
            ready = open_batch(
                connection,
                organisation_id,
                claimed,
                links=self._links,
                sms_sender=self._settings.twilio_messaging_service_sid,
                email_from=self._settings.email_from,
                now=now,
                lease_until=now + self._settings.sending_lease,
            )
        if ready:
            self._call_and_record(organisation_id, ready, begun + self._time_to_begin().total_seconds())
        return len(ready)

    def _time_to_begin(self) -> timedelta:
        """A call that begins within it has ended before the lease has."""
        return self._settings.sending_lease - self._settings.provider_timeout - LEASE_MARGIN

    def _call_and_record(self, organisation_id: UUID, ready: Sequence[Ready], last_start: float) -> None:
        answers: queue.SimpleQueue[Answered] = queue.SimpleQueue()
        calling = self._loop.start(self._calls.send_all(ready, last_start=last_start, answered=answers.put))
        left = len(ready)
        while left:
            all_came = calling.done()
            answered = _gather(answers, left)
            if not answered and all_came:
                calling.result()  # raises what broke the calls; their messages' leases run out to uncertain
                break
            left -= len(answered)
            self._record(organisation_id, answered)

    def _record(self, organisation_id: UUID, answered: Sequence[Answered]) -> None:
        """Once more if the database stumbles. If it stays away, leases run out and callbacks settle the matter."""
        for wait in (0.5, 2.0, 0.0):
            try:
                with self._database.organisation(organisation_id) as connection:
                    record_results(connection, [answer.result for answer in answered])
                    for answer in answered:
                        if answer.refused is not None:
                            self._try_to_follow_up(organisation_id, answer, connection)
                return
            except SQLAlchemyError as error:
                log.warning("answers_not_recorded", error=type(error).__name__, count=len(answered))
                time.sleep(wait)

    def _try_to_follow_up(self, organisation_id: UUID, answer: Answered, connection: Connection) -> None:
        """One that breaks must not take the answers of the whole batch with it, nor its own."""
        try:
            with connection.begin_nested():
                self._follow_up(organisation_id, answer, connection)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.error("not_followed_up", message_id=str(answer.ready.message_id), error=type(error).__name__)

    def _follow_up(self, organisation_id: UUID, answer: Answered, connection: Connection) -> None:
        refused, result = answer.refused, answer.result
        assert refused is not None
        if refused.error is ErrorClass.CONFIGURATION and result.retry_at is not None:
            pause_sender_of(connection, answer.ready.message_id, result.retry_at)
            log.error("provider_refuses_our_set_up", code=refused.code, words=refused.words)
            raise_tasks(connection, organisation_id, [_set_up_task(refused, result.finished_at)], result.finished_at)
        if result.state is State.FAILED or refused.error is ErrorClass.OPTED_OUT:
            after_refusal(
                connection,
                organisation_id,
                answer.ready.message_id,
                refused.error,
                refused.code,
                refused.words,
                result.finished_at,
            )


def _set_up_task(refused: Refused, now: datetime) -> NewTask:
    """One open task for a refusal that every message meets."""
    return NewTask(
        kind="set_up_refused",
        say=" ".join(("Messages do not go out.", refused.words, remedy_for(refused.code))).strip(),
        dedupe_key=f"set_up_refused:{refused.code}",
        deadline_at=now + SET_UP_WITHIN,
    )


def _gather(answers: "queue.SimpleQueue[Answered]", most: int) -> list[Answered]:
    """What has been answered within a short wait, up to one recording's worth."""
    gathered: list[Answered] = []
    until = time.monotonic() + RECORD_EVERY
    while len(gathered) < min(most, RECORD_AT_MOST):
        try:
            gathered.append(answers.get(timeout=max(0.0, until - time.monotonic())))
        except queue.Empty:
            break
    return gathered
