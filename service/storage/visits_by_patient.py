"""The visits of a time, patient by patient, in pages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from service.domain.values import AppointmentStatus
from service.storage.appointments import AppointmentRecord, record_of
from service.storage.tables import appointments

_STANDS = [str(AppointmentStatus.BOOKED), str(AppointmentStatus.ATTENDED)]

Place = tuple[UUID, UUID]
"""Patient and appointment: where a page ended."""


def visits_between(
    connection: Connection, begin: datetime, end: datetime, after: Place, limit: int
) -> list[AppointmentRecord]:
    """Visits that stand and start from `begin` to before `end`, by patient, beyond `after`."""
    place = tuple_(appointments.c.patient_id, appointments.c.id)
    rows = connection.execute(
        select(appointments)
        .where(_between(begin, end), place > after)
        .order_by(appointments.c.patient_id, appointments.c.id)
        .limit(limit)
    )
    return [record_of(row) for row in rows]


def count_between(connection: Connection, begin: datetime, end: datetime) -> int:
    return connection.execute(select(func.count()).select_from(appointments).where(_between(begin, end))).scalar_one()


def _between(begin: datetime, end: datetime) -> ColumnElement[bool]:
    return (appointments.c.starts_at >= begin) & (appointments.c.starts_at < end) & appointments.c.status.in_(_STANDS)
