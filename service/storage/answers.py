"""Which steps of a visit asked something that the patient has answered."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.storage.tables import appointments, messages, replies


def answered_steps(connection: Connection, appointment_ids: Iterable[UUID]) -> dict[UUID, dict[str, datetime]]:
    """When each step was first answered. What was answered about an earlier start does not count."""
    rows = connection.execute(
        select(messages.c.appointment_id, messages.c.step, func.min(replies.c.received_at))
        .join(messages, messages.c.id == replies.c.answers_message_id)
        .join(appointments, appointments.c.id == messages.c.appointment_id)
        .where(
            messages.c.appointment_id.in_(list(appointment_ids)),
            messages.c.visit_starts_at == appointments.c.starts_at,
        )
        .group_by(messages.c.appointment_id, messages.c.step)
    )
    found: dict[UUID, dict[str, datetime]] = {}
    for appointment_id, step, answered_at in rows:
        found.setdefault(appointment_id, {})[step] = answered_at
    return found
