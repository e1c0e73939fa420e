"""Stop and start: the ledger, what is queued, and the visits that now lack a way to reach the patient."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import AppointmentStatus, Category, Event
from service.messaging.booking import restart
from service.messaging.planning import Planner
from service.storage import people
from service.storage.appointments import coming_appointments_of, fetch, locked
from service.storage.consents import ConsentEvent, ConsentSource, add_consents, allowed_categories, consents_of
from service.storage.messages import withdraw
from service.storage.staff_tasks import NewTask, raise_tasks


def set_consent(
    connection: Connection,
    organisation_id: UUID,
    contact_point_id: UUID,
    *,
    given: bool,
    source: ConsentSource,
    source_ref: str,
    actor: str,
    now: datetime,
) -> None:
    """Writes a yes or a no to everything in the ledger, and plans anew for everybody reached this way.

    After a no, what was queued for this contact point is withdrawn in the same transaction, and other ways that the
    patient agreed to are used instead.
    """
    events = [
        ConsentEvent(
            contact_point_id=contact_point_id,
            category=category,
            given=given,
            source=source,
            source_ref=source_ref,
            actor=actor,
        )
        for category in Category
    ]
    patients = people.patients_at(connection, contact_point_id)
    coming = coming_appointments_of(connection, patients, now)
    locked(connection, coming)
    add_consents(connection, organisation_id, events, now)
    if not given:
        withdraw(connection, now, reason="opted_out", contact_point_id=contact_point_id)
    records = restart(connection, coming, now, reason="opted_in" if given else "opted_out")
    Planner(connection, organisation_id, now).plan_all(records, {record.id: Event.BOOKED for record in records})
    if not given:
        _tell_staff_who_is_out_of_reach(connection, organisation_id, patients, now)


def _tell_staff_who_is_out_of_reach(
    connection: Connection, organisation_id: UUID, patients: list[UUID], now: datetime
) -> None:
    contacts = people.contacts_of(connection, patients)
    ledger = consents_of(connection, {point for points in contacts.values() for point in points})
    lost = [
        patient_id
        for patient_id in patients
        if not any(allowed_categories(ledger.get(point, {})) for point in contacts.get(patient_id, ()))
    ]
    ahead = fetch(connection, coming_appointments_of(connection, lost, now)).values()
    raise_tasks(
        connection,
        organisation_id,
        [
            NewTask(
                kind="out_of_reach",
                say="This patient stopped all messages and has a visit ahead. Phone before it: preparation and ride.",
                dedupe_key=f"out_of_reach:{record.id}",
                deadline_at=record.starts_at,
                clinic_id=record.clinic_id,
                patient_id=record.patient_id,
                appointment_id=record.id,
            )
            for record in ahead
            if record.starts_at > now and record.status is AppointmentStatus.BOOKED
        ],
        now,
    )
