"""What every page says of the service itself: is it sending, and is there something to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from service.domain.values import Priority


@dataclass(frozen=True, kw_only=True)
class VitalSigns:
    """`ticked_at`: when messages were last looked through. `oldest_due_at`: the longest overdue that nobody took."""

    unread: int
    ticked_at: datetime | None
    oldest_due_at: datetime | None


# One probe of the index of due messages per sender and priority; the smallest of those is the oldest.
_SIGNS = text(
    """
    SELECT (SELECT count(*) FROM replies WHERE read_at IS NULL AND needs_staff) AS unread,
           (SELECT at FROM heartbeats WHERE name = 'tick') AS ticked_at,
           (SELECT min(first.due_at)
              FROM senders CROSS JOIN unnest(CAST(:priorities AS smallint[])) AS p(priority)
              CROSS JOIN LATERAL (SELECT due_at FROM messages
                                   WHERE state = 'planned' AND sender_id = senders.id AND priority = p.priority
                                     AND due_at <= :now ORDER BY due_at LIMIT 1) AS first) AS oldest_due_at
    """
)


def vital_signs(connection: Connection, now: datetime) -> VitalSigns:
    """For the organisation of this transaction."""
    priorities: Sequence[int] = [int(priority) for priority in Priority]
    row = connection.execute(_SIGNS, {"now": now, "priorities": priorities}).one()
    return VitalSigns(unread=row.unread, ticked_at=row.ticked_at, oldest_due_at=row.oldest_due_at)
