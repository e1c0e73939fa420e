"""The versions of a schedule: who made which, when and why. A version never changes and is never deleted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from service.domain.values import Kind
from service.storage.tables import schedule_versions, schedules


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version without its content. `number` counts from 1 within its schedule."""

    id: UUID
    number: int
    made_by: str
    reason: str
    made_at: datetime
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class StoredSchedule:
    """A schedule with its version in force and the content of that version."""

    id: UUID
    name: str
    kinds: tuple[Kind, ...]
    version: Version
    bundle: str


_WITHOUT_CONTENT = tuple(column for column in schedule_versions.c if column.name != "bundle")


def stored_schedules(connection: Connection) -> list[StoredSchedule]:
    """Every schedule in force, by name."""
    rows = connection.execute(_in_force().order_by(schedules.c.name))
    return [_schedule(row) for row in rows]


def stored_schedule(connection: Connection, name: str) -> StoredSchedule | None:
    row = connection.execute(_in_force().where(schedules.c.name == name)).one_or_none()
    return _schedule(row) if row else None


def lock_schedules(connection: Connection) -> None:
    """Saving one schedule at a time: two could otherwise take the same kind of visit, each unseen by the other."""
    connection.execute(select(schedules.c.id).order_by(schedules.c.id).with_for_update())


def versions_of(connection: Connection, schedule_id: UUID) -> list[Version]:
    """The newest first."""
    rows = connection.execute(
        select(*_WITHOUT_CONTENT)
        .where(schedule_versions.c.schedule_id == schedule_id)
        .order_by(schedule_versions.c.number.desc())
    )
    return [_version(row) for row in rows]


def bundle_of_number(connection: Connection, schedule_id: UUID, number: int) -> str | None:
    """The content of one version, by its number."""
    return connection.scalar(
        select(schedule_versions.c.bundle).where(
            schedule_versions.c.schedule_id == schedule_id, schedule_versions.c.number == number
        )
    )


def last_digest_by(connection: Connection, name: str, made_by: str, reason: str) -> bytes | None:
    """The digest of the newest version of a schedule that was made by this hand and for this reason."""
    found = connection.scalar(
        select(schedule_versions.c.digest)
        .join(schedules, schedules.c.id == schedule_versions.c.schedule_id)
        .where(schedules.c.name == name, schedule_versions.c.made_by == made_by, schedule_versions.c.reason == reason)
        .order_by(schedule_versions.c.number.desc())
        .limit(1)
    )
    return None if found is None else bytes(found)


def _in_force() -> Select[tuple[object, ...]]:
    return (
        select(
            schedules.c.id.label("the_schedule"),
            schedules.c.name,
            schedules.c.kinds,
            *_WITHOUT_CONTENT,
            schedule_versions.c.bundle,
        )
        .join(schedule_versions, schedule_versions.c.id == schedules.c.active_version_id)
        .where(schedules.c.enabled)
    )


def _schedule(row: Row[tuple[object, ...]]) -> StoredSchedule:
    return StoredSchedule(
        id=row.the_schedule,
        name=row.name,
        kinds=tuple(Kind(kind) for kind in row.kinds),
        version=_version(row),
        bundle=row.bundle,
    )


def _version(row: Row[tuple[object, ...]]) -> Version:
    return Version(
        id=row.id,
        number=row.number,
        made_by=row.made_by,
        reason=row.reason,
        made_at=row.made_at,
        digest=bytes(row.digest),
    )
