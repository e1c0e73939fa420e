"""Provider events: stored once by whoever hears them, applied later by a task."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from service.domain.states import State, sources_of
from service.storage.sealing import CannotOpen, as_stored, opened
from service.storage.tables import attempts, provider_events


class EventKind(StrEnum):
    RECEIPT = "receipt"
    INBOUND = "inbound"


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """`content` is the event's own fields, sealed in storage: it may hold a number and a text."""

    event_key: str
    kind: EventKind
    attempt_id: UUID | None
    provider_id: str
    content: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    id: int
    kind: EventKind
    attempt_id: UUID | None
    provider_id: str
    content: dict[str, str]
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Events to apply, and the ids of those whose sealed content does not open."""

    events: list[StoredEvent]
    unreadable: list[int]


def store_events(connection: Connection, events: Sequence[NewEvent], now: datetime) -> int:
    """Stores those not yet known. Returns how many were new."""
    if not events:
        return 0
    rows = [
        {
            "event_key": event.event_key,
            "kind": event.kind,
            "attempt_id": event.attempt_id,
            "provider_id": event.provider_id,
            "content": json.dumps(event.content),
            "received_at": now,
        }
        for event in events
    ]
    stored = connection.execute(
        insert(provider_events).values(rows).on_conflict_do_nothing().returning(provider_events.c.id)
    )
    return len(stored.all())


def waiting_events(connection: Connection, limit: int, now: datetime) -> Waiting:
    """What nobody has applied yet, locked; what another task holds is left to it.

    New ones come before those that were put off, and texts before receipts: a STOP never waits behind a pile.
    """
    table = provider_events.c
    rows = connection.execute(
        select(table.id, table.kind, table.attempt_id, table.provider_id, as_stored(table.content), table.received_at)
        .where(text("applied_at IS NULL"))
        .where(table.look_again_at.is_(None) | (table.look_again_at <= now))
        .order_by(table.look_again_at.is_not(None), table.kind != EventKind.INBOUND, table.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    waiting = Waiting(events=[], unreadable=[])
    for row in rows:
        try:
            waiting.events.append(
                StoredEvent(
                    id=row.id,
                    kind=EventKind(row.kind),
                    attempt_id=row.attempt_id,
                    provider_id=row.provider_id,
                    content=json.loads(opened(row.content, table.content) or "{}"),
                    received_at=row.received_at,
                )
            )
        except CannotOpen:
            waiting.unreadable.append(row.id)
    return waiting


def mark_applied(connection: Connection, results: Sequence[tuple[int, str]], now: datetime) -> None:
    if results:
        connection.execute(
            provider_events.update().where(provider_events.c.id == bindparam("the_id")),
            [{"the_id": event_id, "applied_at": now, "result": result} for event_id, result in results],
        )


SOONEST, LATEST = timedelta(seconds=5), timedelta(minutes=5)

_LOOK_AGAIN = text(
    """
    UPDATE provider_events SET result = :result,
           look_again_at = :now + least(greatest(:now - received_at, :soonest), :latest)
    WHERE id = ANY(:ids)
    """
)


def look_again(connection: Connection, event_ids: Sequence[int], result: str, now: datetime) -> None:
    """Puts off events that cannot be applied yet: as long again as they have waited, within five seconds to minutes."""
    if event_ids:
        values = {"ids": list(event_ids), "result": result, "now": now, "soonest": SOONEST, "latest": LATEST}
        connection.execute(_LOOK_AGAIN, values)


@dataclass(frozen=True, kw_only=True)
class AttemptFacts:
    attempt_id: UUID
    message_id: UUID
    organisation_id: UUID
    provider_id: str | None


def attempt_of(connection: Connection, attempt_id: UUID | None, provider_id: str) -> AttemptFacts | None:
    """By our own opaque id, else by the provider's."""
    columns = (attempts.c.id, attempts.c.message_id, attempts.c.organisation_id, attempts.c.provider_id)
    row = None
    if attempt_id is not None:
        row = connection.execute(select(*columns).where(attempts.c.id == attempt_id)).one_or_none()
    if row is None and provider_id:
        row = connection.execute(select(*columns).where(attempts.c.provider_id == provider_id)).first()
    if row is None:
        return None
    return AttemptFacts(
        attempt_id=row.id, message_id=row.message_id, organisation_id=row.organisation_id, provider_id=row.provider_id
    )


def note_provider_id(connection: Connection, attempt_id: UUID, provider_id: str) -> None:
    """Remembers the provider's id where our own record of its answer was lost."""
    connection.execute(
        attempts.update()
        .where(attempts.c.id == attempt_id, attempts.c.provider_id.is_(None))
        .values(provider_id=provider_id)
    )


_ADVANCE = text(
    """
    UPDATE messages SET state = :state, reason = :reason, lease_until = NULL, updated_at = :now,
           handed_over_at = coalesce(handed_over_at, :now), settled_at = :settled_at
    WHERE id = :id AND state = ANY(:from_states) AND attempts = coalesce(:number, attempts)
    RETURNING id
    """
)

SETTLED = frozenset({State.DELIVERED, State.UNDELIVERED, State.FAILED})


def advance(
    connection: Connection, message_id: UUID, state: State, reason: str, now: datetime, *, number: int | None = None
) -> bool:
    """Moves the message forward. False: the news is late or double, and nothing changed.

    `number`: only while that attempt is the latest, for who judged that attempt and not the message.
    """
    moved = connection.execute(
        _ADVANCE,
        {
            "id": message_id,
            "state": state,
            "reason": reason,
            "number": number,
            "from_states": sorted(str(source) for source in sources_of(state)),
            "settled_at": now if state in SETTLED else None,
            "now": now,
        },
    )
    return moved.first() is not None
