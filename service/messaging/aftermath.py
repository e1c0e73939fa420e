"""What follows when a message did not get through: an opt-out noted, a sender paused, a person told in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select

from service.domain.values import AppointmentStatus, Priority
from service.messaging.consent import set_consent
from service.messaging.fallback import LANDLINE_CODES, fall_back, way_on
from service.messaging.landlines import take_as_landline
from service.providers.outcome import ErrorClass
from service.providers.remedies import remedy_for
from service.storage.appointments import fetch
from service.storage.claims import Expired
from service.storage.consents import ConsentSource
from service.storage.staff_tasks import NewTask, raise_tasks
from service.storage.tables import appointments, messages

LATEST_TASK = timedelta(hours=4)


def after_refusal(
    connection: Connection,
    organisation_id: UUID,
    message_id: UUID,
    error: ErrorClass,
    code: str,
    words: str,
    now: datetime,
) -> None:
    """Call in the transaction that ended the message as failed or undelivered, or that heard of an opt-out."""
    row = connection.execute(select(messages).where(messages.c.id == message_id)).one()
    if error is ErrorClass.OPTED_OUT:
        set_consent(
            connection,
            organisation_id,
            row.contact_point_id,
            given=False,
            source=ConsentSource.PROVIDER,
            source_ref=str(message_id),
            actor=code,
            now=now,
        )
        return
    if code in LANDLINE_CODES:
        take_as_landline(connection, organisation_id, row.contact_point_id, now)
        if fall_back(connection, organisation_id, row, now):
            return
    if row.appointment_id is None or way_on(connection, row, now) is not None:
        return
    visit = fetch(connection, [row.appointment_id])[row.appointment_id]
    if visit.status is not AppointmentStatus.BOOKED or visit.starts_at <= now:
        return
    task = NewTask(
        kind="not_reached",
        say=" ".join(("A message before this visit did not arrive.", words, remedy_for(code), "Phone the patient.")),
        dedupe_key=f"not_reached:{visit.id}:{visit.version}",
        deadline_at=max(now, min(now + LATEST_TASK, visit.starts_at - timedelta(hours=1))),
        clinic_id=visit.clinic_id,
        patient_id=visit.patient_id,
        appointment_id=visit.id,
        message_id=message_id,
    )
    raise_tasks(connection, organisation_id, [task], now)


def tell_of_expired(connection: Connection, expired: Sequence[Expired], now: datetime) -> None:
    """A safety message that never went out is a person's to say, while the visit is still ahead.

    Call in the transaction that expired them, of whatever organisations they are.
    """
    if not expired:
        return
    rows = connection.execute(
        select(messages, appointments.c.starts_at)
        .join(appointments, appointments.c.id == messages.c.appointment_id)
        .where(
            messages.c.id.in_([message.message_id for message in expired]),
            messages.c.priority <= Priority.SAFETY,
            appointments.c.status == AppointmentStatus.BOOKED,
            appointments.c.starts_at > now,
        )
    )
    for row in rows:
        task = NewTask(
            kind="expired",
            say="A message with safety advice could not be sent in time. Phone the patient before the visit.",
            dedupe_key=f"expired:{row.id}",
            deadline_at=max(now, row.starts_at - timedelta(hours=1)),
            clinic_id=row.clinic_id,
            patient_id=row.patient_id,
            appointment_id=row.appointment_id,
            message_id=row.id,
        )
        raise_tasks(connection, row.organisation_id, [task], now)
