"""What patients wrote, as the inbox shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, select

from service.storage.tables import appointments, patients, replies

_ORDER_OF_URGENCY = {"now": 0, "soon": 1, "none": 2}


@dataclass(frozen=True, kw_only=True)
class InboxReply:
    """`patient_name` is "" where the number belongs to nobody, or to several."""

    id: UUID
    clinic_id: UUID | None
    appointment_id: UUID | None
    patient_name: str
    visit_starts_at: datetime | None
    from_address: str
    body: str
    media: int
    received_at: datetime
    intent: str
    rule: str
    urgency: str
    needs_staff: bool
    read_at: datetime | None
    read_by: str | None


def unread_replies(connection: Connection, limit: int = 100) -> list[InboxReply]:
    """Those a person must read: the most urgent first, then the longest waiting."""
    urgency = case(_ORDER_OF_URGENCY, value=replies.c.urgency, else_=2)
    return _read(
        connection, replies.c.needs_staff & replies.c.read_at.is_(None), (urgency, replies.c.received_at), limit
    )


def other_replies(connection: Connection, before: tuple[datetime, UUID] | None, limit: int) -> list[InboxReply]:
    """All the rest, newest first; `before` is the last of the page before."""
    wanted = ~(replies.c.needs_staff & replies.c.read_at.is_(None))
    if before is not None:
        at, reply_id = before
        earlier = and_(replies.c.received_at == at, replies.c.id < reply_id)
        wanted = wanted & ((replies.c.received_at < at) | earlier)
    return _read(connection, wanted, (replies.c.received_at.desc(), replies.c.id.desc()), limit)


def _read(
    connection: Connection, wanted: ColumnElement[bool], order: tuple[ColumnElement[object], ...], limit: int
) -> list[InboxReply]:
    rows = connection.execute(
        select(replies, patients.c.given_name, patients.c.family_name, appointments.c.starts_at)
        .outerjoin(patients, patients.c.id == replies.c.patient_id)
        .outerjoin(appointments, appointments.c.id == replies.c.appointment_id)
        .where(wanted)
        .order_by(*order)
        .limit(limit)
    )
    return [
        InboxReply(
            id=row.id,
            clinic_id=row.clinic_id,
            appointment_id=row.appointment_id,
            patient_name=f"{row.given_name} {row.family_name}" if row.given_name is not None else "",
            visit_starts_at=row.starts_at,
            from_address=row.from_address,
            body=row.body,
            media=row.media,
            received_at=row.received_at,
            intent=row.intent,
            rule=row.rule,
            urgency=row.urgency,
            needs_staff=row.needs_staff,
            read_at=row.read_at,
            read_by=row.read_by,
        )
        for row in rows
    ]
