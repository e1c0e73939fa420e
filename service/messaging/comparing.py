"""Before a schedule is saved: whose queued messages would change, and how. Nothing is stored.

Reads the coming visits in pages, each in a transaction of its own, and keeps counts and the first few by name.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection

from service.domain.plan_diff import Changed, Difference, Saying, differences
from service.domain.schedule import Schedule
from service.domain.values import Channel, Event, PlannedMessage, Recipient
from service.messaging.planning import version_in
from service.messaging.replanning import FIRST, Advance, Replanner
from service.messaging.saving_schedules import Candidate
from service.messaging.schedule_bundle import NoSuchText, OpenBundle, choose_text, open_bundle
from service.messaging.text_templates import variables_in
from service.storage.appointments import AppointmentRecord, fetch
from service.storage.database import Database
from service.storage.replans import QueuedMessage, Work, concerned, count_concerned, queued_for
from service.storage.schedule_versions import stored_schedule

AT_ONCE = 200
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class ChangedMessage:
    """A difference, with the visit's number in the practice system."""

    appointment: str
    changed: Changed


@dataclass(kw_only=True)
class Comparison:
    """`counts` by difference over all visits; `first` are the first of them, in no order that means anything."""

    appointments: int = 0
    affected: int = 0
    counts: Counter[Difference] = field(default_factory=Counter)
    first: list[ChangedMessage] = field(default_factory=list)

    def add(self, external_id: str, found: Sequence[Changed], shown: int) -> None:
        self.appointments += 1
        self.affected += bool(found)
        self.counts.update(change.difference for change in found)
        room = max(0, shown - len(self.first))
        self.first += [ChangedMessage(appointment=external_id, changed=change) for change in found[:room]]

    def by_difference(self) -> dict[str, int]:
        """Every difference by its word, those that do not occur with 0."""
        return {difference.value: self.counts[difference] for difference in Difference}


def compare(
    database: Database,
    organisation_id: UUID,
    candidate: Candidate,
    *,
    now: datetime,
    advance: Advance = lambda _done, _all: None,
    shown: int = SHOWN,
) -> Comparison:
    """What saving and then applying `candidate` would change, as of `now`."""
    found, after = Comparison(), FIRST
    with database.organisation(organisation_id) as connection:
        work = _work(connection, candidate)
        total = count_concerned(connection, work, now)
    bundle = open_bundle(candidate.made.content)
    while True:
        with database.organisation(organisation_id) as connection:
            ids = concerned(connection, work, after, AT_ONCE, now)
            if not ids:
                return found
            for external_id, changes in _Page(connection, organisation_id, bundle, now).compare(ids):
                found.add(external_id, changes, shown)
        after = ids[-1]
        advance(found.appointments, max(total, found.appointments))


def _work(connection: Connection, candidate: Candidate) -> Work:
    stored = stored_schedule(connection, candidate.schedule.name)
    kinds = candidate.schedule.kinds
    if stored is None:
        return Work(schedule_id=FIRST, active=FIRST, kinds=kinds)
    return Work(schedule_id=stored.id, active=stored.version.id, kinds=tuple({*kinds, *stored.kinds}))


class _Page(Replanner):
    """A page of visits, planned under the candidate."""

    def __init__(self, connection: Connection, organisation_id: UUID, bundle: OpenBundle, now: datetime) -> None:
        super().__init__(connection, organisation_id, now, {})
        self._bundle = bundle

    def compare(self, ids: Sequence[UUID]) -> Iterator[tuple[str, list[Changed]]]:
        records = list(fetch(self._connection, ids).values())
        waiting = queued_for(self._connection, ids)
        self._queued = {key: [message.queued for message in said] for key, said in waiting.items()}
        recipients = self.recipients(records)
        histories = self.histories(records, recipients)
        for record in sorted(records, key=lambda each: each.id):
            recipient, clinic = recipients[record.id], self._clinics[record.clinic_id]
            schedule = self._schedule_of(record)
            found = self._plan(record, schedule, clinic, recipient, histories[record.id], Event.BOOKED)
            after = [item for item in found if isinstance(item, PlannedMessage)]
            before = waiting.get(record.id, [])
            yield (
                record.external_id,
                differences(
                    [self._had(message, recipient) for message in before],
                    [self._gets(message, record, recipient) for message in after],
                ),
            )

    def _schedule_of(self, record: AppointmentRecord) -> Schedule | None:
        if record.kind in self._bundle.schedule.kinds:
            return self._bundle.schedule
        in_force = self._schedules.get(record.kind)
        return in_force.schedule if in_force and in_force.schedule.name != self._bundle.schedule.name else None

    def _had(self, message: QueuedMessage, recipient: Recipient) -> Saying:
        queued = message.queued
        bundle = version_in(self._connection, message.version_id) if message.version_id else None
        words = words_of(bundle, message.text_name, queued.channel, recipient) if bundle else ()
        return Saying(step=queued.step, channel=queued.channel, due_at=queued.due_at, words=words)

    def _gets(self, message: PlannedMessage, record: AppointmentRecord, recipient: Recipient) -> Saying:
        bundle = self._bundle
        if record.kind not in bundle.schedule.kinds:
            in_force = self._schedules[record.kind]
            bundle = version_in(self._connection, in_force.version_id)
        step = bundle.schedule.step(message.step)
        words = words_of(bundle, step.text if step else "", message.channel, recipient)
        return Saying(step=message.step, channel=message.channel, due_at=message.due_at, words=words)


def words_of(bundle: OpenBundle, text_name: str, channel: Channel, recipient: Recipient) -> tuple[str, ...]:
    """The template and the rules it quotes: as long as these are the same, so are the words."""
    try:
        if channel is Channel.EMAIL:
            mail = bundle.email(text_name, recipient.language)
            sources: tuple[str, ...] = (mail.subject, mail.body)
        else:
            text = bundle.text(text_name, recipient.language)
            sources = (choose_text(text, recipient.visits_before == 0),)
    except NoSuchText:
        return ()
    quoted = {name for source in sources for name in _quoted(source)}
    clocks = [
        f"{clock.value}={before}"
        for clock, before in bundle.schedule.clocks.items()
        if f"clock.{clock.value}" in quoted
    ]
    driving = [str(bundle.schedule.driving)] if "driving.until" in quoted else []
    return (*sources, *sorted(clocks), *driving)


@lru_cache(maxsize=2048)
def _quoted(source: str) -> frozenset[str]:
    return variables_in(source)
