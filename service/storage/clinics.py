"""Organisations, clinics, senders and the schedules in force."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from service.domain.clinic_file import ClinicFile, read_clinic
from service.domain.values import Channel, Clinic, Kind
from service.storage.ids import new_id
from service.storage.tables import clinics, organisations, schedule_versions, schedules, senders


@dataclass(frozen=True, kw_only=True)
class ClinicRecord:
    id: UUID
    organisation_id: UUID
    file: ClinicFile
    sms_sender_id: UUID
    email_sender_id: UUID

    @property
    def clinic(self) -> Clinic:
        return self.file.clinic

    def sender_id(self, channel: Channel) -> UUID:
        return self.sms_sender_id if channel is Channel.SMS else self.email_sender_id


@dataclass(frozen=True, kw_only=True)
class ScheduleRecord:
    """A schedule and its version in force. `bundle` is the serialised schedule with its texts."""

    schedule_id: UUID
    version_id: UUID
    name: str
    kinds: tuple[Kind, ...]
    bundle: str


@lru_cache(maxsize=256)
def _read(definition: str, name: str) -> ClinicFile:
    return read_clinic(definition, f"clinic {name}")


def organisation_ids(connection: Connection) -> list[UUID]:
    return list(connection.scalars(select(organisations.c.id).order_by(organisations.c.created_at)))


def organisation_named(connection: Connection, slug: str) -> UUID | None:
    return connection.scalar(select(organisations.c.id).where(organisations.c.slug == slug))


def add_organisation(connection: Connection, slug: str, name: str, now: datetime) -> UUID:
    """Makes the organisation, or finds it when it stands already."""
    connection.execute(
        insert(organisations)
        .values(id=new_id(), slug=slug, name=name, created_at=now)
        .on_conflict_do_nothing(index_elements=["slug"])
    )
    found = organisation_named(connection, slug)
    assert found is not None
    return found


def clinic_records(connection: Connection) -> dict[UUID, ClinicRecord]:
    """All clinics that this transaction may see, by id."""
    return {
        row.id: ClinicRecord(
            id=row.id,
            organisation_id=row.organisation_id,
            file=_read(row.definition, row.name),
            sms_sender_id=row.sms_sender_id,
            email_sender_id=row.email_sender_id,
        )
        for row in connection.execute(select(clinics))
    }


def put_clinic(
    connection: Connection,
    organisation_id: UUID,
    definition: str,
    *,
    sms_sender_id: UUID,
    email_sender_id: UUID,
    now: datetime,
) -> bool:
    """Stores a clinic's definition. True when that changed anything."""
    name = _read(definition, "file").clinic.name
    values = {
        "timezone": _read(definition, "file").clinic.timezone,
        "definition": definition,
        "sms_sender_id": sms_sender_id,
        "email_sender_id": email_sender_id,
        "updated_at": now,
    }
    statement = insert(clinics).values(id=new_id(), organisation_id=organisation_id, name=name, **values)
    changed = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "name"],
            set_=values,
            where=clinics.c.definition.is_distinct_from(definition)
            | clinics.c.sms_sender_id.is_distinct_from(sms_sender_id)
            | clinics.c.email_sender_id.is_distinct_from(email_sender_id),
        ).returning(clinics.c.id)
    )
    return changed.first() is not None


def put_sender(
    connection: Connection, organisation_id: UUID, channel: Channel, address: str, per_second: float, now: datetime
) -> UUID:
    """The sender's id; made with a full bucket when new, its rate updated when known."""
    burst = max(per_second, 1.0)
    connection.execute(
        insert(senders)
        .values(
            id=new_id(),
            organisation_id=organisation_id,
            channel=channel,
            address=address,
            per_second=per_second,
            burst=burst,
            tokens=burst,
            refilled_at=now,
        )
        .on_conflict_do_update(
            index_elements=["organisation_id", "channel", "address"], set_={"per_second": per_second, "burst": burst}
        )
    )
    sender_id: UUID = connection.execute(
        select(senders.c.id).where(
            senders.c.organisation_id == organisation_id, senders.c.channel == channel, senders.c.address == address
        )
    ).scalar_one()
    return sender_id


def schedules_in_force(connection: Connection) -> list[ScheduleRecord]:
    rows = connection.execute(
        select(schedules.c.id, schedules.c.name, schedules.c.kinds, schedule_versions.c.id, schedule_versions.c.bundle)
        .join(schedule_versions, schedule_versions.c.id == schedules.c.active_version_id)
        .where(schedules.c.enabled)
        .order_by(schedules.c.name)
    )
    return [
        ScheduleRecord(schedule_id=sid, version_id=vid, name=name, kinds=tuple(Kind(k) for k in kinds), bundle=bundle)
        for sid, name, kinds, vid, bundle in rows
    ]


def bundle_of(connection: Connection, version_id: UUID) -> str:
    bundle: str = connection.execute(
        select(schedule_versions.c.bundle).where(schedule_versions.c.id == version_id)
    ).scalar_one()
    return bundle


def put_schedule_version(
    connection: Connection,
    organisation_id: UUID,
    name: str,
    kinds: tuple[Kind, ...],
    bundle: str,
    digest: bytes,
    *,
    made_by: str,
    reason: str,
    now: datetime,
) -> bool:
    """Makes a new version and puts it in force, unless the one in force has the same digest. True when made."""
    connection.execute(
        insert(schedules)
        .values(id=new_id(), organisation_id=organisation_id, name=name, kinds=list(kinds))
        .on_conflict_do_update(index_elements=["organisation_id", "name"], set_={"kinds": list(kinds)})
    )
    schedule = connection.execute(
        select(schedules)
        .where(schedules.c.organisation_id == organisation_id, schedules.c.name == name)
        .with_for_update()
    ).one()
    in_force = connection.scalar(
        select(schedule_versions.c.digest).where(schedule_versions.c.id == schedule.active_version_id)
    )
    if in_force is not None and bytes(in_force) == digest:
        return False
    last = connection.scalar(
        select(func.max(schedule_versions.c.number)).where(schedule_versions.c.schedule_id == schedule.id)
    )
    version_id = new_id()
    connection.execute(
        schedule_versions.insert().values(
            id=version_id,
            organisation_id=organisation_id,
            schedule_id=schedule.id,
            number=(last or 0) + 1,
            digest=digest,
            bundle=bundle,
            made_by=made_by,
            reason=reason,
            made_at=now,
        )
    )
    connection.execute(schedules.update().where(schedules.c.id == schedule.id).values(active_version_id=version_id))
    return True
