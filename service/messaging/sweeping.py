"""What is looked for every minute: visits without a plan, silence to follow up, failures to make good, calls to make.

Each look is open-ended and may run twice: what it does is kept single by a unique key.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from service.domain.values import Event
from service.messaging.booking import restart
from service.messaging.fallback import plan_fallbacks
from service.messaging.following import plan_unanswered
from service.messaging.must_reach import ask_to_phone
from service.messaging.overrides import ask_to_review
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


Look = Callable[[Connection, UUID, datetime], int]

# In this order: what a look plans may be what a later one would miss.
LOOKS: tuple[tuple[str, Look], ...] = (
    ("unanswered_followed_up", plan_unanswered),
    ("said_another_way", plan_fallbacks),
    ("patients_to_phone", ask_to_phone),
    ("clocks_to_review", ask_to_review),
)


def look_after_all(database: Database, now: datetime) -> None:
    """Every look at every organisation, each in a transaction of its own: one that fails must not stop the others."""
    with database.system() as connection:
        organisations = organisation_ids(connection)
    for organisation_id in organisations:
        for name, look in LOOKS:
            _look(database, organisation_id, name, look, now)


def _look(database: Database, organisation_id: UUID, name: str, look: Look, now: datetime) -> None:
    try:
        with database.organisation(organisation_id) as connection:
            found = look(connection, organisation_id, now)
    except SQLAlchemyError as error:
        log.error("look_failed", look=name, error=type(error).__name__)
        return
    if found:
        log.info(name, count=found)


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
