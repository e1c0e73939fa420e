"""The log of messages: what is planned, on its way, delivered or not, a page at a time. Never what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from service.domain.states import NEVER_SENT, State
from service.domain.values import Channel
from service.storage.tables import messages, patients


class Group(StrEnum):
    """States that answer the same question of staff."""

    PLANNED = "planned"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    NEVER_SENT = "never_sent"


STATES_OF: Mapping[Group, frozenset[State]] = {
    Group.PLANNED: frozenset({State.PLANNED, State.CLAIMED}),
    Group.ON_THE_WAY: frozenset({State.SENDING, State.HANDED_OVER, State.SENT}),
    Group.DELIVERED: frozenset({State.DELIVERED}),
    Group.NOT_DELIVERED: frozenset({State.UNDELIVERED, State.FAILED, State.UNCERTAIN}),
    Group.NEVER_SENT: NEVER_SENT,
}


@dataclass(frozen=True, kw_only=True)
class LogFilter:
    """What is None does not narrow, but steps that were left out show only in their group.

    `from_at` is included, `until_at` is not; both are about when it is due.
    """

    group: Group | None = None
    clinic_id: UUID | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


Place = tuple[datetime, UUID]
"""Where a page of the log ends: when its last message is due, and that message's id."""


@dataclass(frozen=True, kw_only=True)
class LoggedMessage:
    id: UUID
    clinic_id: UUID
    appointment_id: UUID | None
    patient_name: str
    step: str
    schedule_version_id: UUID | None
    in_reply_to: UUID | None
    channel: Channel | None
    state: State
    reason: str
    why: str
    due_at: datetime
    settled_at: datetime | None

    @property
    def place(self) -> Place:
        return self.due_at, self.id


def logged_messages(connection: Connection, wanted: LogFilter, after: Place | None, limit: int) -> list[LoggedMessage]:
    """By when they are due: the planned ones soonest first, everything else newest first."""
    soonest_first = wanted.group is Group.PLANNED
    place = tuple_(messages.c.due_at, messages.c.id)
    statement = (
        select(messages, patients.c.given_name, patients.c.family_name)
        .outerjoin(patients, patients.c.id == messages.c.patient_id)
        .where(messages.c.due_at.is_not(None))
        .limit(limit)
    )
    if soonest_first:
        statement = statement.order_by(messages.c.due_at, messages.c.id)
    else:
        statement = statement.order_by(messages.c.due_at.desc(), messages.c.id.desc())
    if after is not None:
        statement = statement.where(place > after if soonest_first else place < after)
    if wanted.group is None:
        statement = statement.where(messages.c.state != State.SKIPPED)
    else:
        statement = statement.where(messages.c.state.in_(sorted(STATES_OF[wanted.group])))
    if wanted.clinic_id is not None:
        statement = statement.where(messages.c.clinic_id == wanted.clinic_id)
    if wanted.from_at is not None:
        statement = statement.where(messages.c.due_at >= wanted.from_at)
    if wanted.until_at is not None:
        statement = statement.where(messages.c.due_at < wanted.until_at)
    return [
        LoggedMessage(
            id=row.id,
            clinic_id=row.clinic_id,
            appointment_id=row.appointment_id,
            patient_name=f"{row.given_name} {row.family_name}" if row.given_name is not None else "",
            step=row.step,
            schedule_version_id=row.schedule_version_id,
            in_reply_to=row.in_reply_to,
            channel=Channel(row.channel) if row.channel else None,
            state=State(row.state),
            reason=row.reason,
            why=row.why,
            due_at=row.due_at,
            settled_at=row.settled_at,
        )
        for row in connection.execute(statement)
    ]
