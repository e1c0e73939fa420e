"""Appointments: read and stored in chunks, and what has been established about each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from service.domain.values import Appointment, AppointmentStatus, Kind
from service.storage.tables import appointments, readiness

STILL_SPOKEN_OF = timedelta(days=30)  # no shipped step comes later than two weeks after a visit


class Item(StrEnum):
    """What makes a session ready, besides having been told."""

    CONFIRMED = "confirmed"
    RIDE = "ride"
    FASTING = "fasting"


@dataclass(frozen=True, kw_only=True)
class AppointmentRecord:
    id: UUID
    clinic_id: UUID
    patient_id: UUID
    external_id: str
    kind: Kind
    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime | None
    attended_at: datetime | None
    clinician: str
    version: int
    source_digest: bytes
    sms_permitted: bool | None = None
    email_permitted: bool | None = None

    @property
    def appointment(self) -> Appointment:
        return Appointment(
            id=self.id,
            kind=self.kind,
            status=self.status,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            booked_at=self.booked_at,
            version=self.version,
            attended_at=self.attended_at,
        )


def record_of(row: Row[tuple[object, ...]]) -> AppointmentRecord:
    return AppointmentRecord(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        external_id=row.external_id,
        kind=Kind(row.kind),
        status=AppointmentStatus(row.status),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        booked_at=row.booked_at,
        attended_at=row.attended_at,
        clinician=row.clinician,
        version=row.version,
        source_digest=bytes(row.source_digest),
        sms_permitted=row.sms_permitted,
        email_permitted=row.email_permitted,
    )


def locked_by_external_id(connection: Connection, external_ids: Iterable[str]) -> dict[str, AppointmentRecord]:
    """Those that exist, locked until the transaction ends, always in the same order.

    With `key_share` others may still refer to them: a task raised by whoever holds one of their messages must not
    wait here, while we wait for that message.
    """
    rows = connection.execute(
        select(appointments)
        .where(appointments.c.external_id.in_(list(external_ids)))
        .order_by(appointments.c.id)
        .with_for_update(key_share=True)
    )
    return {row.external_id: record_of(row) for row in rows}


def locked(connection: Connection, ids: Iterable[UUID]) -> list[AppointmentRecord]:
    rows = connection.execute(
        select(appointments)
        .where(appointments.c.id.in_(list(ids)))
        .order_by(appointments.c.id)
        .with_for_update(key_share=True)
    )
    return [record_of(row) for row in rows]


def find(connection: Connection, appointment_id: UUID) -> AppointmentRecord | None:
    row = connection.execute(select(appointments).where(appointments.c.id == appointment_id)).one_or_none()
    return record_of(row) if row else None


def appointment_called(connection: Connection, external_id: str) -> AppointmentRecord | None:
    """By its number in the practice system."""
    row = connection.execute(select(appointments).where(appointments.c.external_id == external_id)).one_or_none()
    return record_of(row) if row else None


def fetch(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, AppointmentRecord]:
    rows = connection.execute(select(appointments).where(appointments.c.id.in_(list(ids))))
    return {row.id: record_of(row) for row in rows}


def add_appointments(
    connection: Connection, organisation_id: UUID, records: Sequence[AppointmentRecord], now: datetime
) -> None:
    if records:
        connection.execute(
            appointments.insert(),
            [_row(record, now) | {"organisation_id": organisation_id, "created_at": now} for record in records],
        )


def update_appointments(connection: Connection, records: Sequence[AppointmentRecord], now: datetime) -> None:
    if records:
        connection.execute(
            appointments.update().where(appointments.c.id == bindparam("the_id")),
            [_row(record, now) | {"the_id": record.id} for record in records],
        )


def _row(record: AppointmentRecord, now: datetime) -> dict[str, object]:
    return {
        "id": record.id,
        "clinic_id": record.clinic_id,
        "patient_id": record.patient_id,
        "external_id": record.external_id,
        "kind": record.kind,
        "status": record.status,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
        "booked_at": record.booked_at,
        "attended_at": record.attended_at,
        "clinician": record.clinician,
        "version": record.version,
        "source_digest": record.source_digest,
        "sms_permitted": record.sms_permitted,
        "email_permitted": record.email_permitted,
        "updated_at": now,
    }


def coming_appointments_of(connection: Connection, patient_ids: Iterable[UUID], now: datetime) -> list[UUID]:
    """Visits ahead, and those so recent that something may still be said about them."""
    rows = connection.scalars(
        select(appointments.c.id)
        .where(appointments.c.patient_id.in_(list(patient_ids)), appointments.c.ends_at > now - STILL_SPOKEN_OF)
        .order_by(appointments.c.id)
    )
    return list(rows)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """As much of a visit as it takes to number a patient's visits."""

    id: UUID
    kind: Kind
    starts_at: datetime
    status: AppointmentStatus


def visits_of(connection: Connection, patient_ids: Iterable[UUID]) -> dict[UUID, list[Visit]]:
    rows = connection.execute(
        select(
            appointments.c.patient_id,
            appointments.c.id,
            appointments.c.kind,
            appointments.c.starts_at,
            appointments.c.status,
        ).where(appointments.c.patient_id.in_(list(patient_ids)))
    )
    found: dict[UUID, list[Visit]] = {}
    for patient_id, visit_id, kind, starts_at, status in rows:
        found.setdefault(patient_id, []).append(
            Visit(id=visit_id, kind=Kind(kind), starts_at=starts_at, status=AppointmentStatus(status))
        )
    return found


@dataclass(frozen=True, kw_only=True)
class Known:
    """One item of readiness: whether it is settled well, how that became known, and from whom."""

    ok: bool
    how: str
    actor: str
    at: datetime


def readiness_of(connection: Connection, appointment_ids: Iterable[UUID]) -> dict[UUID, dict[Item, Known]]:
    rows = connection.execute(select(readiness).where(readiness.c.appointment_id.in_(list(appointment_ids))))
    found: dict[UUID, dict[Item, Known]] = {}
    for row in rows:
        found.setdefault(row.appointment_id, {})[Item(row.item)] = Known(
            ok=row.ok, how=row.how, actor=row.actor, at=row.at
        )
    return found


def establish(
    connection: Connection,
    organisation_id: UUID,
    known: Mapping[UUID, tuple[Item, bool]],
    *,
    how: str,
    actor: str,
    now: datetime,
) -> None:
    """Sets one item of readiness per appointment; the latest word holds."""
    if not known:
        return
    statement = insert(readiness)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["appointment_id", "item"],
            set_={name: statement.excluded[name] for name in ("ok", "detail", "how", "actor", "at")},
        ),
        [
            {
                "organisation_id": organisation_id,
                "appointment_id": appointment_id,
                "item": item,
                "ok": ok,
                "detail": None,
                "how": how,
                "actor": actor,
                "at": now,
            }
            for appointment_id, (item, ok) in known.items()
        ],
    )


def forget_readiness(connection: Connection, appointment_ids: Iterable[UUID]) -> None:
    ids = list(appointment_ids)
    if ids:
        connection.execute(delete(readiness).where(readiness.c.appointment_id.in_(ids)))
