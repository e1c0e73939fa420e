"""Messages of which nobody can say yet whether the provider took them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, text

from service.domain.states import State
from service.domain.values import Channel
from service.storage.sealing import CannotOpen, as_stored, opened
from service.storage.tables import attempts, contact_points, messages


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said to whom: what a provider is searched by."""

    address: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """`number` is its latest attempt's. `said` is None where the sealed values do not open."""

    message_id: UUID
    organisation_id: UUID
    schedule_version_id: UUID | None
    appointment_id: UUID | None
    step: str
    channel: Channel
    attempt_id: UUID
    started_at: datetime
    expires_at: datetime
    number: int
    said: Said | None


def uncertain_messages(connection: Connection, organisation_id: UUID, limit: int) -> list[Uncertain]:
    """The oldest, each with its latest attempt."""
    rows = connection.execute(
        select(
            messages.c.id,
            messages.c.organisation_id,
            messages.c.schedule_version_id,
            messages.c.appointment_id,
            messages.c.step,
            messages.c.channel,
            messages.c.expires_at,
            as_stored(messages.c.body),
            attempts.c.id.label("attempt_id"),
            attempts.c.number,
            attempts.c.started_at,
            as_stored(contact_points.c.address),
        )
        .join(attempts, (attempts.c.message_id == messages.c.id) & (attempts.c.number == messages.c.attempts))
        .join(contact_points, contact_points.c.id == messages.c.contact_point_id)
        .where(text("messages.state IN ('uncertain', 'handed_over') AND messages.state = 'uncertain'"))
        .where(messages.c.organisation_id == organisation_id)
        .order_by(messages.c.updated_at)
        .limit(limit)
    )
    return [
        Uncertain(
            message_id=row.id,
            organisation_id=row.organisation_id,
            schedule_version_id=row.schedule_version_id,
            appointment_id=row.appointment_id,
            step=row.step,
            channel=Channel(row.channel),
            attempt_id=row.attempt_id,
            started_at=row.started_at,
            expires_at=row.expires_at,
            number=row.number,
            said=_said(row.address, row.body),
        )
        for row in rows
    ]


def _said(address: bytes | None, body: bytes | None) -> Said | None:
    try:
        return Said(address=opened(address, contact_points.c.address) or "", body=opened(body, messages.c.body) or "")
    except CannotOpen:
        return None


def is_known_elsewhere(connection: Connection, provider_id: str, attempt_id: UUID) -> bool:
    """Whether another attempt already owns this provider id: then what was found is not ours."""
    found = connection.scalar(
        select(attempts.c.id).where(attempts.c.provider_id == provider_id, attempts.c.id != attempt_id).limit(1)
    )
    return found is not None


def send_again(connection: Connection, message_id: UUID, number: int, now: datetime) -> bool:
    """Back to planned, if it is still uncertain and no later attempt was made than the one that was judged."""
    changed = connection.execute(
        messages.update()
        .where(messages.c.id == message_id, messages.c.state == State.UNCERTAIN, messages.c.attempts == number)
        .values(state=State.PLANNED, due_at=now, lease_until=None, updated_at=now)
    )
    return changed.rowcount > 0
