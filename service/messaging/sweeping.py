"""Plans appointments that have no plan. There should be none: a plan is stored with the fact that causes it."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, text

from service.domain.values import Event
from service.messaging.booking import restart
from service.messaging.planning import Planner
from service.storage.clinics import organisation_ids
from service.storage.database import Database
from service.storage.tables import appointments

log = structlog.get_logger()

AT_ONCE = 200

_WITHOUT_PLAN = text(
    "appointments.status = 'booked' AND NOT EXISTS"
    " (SELECT FROM messages m WHERE m.appointment_id = appointments.id AND m.in_reply_to IS NULL)"
)


def plan_missing(database: Database, now: datetime) -> int:
    """Returns how many were planned. Each organisation in a transaction of its own."""
    with database.system() as connection:
        organisations = organisation_ids(connection)
    planned = 0
    for organisation_id in organisations:
        try:
            planned += _plan_missing_of(database, organisation_id, now)
        except Exception as error:  # the other organisations' patients are owed their plans all the same
            log.error("plan_missing_failed", organisation_id=str(organisation_id), error=type(error).__name__)
    if planned:
        log.error("appointments_had_no_plan", planned=planned)
    return planned


def _plan_missing_of(database: Database, organisation_id: UUID, now: datetime) -> int:
    with database.organisation(organisation_id) as connection:
        missing = connection.scalars(
            select(appointments.c.id).where(appointments.c.starts_at > now, _WITHOUT_PLAN).limit(AT_ONCE)
        ).all()
        records = restart(connection, missing, now, reason="had_no_plan")
        planner = Planner(connection, organisation_id, now)
        planner.plan_all(records, {record.id: Event.BOOKED for record in records})
        return len(records)
