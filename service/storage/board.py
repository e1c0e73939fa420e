"""What the board shows: visits of some days with how ready each is, and the open tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from service.domain.values import AppointmentStatus, Category, Kind
from service.storage import people
from service.storage.appointments import Item, Known, readiness_of
from service.storage.consents import ConsentSource, Ledger, allowed_categories, consents_of
from service.storage.tables import appointments, patients, tasks


class Reach(StrEnum):
    """Whether a reminder can reach the patient at all."""

    OPEN = "open"
    NO_CONTACT = "no_contact"
    NO_PERMISSION = "no_permission"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What came of the messages sent before a visit about its present start time.

    `told_at`: when one was first delivered. `on_the_way`: handed over, no receipt yet. The last three count steps.
    """

    told_at: datetime | None = None
    on_the_way: int = 0
    undelivered: int = 0
    failed: int = 0
    uncertain: int = 0


@dataclass(frozen=True, kw_only=True)
class BoardVisit:
    id: UUID
    clinic_id: UUID
    patient_name: str
    kind: Kind
    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime
    clinician: str
    known: dict[Item, Known]
    telling: Telling
    reach: Reach


def visits_between(
    connection: Connection, from_at: datetime, until_at: datetime, clinic_id: UUID | None = None
) -> list[BoardVisit]:
    """Visits that start in [from, until), by start. Entries made in error are left out."""
    statement = (
        select(appointments, patients.c.given_name, patients.c.family_name)
        .join(patients, patients.c.id == appointments.c.patient_id)
        .where(
            appointments.c.starts_at >= from_at,
            appointments.c.starts_at < until_at,
            appointments.c.status != AppointmentStatus.RETRACTED,
        )
        .order_by(appointments.c.starts_at, appointments.c.id)
    )
    if clinic_id is not None:
        statement = statement.where(appointments.c.clinic_id == clinic_id)
    rows = connection.execute(statement).all()
    ids = [row.id for row in rows]
    known, telling = readiness_of(connection, ids), telling_of(connection, ids)
    reach = reach_of(connection, {row.patient_id for row in rows})
    return [
        _board_visit(row, known.get(row.id, {}), telling.get(row.id, Telling()), reach[row.patient_id]) for row in rows
    ]


def _board_visit(row: Row[tuple[object, ...]], known: dict[Item, Known], telling: Telling, reach: Reach) -> BoardVisit:
    return BoardVisit(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_name=f"{row.given_name} {row.family_name}",
        kind=Kind(row.kind),
        status=AppointmentStatus(row.status),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        clinician=row.clinician,
        known=known,
        telling=telling,
        reach=reach,
    )


# A step that did not arrive counts until the same step did.
_TELLING = text(
    """
    SELECT appointment_id, min(told_at) AS told_at, count(*) FILTER (WHERE on_the_way AND NOT told) AS on_the_way,
           count(*) FILTER (WHERE undelivered AND NOT told) AS undelivered,
           count(*) FILTER (WHERE failed AND NOT told) AS failed,
           count(*) FILTER (WHERE uncertain AND NOT told) AS uncertain
      FROM (SELECT m.appointment_id, m.step,
                   min(coalesce(m.settled_at, m.updated_at)) FILTER (WHERE m.state = 'delivered') AS told_at,
                   bool_or(m.state = 'delivered') AS told,
                   bool_or(m.state IN ('sending', 'handed_over', 'sent')) AS on_the_way,
                   bool_or(m.state = 'undelivered') AS undelivered,
                   bool_or(m.state = 'failed') AS failed,
                   bool_or(m.state = 'uncertain') AS uncertain
              FROM messages m JOIN appointments a ON a.id = m.appointment_id AND a.starts_at = m.visit_starts_at
             WHERE m.appointment_id = ANY(:ids) AND m.in_reply_to IS NULL AND m.due_at < a.starts_at
             GROUP BY m.appointment_id, m.step) AS steps
     GROUP BY appointment_id
    """
)


def telling_of(connection: Connection, appointment_ids: Sequence[UUID]) -> dict[UUID, Telling]:
    """Left out where nothing was planned."""
    return {
        row.appointment_id: Telling(
            told_at=row.told_at,
            on_the_way=row.on_the_way,
            undelivered=row.undelivered,
            failed=row.failed,
            uncertain=row.uncertain,
        )
        for row in connection.execute(_TELLING, {"ids": list(appointment_ids)})
    }


def reach_of(connection: Connection, patient_ids: set[UUID]) -> dict[UUID, Reach]:
    contacts = people.contacts_of(connection, patient_ids)
    ledger = consents_of(connection, {point for points in contacts.values() for point in points})
    return {patient_id: _reach(contacts.get(patient_id, []), ledger) for patient_id in patient_ids}


def _reach(points: Sequence[UUID], ledger: Ledger) -> Reach:
    if not points:
        return Reach.NO_CONTACT
    said = [ledger.get(point, {}) for point in points]
    if any(Category.REMINDER in allowed_categories(consents) for consents in said):
        return Reach.OPEN
    theirs = (ConsentSource.PATIENT, ConsentSource.PROVIDER)
    stopped = any(consent.source in theirs for consents in said for consent in consents.values())
    return Reach.OPTED_OUT if stopped else Reach.NO_PERMISSION


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """`patient_name` is "" where the task is about nobody known."""

    id: UUID
    kind: str
    say: str
    deadline_at: datetime
    clinic_id: UUID | None
    appointment_id: UUID | None
    patient_name: str
    visit_starts_at: datetime | None


def open_tasks(connection: Connection, clinic_id: UUID | None = None, limit: int = 50) -> list[OpenTask]:
    """The most pressing first. With a clinic: its tasks, and those that belong to none."""
    statement = (
        select(tasks, patients.c.given_name, patients.c.family_name, appointments.c.starts_at)
        .outerjoin(patients, patients.c.id == tasks.c.patient_id)
        .outerjoin(appointments, appointments.c.id == tasks.c.appointment_id)
        .where(tasks.c.done_at.is_(None))
        .order_by(tasks.c.deadline_at, tasks.c.id)
        .limit(limit)
    )
    if clinic_id is not None:
        statement = statement.where((tasks.c.clinic_id == clinic_id) | tasks.c.clinic_id.is_(None))
    return [
        OpenTask(
            id=row.id,
            kind=row.kind,
            say=row.say,
            deadline_at=row.deadline_at,
            clinic_id=row.clinic_id,
            appointment_id=row.appointment_id,
            patient_name=f"{row.given_name} {row.family_name}" if row.given_name is not None else "",
            visit_starts_at=row.starts_at,
        )
        for row in connection.execute(statement)
    ]
