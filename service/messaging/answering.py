"""Queues direct answers to what a patient wrote: at most one an answer, sent at any hour, of use only for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from service.domain.states import State
from service.domain.values import Appointment, AppointmentStatus, Category, Channel, Priority
from service.storage.clinics import clinic_records, schedules_in_force
from service.storage.messages import NewMessage, add_messages

USEFUL_FOR = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`text` names a section of `config/templates/<lang>/common.toml`."""

    text: str
    why: str

    @property
    def text_name(self) -> str:
        return f"common.{self.text}"


CONFIRMED = Answer(text="confirmed_ack", why="Answers the patient's confirmation.")
HELP = Answer(text="help", why="Answers the patient's HELP.")
OPTED_OUT = Answer(text="opted_out", why="Confirms, once, that texts have stopped.")
OPTED_IN = Answer(text="opted_in", why="Confirms that texts have started again.")
CRISIS = Answer(text="crisis", why="Answers words of crisis at once, with 988 and 911.")


def still_true(visit_starts_at: datetime | None, appointment: Appointment | None) -> bool:
    """Whether an answer may still go out: it speaks of no visit, or the visit stands at the time it speaks of."""
    if visit_starts_at is None:
        return True
    return (
        appointment is not None
        and appointment.starts_at == visit_starts_at
        and appointment.status in (AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED)
    )


def queue_answer(
    connection: Connection,
    organisation_id: UUID,
    answer: Answer,
    *,
    reply_id: UUID,
    clinic_id: UUID,
    patient_id: UUID | None,
    appointment_id: UUID | None,
    contact_point_id: UUID,
    version_id: UUID | None,
    now: datetime,
    visit_starts_at: datetime | None = None,
) -> None:
    """In the transaction of what it answers. The same reply never gets a second answer.

    `visit_starts_at`: for an answer that speaks of the visit at this time, and is untrue once that changes.
    """
    version_id = version_id or next((record.version_id for record in schedules_in_force(connection)), None)
    message = NewMessage(
        clinic_id=clinic_id,
        patient_id=patient_id,
        appointment_id=appointment_id,
        visit_starts_at=visit_starts_at,
        contact_point_id=contact_point_id,
        sender_id=clinic_records(connection)[clinic_id].sender_id(Channel.SMS),
        schedule_version_id=version_id,
        in_reply_to=reply_id,
        step=answer.text,
        text_name=answer.text_name,
        channel=Channel.SMS,
        category=Category.REMINDER,
        priority=Priority.REPLY,
        state=State.PLANNED,
        why=answer.why,
        due_at=now,
        expires_at=now + USEFUL_FOR,
    )
    add_messages(connection, organisation_id, [message], now)
