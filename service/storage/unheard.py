"""Messages that ended without being heard, and visits nobody can be told about, with what it takes to judge them.

Only columns that are needed are read, and never a sealed one: a value that cannot be opened must not hide the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from service.domain.states import State
from service.domain.values import AppointmentStatus, Category, Priority, Question, SkipReason
from service.storage.tables import appointments, messages, tasks

# Still to be said, or said as far as anyone can tell.
_ALIVE = [
    str(state)
    for state in (
        State.PLANNED,
        State.CLAIMED,
        State.SENDING,
        State.UNCERTAIN,
        State.HANDED_OVER,
        State.SENT,
        State.DELIVERED,
    )
]
_OUT_OF_REACH = [str(r) for r in (SkipReason.NO_CONTACT, SkipReason.NO_PERMISSION, SkipReason.OUTSIDE_HOURS)]


@dataclass(frozen=True, kw_only=True)
class About:
    """The visit that a person may have to phone about."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID
    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Unheard:
    """A message that ended. `is_said_elsewhere`: the same step is queued or out in another message of this visit."""

    id: UUID
    organisation_id: UUID
    step: str
    text_name: str
    asks: Question | None
    category: Category
    priority: int
    state: State
    reason: str
    due_at: datetime | None
    visit_starts_at: datetime | None
    is_said_elsewhere: bool
    visit: About


def unheard(connection: Connection, message_ids: Iterable[UUID]) -> list[Unheard]:
    """Of these messages those that belong to a visit, the most harmful to miss first. Answers are left out."""
    other = messages.alias("other")
    elsewhere = exists().where(
        other.c.appointment_id == messages.c.appointment_id,
        other.c.step == messages.c.step,
        other.c.id != messages.c.id,
        other.c.in_reply_to.is_(None),
        other.c.visit_starts_at == messages.c.visit_starts_at,
        other.c.appointment_version >= messages.c.appointment_version,
        other.c.state.in_(_ALIVE),
    )
    rows = connection.execute(
        select(
            messages.c.id,
            messages.c.organisation_id,
            messages.c.step,
            messages.c.text_name,
            messages.c.asks,
            messages.c.category,
            messages.c.priority,
            messages.c.state,
            messages.c.reason,
            messages.c.due_at,
            messages.c.visit_starts_at,
            elsewhere.label("is_said_elsewhere"),
            *_VISIT,
        )
        .join(appointments, appointments.c.id == messages.c.appointment_id)
        .where(messages.c.id.in_(list(message_ids)), messages.c.in_reply_to.is_(None))
        .order_by(messages.c.priority, messages.c.due_at, messages.c.id)
    )
    return [
        Unheard(
            id=row.id,
            organisation_id=row.organisation_id,
            step=row.step,
            text_name=row.text_name,
            asks=Question(row.asks) if row.asks else None,
            category=Category(row.category),
            priority=row.priority,
            state=State(row.state),
            reason=row.reason,
            due_at=row.due_at,
            visit_starts_at=row.visit_starts_at,
            is_said_elsewhere=row.is_said_elsewhere,
            visit=_about(row),
        )
        for row in rows
    ]


_VISIT = (
    appointments.c.id.label("visit_id"),
    appointments.c.clinic_id.label("visit_clinic_id"),
    appointments.c.patient_id.label("visit_patient_id"),
    appointments.c.status.label("visit_status"),
    appointments.c.starts_at,
    appointments.c.ends_at,
)


def _about(row: Row[*tuple[Any, ...]]) -> About:
    return About(
        id=row.visit_id,
        clinic_id=row.visit_clinic_id,
        patient_id=row.visit_patient_id,
        status=AppointmentStatus(row.visit_status),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def visits_out_of_reach(connection: Connection, appointment_ids: Sequence[UUID], now: datetime) -> list[About]:
    """Of these visits those ahead whose present plan cannot reach the patient with anything that matters.

    A booked visit: reminders were skipped for want of a way to say them, and none as important as those was said or
    will be before the visit. A cancelled one: its safety notice was skipped so.
    """
    skipped = messages.alias("skipped")
    barred = and_(
        skipped.c.appointment_id == appointments.c.id,
        skipped.c.in_reply_to.is_(None),
        skipped.c.appointment_version == appointments.c.version,
        skipped.c.category == Category.REMINDER,
        skipped.c.state == State.SKIPPED,
        skipped.c.reason.in_(_OUT_OF_REACH),
    )
    gravest = select(func.min(skipped.c.priority)).where(barred).scalar_subquery()
    alive = exists().where(
        messages.c.appointment_id == appointments.c.id,
        messages.c.in_reply_to.is_(None),
        messages.c.visit_starts_at == appointments.c.starts_at,
        messages.c.due_at < appointments.c.starts_at,
        messages.c.priority <= gravest,
        messages.c.state.in_(_ALIVE),
    )
    notice = exists().where(barred, skipped.c.priority <= Priority.SAFETY)
    rows = connection.execute(
        select(*_VISIT)
        .where(
            appointments.c.id.in_(appointment_ids),
            appointments.c.starts_at > now,
            or_(
                and_(appointments.c.status == AppointmentStatus.BOOKED, gravest.is_not(None), ~alive),
                and_(appointments.c.status == AppointmentStatus.CANCELLED, notice),
            ),
        )
        .order_by(appointments.c.id)
    )
    return [_about(row) for row in rows]


def told_since_last_planned(connection: Connection, keys: Sequence[str], appointment_ids: Sequence[UUID]) -> set[str]:
    """The keys of tasks, open or done, that are not older than the last message queued before their visit."""
    queued = (
        select(func.max(messages.c.created_at))
        .where(
            messages.c.appointment_id == tasks.c.appointment_id,
            messages.c.in_reply_to.is_(None),
            messages.c.visit_starts_at > messages.c.due_at,
            messages.c.state != State.SKIPPED,
        )
        .scalar_subquery()
    )
    rows = connection.scalars(
        select(tasks.c.dedupe_key).where(
            tasks.c.appointment_id.in_(appointment_ids),
            tasks.c.dedupe_key.in_(keys),
            or_(queued.is_(None), tasks.c.created_at >= queued),
        )
    )
    return set(rows)
