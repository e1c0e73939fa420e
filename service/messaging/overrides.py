"""A clinician's own fasting cut-offs for one patient: set, planned with at once, and looked at again in time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Clock, Event, Question
from service.messaging.booking import restart
from service.messaging.planning import Planner
from service.storage.appointments import AppointmentRecord, coming_appointments_of
from service.storage.audits import record_audit
from service.storage.clock_overrides import ClockOverride, overdue_reviews, store_override
from service.storage.messages import asked_about
from service.storage.staff_tasks import NewTask, raise_tasks

REVIEW_WITHIN = timedelta(days=1)


def set_override(
    connection: Connection,
    organisation_id: UUID,
    patient_id: UUID,
    *,
    clocks: Mapping[Clock, timedelta],
    review_on: date,
    why: str,
    actor: str,
    now: datetime,
) -> int:
    """Stores the cut-offs and plans the patient's coming visits by them. Returns how many visits that were.

    Who was told other times already must hear of it from a person: a task says so.
    """
    store_override(
        connection,
        organisation_id,
        ClockOverride(
            patient_id=patient_id, clocks=dict(clocks), set_by=actor, why=why, set_at=now, review_on=review_on
        ),
    )
    record_audit(
        connection, organisation_id, [("patient.clocks_set", "patient", str(patient_id))], actor=actor, now=now
    )
    coming = coming_appointments_of(connection, [patient_id], now)
    records = restart(connection, coming, now, reason="clocks_set")
    Planner(connection, organisation_id, now).plan_all(records, {record.id: Event.BOOKED for record in records})
    told = asked_about(connection, coming, Question.FASTING)
    tasks = [_told_otherwise(record, now) for record in records if record.id in told and record.starts_at > now]
    raise_tasks(connection, organisation_id, tasks, now)
    return len(records)


def _told_otherwise(record: AppointmentRecord, now: datetime) -> NewTask:
    return NewTask(
        kind="clocks_set",
        say="This patient's fasting times changed after they were told the usual ones. Phone with the new times.",
        dedupe_key=f"clocks_set:{record.id}:{record.version}",
        deadline_at=min(now + timedelta(hours=2), record.starts_at),
        clinic_id=record.clinic_id,
        patient_id=record.patient_id,
        appointment_id=record.id,
    )


def ask_to_review(connection: Connection, organisation_id: UUID, now: datetime) -> int:
    """A task for each patient whose own cut-offs are due to be looked at again. Returns how many are."""
    overdue = overdue_reviews(connection, now.date())
    tasks = [
        NewTask(
            kind="review_clocks",
            say="This patient's own fasting times are due for review. Confirm them or set new ones.",
            dedupe_key=f"review_clocks:{patient_id}:{review_on}",
            deadline_at=now + REVIEW_WITHIN,
            patient_id=patient_id,
        )
        for patient_id, review_on in overdue
    ]
    raise_tasks(connection, organisation_id, tasks, now)
    return len(tasks)
