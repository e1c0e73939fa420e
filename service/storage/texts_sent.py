"""What contact points were texted lately, word for word."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from service.domain.values import Channel
from service.storage.tables import messages


def texts_sent_since(
    connection: Connection, contact_points: Iterable[UUID], since: datetime
) -> list[tuple[UUID, UUID | None, datetime, str]]:
    """(contact point, appointment, when, text) of each SMS that a provider took after `since`."""
    points = list(contact_points)
    if not points:
        return []
    rows = connection.execute(
        select(
            messages.c.contact_point_id, messages.c.appointment_id, messages.c.handed_over_at, messages.c.body
        ).where(
            messages.c.contact_point_id.in_(points),
            messages.c.handed_over_at > since,
            messages.c.channel == Channel.SMS,
            messages.c.body.is_not(None),
        )
    )
    return [(point, appointment_id, at, body) for point, appointment_id, at, body in rows]
