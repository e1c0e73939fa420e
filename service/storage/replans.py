"""Which visits still have messages of an older version of their schedule, and which messages those are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from service.domain.replanning import Queued
from service.domain.states import WITHDRAWABLE
from service.domain.values import Channel, Kind
from service.storage.tables import messages

# A visit is on the list while nothing of its present plan names the version in force, or while something queued
# names an older one. Planning takes it off the list, so that what was interrupted is resumed by looking again.
_TO_REPLAN = """
    a.status IN ('booked', 'attended') AND (
        (a.kind = ANY(:kinds) AND a.ends_at > :now AND NOT EXISTS (
            SELECT FROM messages m WHERE m.appointment_id = a.id AND m.in_reply_to IS NULL
            AND m.appointment_version = a.version AND m.schedule_version_id = :active))
        OR EXISTS (
            SELECT FROM messages m JOIN schedule_versions v ON v.id = m.schedule_version_id
            WHERE m.appointment_id = a.id AND m.in_reply_to IS NULL AND m.state IN ('planned', 'claimed')
            AND v.schedule_id = :schedule AND v.id <> :active))
"""
# Under a schedule that is not yet saved, every visit of its kinds counts, and every visit it had messages for.
_CONCERNED = """
    a.status IN ('booked', 'attended') AND (
        (a.kind = ANY(:kinds) AND a.ends_at > :now)
        OR EXISTS (
            SELECT FROM messages m LEFT JOIN schedule_versions v ON v.id = m.schedule_version_id
            WHERE m.appointment_id = a.id AND m.in_reply_to IS NULL AND m.state IN ('planned', 'claimed')
            AND (v.schedule_id = :schedule OR a.kind = ANY(:kinds))))
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """Visits of these kinds, and those with messages of this schedule other than of version `active`."""

    schedule_id: UUID
    active: UUID
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, kw_only=True)
class QueuedMessage:
    """A message not yet sent, with what tells its words."""

    queued: Queued
    version_id: UUID | None
    text_name: str


def to_replan(connection: Connection, work: Work, after: UUID, limit: int, now: datetime) -> list[UUID]:
    """The next visits on the list, by id, beyond `after`."""
    return _page(connection, _TO_REPLAN, work, after, limit, now)


def concerned(connection: Connection, work: Work, after: UUID, limit: int, now: datetime) -> list[UUID]:
    """The next visits that a change of this schedule could concern, by id, beyond `after`."""
    return _page(connection, _CONCERNED, work, after, limit, now)


def count_to_replan(connection: Connection, work: Work, now: datetime) -> int:
    return _count(connection, _TO_REPLAN, work, now)


def count_concerned(connection: Connection, work: Work, now: datetime) -> int:
    return _count(connection, _CONCERNED, work, now)


def queued_for(connection: Connection, appointment_ids: Iterable[UUID]) -> dict[UUID, list[QueuedMessage]]:
    """What waits to be sent about each visit."""
    rows = connection.execute(
        select(
            messages.c.appointment_id,
            messages.c.step,
            messages.c.channel,
            messages.c.contact_point_id,
            messages.c.due_at,
            messages.c.expires_at,
            messages.c.schedule_version_id,
            messages.c.text_name,
        ).where(
            messages.c.appointment_id.in_(list(appointment_ids)),
            messages.c.in_reply_to.is_(None),
            messages.c.state.in_([str(state) for state in WITHDRAWABLE]),
        )
    )
    found: dict[UUID, list[QueuedMessage]] = {}
    for row in rows:
        queued = Queued(
            step=row.step,
            channel=Channel(row.channel),
            contact_id=row.contact_point_id,
            due_at=row.due_at,
            expires_at=row.expires_at,
        )
        message = QueuedMessage(queued=queued, version_id=row.schedule_version_id, text_name=row.text_name)
        found.setdefault(row.appointment_id, []).append(message)
    return found


def _page(connection: Connection, condition: str, work: Work, after: UUID, limit: int, now: datetime) -> list[UUID]:
    statement = f"SELECT a.id FROM appointments a WHERE a.id > :after AND {condition} ORDER BY a.id LIMIT :limit"  # noqa: S608 - both conditions stand above
    rows: Sequence[UUID] = connection.scalars(
        _with_kinds(statement), {**_values(work, now), "after": after, "limit": limit}
    ).all()
    return list(rows)


def _count(connection: Connection, condition: str, work: Work, now: datetime) -> int:
    statement = f"SELECT count(*) FROM appointments a WHERE {condition}"  # noqa: S608 - the same
    return int(connection.execute(_with_kinds(statement), _values(work, now)).scalar_one())


def _with_kinds(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("kinds", type_=ARRAY(Text)))


def _values(work: Work, now: datetime) -> dict[str, object]:
    return {
        "schedule": work.schedule_id,
        "active": work.active,
        "kinds": [kind.value for kind in work.kinds],
        "now": now,
    }
