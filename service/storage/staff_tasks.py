"""Tasks: what a person at the clinic must do, by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from service.storage.ids import new_id
from service.storage.tables import tasks


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """`say`: what to do, in words that name no person. The same `dedupe_key` makes one open task only."""

    kind: str
    say: str
    dedupe_key: str
    deadline_at: datetime
    clinic_id: UUID | None = None
    patient_id: UUID | None = None
    appointment_id: UUID | None = None
    message_id: UUID | None = None
    reply_id: UUID | None = None


def raise_tasks(connection: Connection, organisation_id: UUID, new: Sequence[NewTask], now: datetime) -> None:
    if new:
        connection.execute(
            insert(tasks).on_conflict_do_nothing(),
            [vars(task) | {"id": new_id(), "organisation_id": organisation_id, "created_at": now} for task in new],
        )


def open_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys that an open task has."""
    return set(
        connection.scalars(
            select(tasks.c.dedupe_key).where(tasks.c.dedupe_key.in_(list(keys)), tasks.c.done_at.is_(None))
        )
    )


def finish_task(connection: Connection, task_id: UUID, actor: str, now: datetime) -> bool:
    """False where it was done already, or is not there."""
    done = connection.execute(
        tasks.update().where(tasks.c.id == task_id, tasks.c.done_at.is_(None)).values(done_at=now, done_by=actor)
    )
    return done.rowcount > 0
