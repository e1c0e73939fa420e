"""A number that turns out to be a landline: remembered, and everything ahead planned for other ways of reaching."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Event
from service.messaging.booking import restart
from service.messaging.planning import Planner
from service.storage import people
from service.storage.appointments import coming_appointments_of


def take_as_landline(connection: Connection, organisation_id: UUID, contact_point_id: UUID, now: datetime) -> None:
    """What was queued for the number goes out another way, or is left out with that reason."""
    if not people.mark_landline(connection, contact_point_id):
        return
    coming = coming_appointments_of(connection, people.patients_at(connection, contact_point_id), now)
    records = restart(connection, coming, now, reason="landline")
    Planner(connection, organisation_id, now).plan_all(records, {record.id: Event.BOOKED for record in records})
