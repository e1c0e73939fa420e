"""What patients wrote, and what they may have been answering."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, exists, select
from sqlalchemy.dialects.postgresql import insert

from service.domain.binding import ANSWERS
from service.domain.states import MAYBE_WITH_PROVIDER
from service.domain.values import AppointmentStatus, Question
from service.storage.ids import new_id
from service.storage.tables import appointments, clinics, messages, organisations, replies, senders

ANSWERING = [str(intent) for intent in ANSWERS]
_OUT = [str(state) for state in MAYBE_WITH_PROVIDER]


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A message that this number or address was sent, newest first, with the visit it was about."""

    message_id: UUID
    clinic_id: UUID
    patient_id: UUID | None
    appointment_id: UUID | None
    question: Question | None
    handed_over_at: datetime
    schedule_version_id: UUID | None
    visit_starts_at: datetime | None
    visit_stands: bool
    is_answered: bool


@dataclass(frozen=True, kw_only=True)
class NewReply:
    event_key: str
    clinic_id: UUID | None
    contact_point_id: UUID | None
    patient_id: UUID | None
    appointment_id: UUID | None
    answers_message_id: UUID | None
    from_address: str
    to_address: str
    body: str
    media: int
    received_at: datetime
    intent: str
    rule: str
    urgency: str
    value: str
    needs_staff: bool


def organisation_hearing(connection: Connection, addresses: Iterable[str]) -> UUID | None:
    """Whose number or messaging service was written to; where nobody's is known, the only organisation there is."""
    hearing: UUID | None = connection.scalar(
        select(senders.c.organisation_id).where(senders.c.address.in_([a for a in addresses if a])).limit(1)
    )
    if hearing is not None:
        return hearing
    there_are: Sequence[UUID] = connection.scalars(select(organisations.c.id).limit(2)).all()
    return there_are[0] if len(there_are) == 1 else None


def spoken_to(connection: Connection, contact_point_id: UUID, limit: int = 20) -> list[Spoken]:
    """The latest messages to this contact point, newest first. Answers to replies are left out."""
    rows = connection.execute(
        select(
            messages.c.id,
            messages.c.clinic_id,
            messages.c.patient_id,
            messages.c.appointment_id,
            messages.c.asks,
            messages.c.handed_over_at,
            messages.c.updated_at,
            messages.c.schedule_version_id,
            messages.c.visit_starts_at,
            appointments.c.starts_at,
            appointments.c.status,
            exists()
            .where(replies.c.answers_message_id == messages.c.id, replies.c.intent.in_(ANSWERING))
            .label("is_answered"),
        )
        .outerjoin(appointments, appointments.c.id == messages.c.appointment_id)
        .where(
            messages.c.contact_point_id == contact_point_id,
            messages.c.in_reply_to.is_(None),
            messages.c.state.in_(_OUT),
        )
        .order_by(messages.c.handed_over_at.desc().nulls_first(), messages.c.id.desc())
        .limit(limit)
    )
    return [_spoken(row) for row in rows]


def _spoken(row: Row[*tuple[Any, ...]]) -> Spoken:
    stands = row.status in (AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED)
    return Spoken(
        message_id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        appointment_id=row.appointment_id,
        question=Question(row.asks) if row.asks else None,
        handed_over_at=row.handed_over_at or row.updated_at,
        schedule_version_id=row.schedule_version_id,
        visit_starts_at=row.starts_at,
        visit_stands=stands and row.starts_at == row.visit_starts_at,
        is_answered=row.is_answered,
    )


def add_reply(connection: Connection, organisation_id: UUID, reply: NewReply) -> UUID | None:
    """The reply's id, or None where this very text was stored before."""
    reply_id = new_id()
    stored = connection.execute(
        insert(replies)
        .values(id=reply_id, organisation_id=organisation_id, **vars(reply))
        .on_conflict_do_nothing(index_elements=["event_key"])
        .returning(replies.c.id)
    )
    return reply_id if stored.first() else None


def mark_read(connection: Connection, reply_id: UUID, actor: str, now: datetime) -> bool:
    read = connection.execute(
        replies.update().where(replies.c.id == reply_id, replies.c.read_at.is_(None)).values(read_at=now, read_by=actor)
    )
    return read.rowcount > 0


def any_clinic(connection: Connection) -> UUID | None:
    """A clinic to answer for when the writer is unknown: the first by name."""
    return connection.scalar(select(clinics.c.id).order_by(clinics.c.name).limit(1))
