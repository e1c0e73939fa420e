"""Which due messages are picked up now: expire, take back what was dropped, claim. Each is one statement.

Predicates that match a partial index are literals in the SQL: with bound parameters PostgreSQL's generic plans cannot
use those indexes. Guards elsewhere never repeat them, for the planner then takes a tiny index and scans it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A message picked up. Every later update names `epoch`, so that an overtaken worker changes nothing."""

    message_id: UUID
    organisation_id: UUID
    epoch: int


@dataclass(frozen=True, kw_only=True)
class Expired:
    message_id: UUID
    organisation_id: UUID
    appointment_id: UUID | None


_EXPIRE = text(
    """
    UPDATE messages SET state = 'expired', reason = 'no_longer_of_use', lease_until = NULL, updated_at = :now
    WHERE state = 'planned' AND expires_at <= :now
    RETURNING id, organisation_id, appointment_id
    """
)

_TAKE_BACK = text(
    """
    UPDATE messages SET state = 'planned', lease_until = NULL, updated_at = :now
    WHERE lease_until <= :now AND lease_until IS NOT NULL AND state = 'claimed'
    """
)

_DOUBT = text(
    """
    UPDATE messages SET state = 'uncertain', reason = 'worker_lost', lease_until = NULL, updated_at = :now
    WHERE lease_until <= :now AND lease_until IS NOT NULL AND state = 'sending'
    """
)

_IN_HAND = text("SELECT count(*) FROM messages WHERE lease_until IS NOT NULL AND state = 'claimed'")

# Senders in turn, each by priority then time, each no further than its tokens: one sender's burst holds up nobody
# else. A paused sender still gives what answers a patient's own text: advice in a crisis does not wait for a set-up
# to be mended, and one more refusal does no harm. The bucket is refilled and emptied here, in the claim's own
# transaction.
_CLAIM = text(
    """
    WITH bucket AS MATERIALIZED (
        SELECT id, least(burst, tokens + per_second * greatest(0, extract(epoch FROM :now - refilled_at))) AS tokens,
               CASE WHEN paused_until > :now THEN 0 ELSE 30 END AS up_to
        FROM senders
        WHERE EXISTS (SELECT FROM messages WHERE sender_id = senders.id AND state = 'planned' AND due_at <= :now)
        ORDER BY id FOR UPDATE SKIP LOCKED
    ), picked AS MATERIALIZED (
        SELECT due.id, due.sender_id,
               row_number() OVER (PARTITION BY due.sender_id ORDER BY due.priority, due.due_at) AS turn
        FROM bucket JOIN (VALUES (0), (10), (20), (30)) AS ranks(priority) ON ranks.priority <= bucket.up_to
        CROSS JOIN LATERAL (
            SELECT id, sender_id, priority, due_at FROM messages
            WHERE sender_id = bucket.id AND priority = ranks.priority AND state = 'planned' AND due_at <= :now
            ORDER BY due_at LIMIT least(floor(bucket.tokens), :room)::int FOR UPDATE SKIP LOCKED
        ) AS due
    ), chosen AS MATERIALIZED (
        SELECT picked.id, picked.sender_id FROM picked JOIN bucket ON bucket.id = picked.sender_id
        WHERE picked.turn <= floor(bucket.tokens)
        ORDER BY picked.turn LIMIT :room
    ), spent AS (
        UPDATE senders SET refilled_at = :now,
               tokens = bucket.tokens - (SELECT count(*) FROM chosen WHERE chosen.sender_id = senders.id)
        FROM bucket WHERE senders.id = bucket.id
    )
    UPDATE messages SET state = 'claimed', epoch = epoch + 1, lease_until = :lease_until, updated_at = :now
    FROM chosen WHERE messages.id = chosen.id
    RETURNING messages.id, messages.organisation_id, messages.epoch, messages.priority, messages.due_at
    """
)


def expire_stale(connection: Connection, now: datetime) -> list[Expired]:
    """Marks what is no longer of use, before anything is claimed."""
    rows = connection.execute(_EXPIRE, {"now": now})
    return [Expired(message_id=i, organisation_id=o, appointment_id=a) for i, o, a in rows]


def take_back_lapsed(connection: Connection, now: datetime) -> int:
    """Claimed but never opened, and the lease ran out: free of risk, so back to planned. Returns how many."""
    return connection.execute(_TAKE_BACK, {"now": now}).rowcount


def doubt_lapsed(connection: Connection, now: datetime) -> int:
    """Opened, and the long lease ran out: the call may have been made, so uncertain. Returns how many."""
    return connection.execute(_DOUBT, {"now": now}).rowcount


def claim_due(connection: Connection, now: datetime, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Picks up due messages, most harmful to miss first, no more than `limit` in hand at once."""
    room = limit - int(connection.execute(_IN_HAND).scalar_one())
    if room <= 0:
        return []
    rows = connection.execute(_CLAIM, {"now": now, "room": room, "lease_until": now + lease}).all()
    rows = sorted(rows, key=lambda row: (row.priority, row.due_at))
    return [Claimed(message_id=row.id, organisation_id=row.organisation_id, epoch=row.epoch) for row in rows]
